"""The signals of a queue: written with the advice, counted, and filtered by."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.actions import answer
from ordersops.advice.models import Question, Recommendation
from ordersops.cases import signs
from ordersops.cases.forms import QueueFilters
from ordersops.cases.lanes import lane, lanes
from ordersops.cases.models import Case
from ordersops.cases.queries import queue
from ordersops.cases.signs import Frequent, frequent, label_of
from ordersops.stores.models import Store
from tests.cases.openings import opened, opening
from tests.factories import CaseFactory, OrderFactory, SignalFactory
from tests.people import MakePerson

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    caches["process"].clear()


def shown(user: User, signal: str) -> set[Case]:
    return set(queue(lane("fraud"), user, QueueFilters({"signal": signal}, store=[]).read()).rows)


# --- Written with the advice ----------------------------------------------------------------------------------------------
def test_a_case_has_the_signals_of_its_newest_advice(store: Store, system: User) -> None:
    order = OrderFactory(store=store)
    (case,) = opened([opening(order, signals=("cvv_fail", "forwarder"))], system)
    assert case.signals == ["cvv_fail", "forwarder"]
    (case,) = opened([opening(order, signals=("forwarder",))], system)
    assert case.signals == ["forwarder"]


def test_advice_about_another_order_of_an_attack_changes_nothing(store: Store, system: User) -> None:
    first, second = (OrderFactory(store=store) for _ in range(2))
    opened([opening(first, signals=("ip_velocity",), attack_key="ip:7"), opening(second, attack_key="ip:7")], system)
    (case,) = opened([opening(second, signals=("cvv_fail",), attack_key="ip:7")], system)
    assert case.signals == ["ip_velocity"]


def test_what_the_rules_saw_for_risk_and_nothing_else(store: Store, system: User) -> None:
    """Asked for real: what clears and what was not to be had is no signal of the case."""
    order = OrderFactory(
        store=store, email="x7f3k9q2@mailinator.com", shipping_address={"name": "B", "city": "Lagos", "country": "NG"},
        billing_address={"name": "A", "city": "York", "country": "GB"},
    )  # fmt: skip
    now = timezone.now()
    question = Question.objects.create(
        store=store, lane="fraud", order=order, subject=order.pk, because="placed", asked_at=now, not_before=now
    )
    answer(lane_key="fraud", questions=[question], by=system)
    case, advice = Case.objects.get(), Recommendation.objects.get()
    seen = {signal.key: signal for signal in advice.signals.all()}
    assert case.signals == sorted(key for key, one in seen.items() if one.state == "fired" and one.points > 0)
    assert "email_disposable" in case.signals
    assert {one.state for key, one in seen.items() if key not in case.signals} >= {"unavailable"}


def test_cases_that_were_open_before_get_theirs(store: Store) -> None:
    """The statement of the migration."""
    from importlib import import_module

    fill = import_module("ordersops.cases.migrations.0003_signals").FILL
    case, decided = CaseFactory(order__store=store), CaseFactory(order__store=store, state="decided")
    SignalFactory(recommendation=case.order.recommendations.get(), key="cvv_fail")
    with connection.cursor() as cursor:
        cursor.execute(fill)
    case.refresh_from_db()
    decided.refresh_from_db()
    assert case.signals == ["cvv_fail", "ip_velocity"]  # what clears, and what was not to be had, is not among them
    assert decided.signals == []


# --- Counted and filtered by ----------------------------------------------------------------------------------------------
def test_the_most_frequent_first_with_count_and_share(store: Store, other_store: Store, supervisor: User) -> None:
    three = {CaseFactory(order__store=store, signals=["cvv_fail", *more]) for more in ([], ["forwarder"], ["forwarder"])}
    CaseFactory(order__store=store)
    CaseFactory(order__store=other_store, signals=["cvv_fail"])
    CaseFactory(order__store=store, lane="triage", signals=["cvv_fail"])
    CaseFactory(order__store=store, state="decided", signals=["cvv_fail"])
    CaseFactory(order__store=store, signals=["cvv_fail"], snoozed_until=timezone.now() + timedelta(days=1), snooze_reason="later")
    found = frequent(lane("fraud"), supervisor)
    assert [(one.key, one.count, one.whole, one.percent) for one in found] == [("cvv_fail", 3, 4, 75), ("forwarder", 2, 4, 50)]
    assert found[0].label == lane("fraud").signs["cvv_fail"].label
    assert shown(supervisor, "cvv_fail") == three
    assert len(shown(supervisor, "forwarder")) == 2
    assert shown(supervisor, "no_such_signal") == set()


def test_no_more_than_a_few(store: Store, supervisor: User) -> None:
    CaseFactory(order__store=store, signals=[f"signal_{number}" for number in range(signs.SHOWN + 3)])
    assert len(frequent(lane("fraud"), supervisor)) == signs.SHOWN


def test_of_a_long_queue_the_most_urgent(store: Store, make_store: Any, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "LOOKED", 2)
    second = make_store()
    CaseFactory(order__store=store, signals=["forwarder"], priority=9)
    CaseFactory(order__store=second, signals=["forwarder"], priority=8)
    CaseFactory(order__store=store, signals=["cvv_fail"], priority=7)
    (found,) = frequent(lane("fraud"), make_person(Role.SUPERVISOR, store, second))
    assert (found.key, found.count, found.whole, found.of_urgent) == ("forwarder", 2, 2, True)


def test_on_the_page_with_its_filter(store: Store, fraud_reviewer: User, client: Client) -> None:
    case, other = CaseFactory(order__store=store, signals=["forwarder"]), CaseFactory(order__store=store)
    client.force_login(fraud_reviewer)
    address = reverse("queue", args=["fraud"])
    page = client.get(address).content.decode()
    assert f'href="{address}?signal=forwarder"' in page
    assert "50 %" in page
    text = client.get(f"{address}?signal=forwarder").content.decode()
    assert (f'id="case-{case.pk}"' in text, f'id="case-{other.pk}"' in text) == (True, False)
    assert label_of(lane("fraud"), "forwarder") in text
    assert '<input type="hidden" name="signal" value="forwarder">' in text


def test_without_the_right_nothing_is_counted(store: Store, order_clerk: User) -> None:
    CaseFactory(order__store=store, signals=["forwarder"])
    assert frequent(lane("fraud"), order_clerk) == []


def test_a_long_queue_is_counted_once_in_a_while_and_a_short_one_each_time(
    store: Store, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    CaseFactory(order__store=store, signals=["forwarder"])
    assert frequent(lane("fraud"), supervisor)[0].whole == 1
    monkeypatch.setattr(signs, "CAP", 1)
    CaseFactory(order__store=store, signals=["forwarder"])
    assert frequent(lane("fraud"), supervisor)[0].whole == 2
    CaseFactory(order__store=store, signals=["forwarder"])
    assert frequent(lane("fraud"), supervisor)[0].whole == 2


def test_what_is_kept_for_one_is_not_shown_to_another(
    store: Store, other_store: Store, supervisor: User, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "CAP", 0)
    CaseFactory(order__store=store, signals=["forwarder"])
    CaseFactory(order__store=other_store, signals=["cvv_fail"])
    both = make_person(Role.SUPERVISOR, store, other_store)
    assert {one.key for one in frequent(lane("fraud"), both)} == {"forwarder", "cvv_fail"}
    assert {one.key for one in frequent(lane("fraud"), supervisor)} == {"forwarder"}


def test_every_signal_has_a_name() -> None:
    for one in lanes().values():
        assert one.signs
        assert all(sign.label and sign.group and max(sign.points) > 0 for sign in one.signs.values()), one.key
    assert label_of(lane("fraud"), "long_gone") == "Long gone"
    assert Frequent("x", "X", 0, 0).percent == 0
