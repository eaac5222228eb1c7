"""Advice that is closed to a person is closed to their tokens, too (the control of anchoring)."""

from decimal import Decimal
from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.cases.actions import claim
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.review import actions
from ordersops.stores.models import Store
from tests.api.conftest import MakeMachine
from tests.factories import CaseFactory
from tests.people import MakePerson
from tests.review.again import judged_again
from tests.review.automated import allowed
from tests.review.scene import held

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store, system: User, make_person: Any) -> Case:
    policy = allowed(store, make_person(), make_person(), mode="assist", blind_share=Decimal(1))
    found: Case = CaseFactory(order=held(store, system), store=store, advice__policy_version=policy)
    return found


def test_nothing_tells_of_it_until_the_person_said_what_they_think(case: Case, fraud_reviewer: User, machine: MakeMachine) -> None:
    asks, advice = machine(fraud_reviewer), case.order.recommendations.get()
    detail = asks.get(f"cases/{case.pk}").json()
    assert (detail["recommendation"], detail["score"], detail["band"], detail["decisions"]) == (None, None, "", [])
    assert (detail["available"]["closed"], detail["available"]["recommended"], detail["available"]["others"]) == (True, None, [])
    for path in ("cases", "queues/fraud"):
        (row,) = asks.get(path).json()["items"]
        assert (row["score"], row["band"], row["priority_reasons"]) == (None, "", [])
    assert asks.get(f"queues/fraud?band={case.band}").json()["items"] == []
    assert asks.get("recommendations").json()["items"] == []
    assert asks.get(f"recommendations/{advice.pk}").status_code == 409
    actions.give_impression(case=case, by=fraud_reviewer, outcome="decline")
    detail = asks.get(f"cases/{case.pk}").json()
    assert (detail["recommendation"]["id"], detail["score"], detail["available"]["closed"]) == (str(advice.pk), case.score, False)
    assert len(asks.get("recommendations").json()["items"]) == 1
    assert asks.get(f"recommendations/{advice.pk}").status_code == 200


def test_who_only_reads_sees_it(case: Case, auditor: User, machine: MakeMachine) -> None:
    asks = machine(auditor)
    assert asks.get(f"cases/{case.pk}").json()["score"] == case.score
    assert len(asks.get("recommendations").json()["items"]) == 1


def test_effects_of_an_earlier_decision_are_left_out(
    store: Store, system: User, fraud_reviewer: User, make_person: MakePerson, machine: MakeMachine
) -> None:
    again = judged_again(store, system, make_person)
    asks, effect = machine(fraud_reviewer), Effect.objects.get()
    assert [asks.get(path).json()["items"] for path in ("effects", f"orders/{again.order_id}/effects")] == [[], []]
    assert asks.get(f"effects/{effect.pk}").status_code == 409
    claim(case=again, by=fraud_reviewer)
    actions.give_impression(case=again, by=fraud_reviewer, outcome="decline")
    assert [len(asks.get(path).json()["items"]) for path in ("effects", f"orders/{again.order_id}/effects")] == [1, 1]
