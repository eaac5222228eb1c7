"""While the advice of a case is closed to somebody, no list, order page or history tells them of it."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases import actions as cases
from ordersops.cases.models import Case
from ordersops.cases.taking import take
from ordersops.review import actions
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.review.automated import allowed
from tests.review.scene import held

pytestmark = pytest.mark.django_db
TELLING = ("score 70", "score-high", "badge-advice", "70<", "Seven orders came from this IP within an hour", "assessed")
CLOSED = "The score is closed until you said what you think"


@pytest.fixture
def case(store: Store, system: User, make_person: Any) -> Case:
    policy = allowed(store, make_person(), make_person(), mode="assist", blind_share=Decimal(1))
    found: Case = CaseFactory(order=held(store, system), store=store, advice__policy_version=policy)
    with atomic():
        record(Verb.ORDER_ASSESSED, by=system, order=found.order, lane="fraud", band="high", score=70, signals=3, snapshot="0" * 64)
    return found


def addresses(case: Case) -> list[str]:
    return [
        reverse("queue", args=["fraud"]),
        reverse("_queue_rows", args=["fraud"]),
        reverse("home"),
        reverse("bulk_new", args=["fraud"]),
        reverse("order", args=[case.order_id]),
        reverse("timeline", args=["order", case.order_id]),
        reverse("timeline", args=["case", case.pk]),
        reverse("search") + f"?q={case.order.number}",
    ]


def told(client: Client, case: Case) -> dict[str, list[str]]:
    """What each address tells of the advice."""
    texts = {path: client.get(path).content.decode() for path in addresses(case)}
    return {path: [words for words in TELLING if words in text] for path, text in texts.items()}


def test_nothing_tells_of_it_until_the_person_said_what_they_think(client: Client, fraud_reviewer: User, case: Case) -> None:
    cases.claim(case=case, by=fraud_reviewer)
    client.force_login(fraud_reviewer)
    assert not any(told(client, case).values()), told(client, case)
    for path in addresses(case)[:5]:
        assert CLOSED in client.get(path).content.decode(), path
    actions.give_impression(case=case, by=fraud_reviewer, outcome="decline")
    now = told(client, case)
    assert all(now[path] for path in addresses(case)[:6]), now
    assert not any(CLOSED in client.get(path).content.decode() for path in addresses(case))


def test_who_only_reads_sees_it(client: Client, auditor: User, case: Case) -> None:
    client.force_login(auditor)
    queue, _, _, _, order, history, *_ = told(client, case).values()
    assert queue
    assert order
    assert history


def test_a_late_case_on_the_home_page(client: Client, supervisor: User, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(breached_at=timezone.now(), due_at=timezone.now())
    client.force_login(supervisor)
    text = client.get(reverse("home")).content.decode()
    assert case.headline in text
    assert CLOSED in text
    assert "score-high" not in text


def test_the_search_of_the_history_and_what_happened_lately(client: Client, supervisor: User, case: Case) -> None:
    """What tells of it is there as a row, so that nothing seems to be missing, and without its words."""
    client.force_login(supervisor)
    by_order, home = reverse("audit") + f"?order={case.order.number}", reverse("home")
    assert "assessed" not in client.get(home).content.decode()
    text = client.get(by_order).content.decode()
    assert "Open once you said what you think of the case" in text
    assert "score 70" not in text
    cases.claim(case=case, by=supervisor)
    actions.give_impression(case=case, by=supervisor, outcome="decline")
    assert "score 70" in client.get(by_order).content.decode()
    assert "assessed" in client.get(home).content.decode()


@pytest.mark.parametrize("band", ["high", "anomalous"])
def test_a_list_of_one_band_leaves_it_out(client: Client, supervisor: User, case: Case, band: str) -> None:
    client.force_login(supervisor)
    for page in ("queue", "bulk_new"):
        address = reverse(page, args=["fraud"])
        assert str(case.pk) in client.get(address).content.decode()
        assert str(case.pk) not in client.get(f"{address}?band={band}").content.decode()


def test_the_next_case_of_one_band_is_one_that_is_open_to_the_person(supervisor: User, case: Case, store: Store, system: User) -> None:
    assert take("fraud", supervisor, f"band={case.band}") is None
    open_one = CaseFactory(order=held(store, system), store=store, band=case.band, priority=case.priority - 1)
    assert take("fraud", supervisor, f"band={case.band}") == open_one
    assert take("fraud", supervisor, "") == case


def test_rows_cost_the_same_however_many_are_closed(client: Client, fraud_reviewer: User, case: Case, store: Store, system: User) -> None:
    client.force_login(fraud_reviewer)
    costs = []
    for _ in range(2):
        client.get(reverse("queue", args=["fraud"]))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("queue", args=["fraud"]))
        costs.append(sum("cases_presence" not in asked["sql"] for asked in captured))
        policy = case.order.recommendations.get().policy_version
        for _ in range(5):
            CaseFactory(order=held(store, system), store=store, advice__policy_version=policy)
    assert costs[0] == costs[1]
