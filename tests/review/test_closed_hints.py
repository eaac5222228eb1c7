"""While the advice of a case is closed to somebody, what stands out in the queue tells them nothing of it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.cases import actions as cases
from ordersops.cases.hints import standing_out
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.cases.taking import take
from ordersops.review import actions
from ordersops.stores.models import Store
from tests.api.conftest import Machine, MakeMachine, machine
from tests.factories import CaseFactory
from tests.review.automated import allowed
from tests.review.scene import held

__all__ = ["machine"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store, system: User, make_person: Any) -> Case:
    """Small, clear, advised to be released: and closed to whoever decides."""
    policy = allowed(store, make_person(), make_person(), mode="assist", blind_share=Decimal(1))
    found: Case = CaseFactory(
        order=held(store, system), store=store, band="anomalous", score=40, amount=Decimal(50), signals=["ip_velocity"],
        advice__policy_version=policy, advice__outcome="release", advice__band="anomalous", advice__score=40,
    )  # fmt: skip
    return found


def counted(user: User) -> set[str]:
    return {one.hint.key for one in standing_out(lane("fraud"), user)}


@pytest.mark.parametrize("path", ["queue", "_queue_rows", "bulk_new"])
def test_a_hint_that_rests_on_advice_leaves_it_out(client: Client, fraud_reviewer: User, case: Case, path: str) -> None:
    client.force_login(fraud_reviewer)
    address = reverse(path, args=["fraud"])
    assert str(case.pk) in client.get(address).content.decode()
    assert str(case.pk) not in client.get(f"{address}?hint=small").content.decode()
    cases.claim(case=case, by=fraud_reviewer)
    actions.give_impression(case=case, by=fraud_reviewer, outcome="decline")
    assert str(case.pk) in client.get(f"{address}?hint=small").content.decode()


def test_neither_its_number_nor_the_next_case_tells_of_it(fraud_reviewer: User, case: Case) -> None:
    assert "small" not in counted(fraud_reviewer)
    assert take("fraud", fraud_reviewer, "hint=small") is None
    cases.claim(case=case, by=fraud_reviewer)
    actions.give_impression(case=case, by=fraud_reviewer, outcome="decline")
    cases.release(case=case, by=fraud_reviewer)
    assert "small" in counted(fraud_reviewer)
    assert take("fraud", fraud_reviewer, "hint=small") == case


def test_tokens_are_told_no_more(fraud_reviewer: User, auditor: User, case: Case, machine: MakeMachine) -> None:
    def listed(asks: Machine, query: str) -> list[str]:
        return [row["id"] for row in asks.get(f"queues/fraud?{query}").json()["items"]]

    assert listed(machine(fraud_reviewer), "hint=small") == []
    assert listed(machine(auditor), "hint=small") == [str(case.pk)]
    assert listed(machine(fraud_reviewer), "signal=ip_velocity") == [str(case.pk)]
    assert listed(machine(fraud_reviewer), "signal=forwarder") == []
    assert machine(fraud_reviewer).get("queues/fraud?hint=nonsense").status_code == 422


def test_who_only_reads_is_told(auditor: User, case: Case) -> None:
    assert "small" in counted(auditor)


def test_signals_are_evidence_and_stay_in_sight_without_their_weight(client: Client, fraud_reviewer: User, case: Case) -> None:
    """The page of the closed case names them too; neither tells points, score, band or outcome."""
    client.force_login(fraud_reviewer)
    text = client.get(reverse("queue", args=["fraud"]) + "?signal=ip_velocity").content.decode()
    assert str(case.pk) in text
    assert "Many orders from one IP address" in client.get(reverse("case", args=[case.pk])).content.decode()
    for telling in ("score 40", "score-anomalous", "badge-advice", "40<", "30<"):
        assert telling not in text
