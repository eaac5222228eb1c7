"""Overriding: deciding against the recommendation."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Order
from ordersops.review.actions import override
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.factories import DecisionFactory
from tests.kernel.history import events, refusals, told
from tests.people import MakePerson
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
NOTE = "The customer was called back."


@pytest.fixture
def case(store: Store, system: User) -> Case:
    """One whose advice is to decline."""
    return case_about(store, system)


def overridden(case: Case, by: User, **how: Any) -> Decision:
    return override(**({"case": case, "by": by, "outcome": "release", "reason": "O1", "note": NOTE, "version": 1} | how))


def test_overriding_releases_what_was_advised_to_decline(case: Case, fraud_reviewer: User) -> None:
    decision = overridden(case, fraud_reviewer)
    order = Order.objects.get(pk=case.order_id)
    assert (decision.overrides, decision.outcome, decision.reason, decision.note) == (True, "release", "O1", NOTE)
    assert (order.risk, order.on_hold) == ("approved", False)
    assert Effect.objects.get().kind == "order.release"
    (event,) = events(Verb.CASE_OVERRIDDEN, case=case)
    assert (event.data["recommended"], event.data["outcome"], event.data["reason"]) == ("decline", "release", "O1")
    assert Verb.CASE_APPROVED not in told(case=case)
    assert NOTE not in event.payload


@pytest.mark.parametrize("note", ["", "too short", " " * 30, "x" * 4001])
def test_override_needs_a_note_of_some_length(case: Case, fraud_reviewer: User, note: str) -> None:
    with pytest.raises(Invalid):
        overridden(case, fraud_reviewer, note=note)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("reason", ["", "A1", "D1", "nonsense"])
def test_override_needs_a_reason_of_its_own_kind(case: Case, fraud_reviewer: User, reason: str) -> None:
    with pytest.raises(Invalid, match="Choose a reason"):
        overridden(case, fraud_reviewer, reason=reason)


def test_goodwill_is_no_reason_to_decline(store: Store, system: User, fraud_reviewer: User) -> None:
    case = case_about(store, system, outcome="release")
    with pytest.raises(Invalid, match="Choose a reason"):
        overridden(case, fraud_reviewer, outcome="decline", reason="O5")


def test_an_exception_from_the_policy_needs_a_right_of_its_own(case: Case, fraud_reviewer: User, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        overridden(case, fraud_reviewer, reason="O4")
    assert [event.data["right"] for event in refusals(fraud_reviewer)] == ["override_block_list"]
    overridden(case, make_person(Role.SENIOR_FRAUD_REVIEWER, case.store), reason="O4")


def test_what_is_recommended_is_approved_not_overridden(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid, match="approve it instead"):
        overridden(case, fraud_reviewer, outcome="decline")


def test_an_outcome_that_there_is_not_conflicts(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Conflict, match="no longer possible"):
        overridden(case, fraud_reviewer, outcome="burn")


@pytest.mark.parametrize("role", [role for role in Role if Perm.OVERRIDE not in ROLES[role]])
def test_overriding_needs_the_right(case: Case, role: Role, make_person: MakePerson) -> None:
    person = make_person(role, case.store)
    with pytest.raises(Forbidden):
        overridden(case, person)
    assert [event.data["right"] for event in refusals(person)] == ["override"]
    assert not Decision.objects.exists()


def test_a_role_in_another_store_overrides_nothing_here(case: Case, other_store: Store, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        overridden(case, make_person(Role.SUPERVISOR, other_store))


def test_override_twice_conflicts(case: Case, fraud_reviewer: User) -> None:
    overridden(case, fraud_reviewer)
    with pytest.raises(Conflict, match="decided already"):
        overridden(case, fraud_reviewer)
    assert len(events(Verb.CASE_OVERRIDDEN, case=case)) == 1


def test_overriding_an_old_page_conflicts(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Conflict, match="reload and look again"):
        overridden(case, fraud_reviewer, version=7)


def test_the_database_wants_a_note_and_one_decision_for_each_version(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(IntegrityError, match="review_override_has_a_note"), transaction.atomic():
        DecisionFactory(case=case, by=fraud_reviewer, overrides=True, note="")
    DecisionFactory(case=case, by=fraud_reviewer, case_version=1)
    with pytest.raises(IntegrityError, match="review_one_decision_per_version"), transaction.atomic():
        DecisionFactory(case=case, by=fraud_reviewer, case_version=1)
