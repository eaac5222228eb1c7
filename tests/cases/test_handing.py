"""assign, escalate, hand back: whose case it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ordersops.accounts.actions import give_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import assign, claim, escalate, hand_back, next_case, release
from ordersops.cases.escalation import targets
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.review.actions import approve
from ordersops.review.queries import available
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory
from tests.kernel.history import events, told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store) -> Case:
    return CaseFactory(order=OrderFactory(store=store), priority=10)


@pytest.fixture
def colleague(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.FRAUD_REVIEWER, store, name="A colleague")


# --- assign -----------------------------------------------------------------------------------------------------------
def test_what_is_assigned_comes_first_to_that_person(case: Case, store: Store, supervisor: User, fraud_reviewer: User) -> None:
    CaseFactory(order=OrderFactory(store=store), priority=90)
    assign(case=case, to=fraud_reviewer, by=supervisor, note="You know this customer")
    assert next_case(lane="fraud", by=fraud_reviewer) == case
    event = next(event for event in events(case=case) if event.verb == Verb.CASE_ASSIGNED)
    assert event.data["to"] == fraud_reviewer.name
    assert case.comments.get().text == "You know this customer"


def test_others_get_it_only_once_it_is_overdue(case: Case, supervisor: User, fraud_reviewer: User, colleague: User) -> None:
    assign(case=case, to=fraud_reviewer, by=supervisor)
    assert next_case(lane="fraud", by=colleague) is None
    Case.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert next_case(lane="fraud", by=colleague) == case


def test_assigning_takes_it_from_whoever_held_it(case: Case, supervisor: User, fraud_reviewer: User, colleague: User) -> None:
    claim(case=case, by=colleague)
    assign(case=case, to=fraud_reviewer, by=supervisor)
    with pytest.raises(Conflict):
        release(case=case, by=colleague)


def test_it_can_be_taken_back(case: Case, supervisor: User, fraud_reviewer: User, colleague: User) -> None:
    assign(case=case, to=fraud_reviewer, by=supervisor)
    with pytest.raises(Conflict, match="already"):
        assign(case=case, to=fraud_reviewer, by=supervisor)
    assign(case=case, to=None, by=supervisor)
    with pytest.raises(Conflict, match="nobody already"):
        assign(case=case, to=None, by=supervisor)
    assert told(case=case) == [Verb.CASE_ASSIGNED, Verb.CASE_UNASSIGNED]
    assert next_case(lane="fraud", by=colleague) == case


def test_only_to_people_who_decide_here(case: Case, supervisor: User, auditor: User, other_store: Store, make_person: MakePerson) -> None:
    for person in (auditor, make_person(Role.FRAUD_REVIEWER, other_store)):
        with pytest.raises(Invalid, match="Choose somebody else"):
            assign(case=case, to=person, by=supervisor)


@pytest.mark.parametrize("role", [role for role in Role if Perm.ASSIGN_CASES not in ROLES[role]])
def test_assigning_needs_its_right(case: Case, role: Role, make_person: MakePerson, fraud_reviewer: User) -> None:
    with pytest.raises(Forbidden):
        assign(case=case, to=fraud_reviewer, by=make_person(role, case.store))


# --- escalate ---------------------------------------------------------------------------------------------------------
def escalated(case: Case, by: User, role: str = "senior_fraud_reviewer") -> Case:
    return escalate(case=case, role=role, note="The card is a corporate one", by=by)


@pytest.mark.usefixtures("supervisor")
def test_only_that_role_and_supervisors_decide_then(
    case: Case, store: Store, fraud_reviewer: User, senior_fraud_reviewer: User, colleague: User, supervisor: User
) -> None:
    claim(case=case, by=fraud_reviewer)
    escalated(case, fraud_reviewer)
    case.refresh_from_db()
    assert (case.leased_by, case.escalated_to) == (None, "senior_fraud_reviewer")
    for person in (fraud_reviewer, colleague):
        assert next_case(lane="fraud", by=person) is None
        assert not available(case, person).approve
        assert "Senior fraud reviewer" in available(case, person).why_not
        with pytest.raises(Forbidden, match="escalated"):
            claim(case=case, by=person)
        with pytest.raises(Forbidden, match="escalated"):
            approve(case=case, by=person, version=case.version)
    assert available(case, supervisor).approve
    assert next_case(lane="fraud", by=senior_fraud_reviewer) == case
    assert approve(case=case, by=senior_fraud_reviewer, version=case.version).outcome == "decline"


def test_what_goes_to_supervisors_is_not_the_seniors(
    case: Case, fraud_reviewer: User, senior_fraud_reviewer: User, supervisor: User
) -> None:
    escalated(case, fraud_reviewer, "supervisor")
    assert next_case(lane="fraud", by=senior_fraud_reviewer) is None
    assert next_case(lane="fraud", by=supervisor) == case


def test_a_role_in_another_store_is_not_the_role_here(
    case: Case, store: Store, other_store: Store, fraud_reviewer: User, senior_fraud_reviewer: User, make_person: MakePerson, system: User
) -> None:
    stranger = make_person(Role.FRAUD_REVIEWER, store)
    give_role(person=stranger, role=Role.SENIOR_FRAUD_REVIEWER, store=other_store, by=system)
    case = escalated(case, fraud_reviewer)
    assert next_case(lane="fraud", by=stranger) is None
    assert not available(case, stranger).approve


def test_one_escalates_upwards(case: Case, fraud_reviewer: User, senior_fraud_reviewer: User, supervisor: User) -> None:
    assert [key for key, _ in targets(case, fraud_reviewer)] == ["senior_fraud_reviewer", "supervisor"]
    assert [key for key, _ in targets(case, senior_fraud_reviewer)] == ["supervisor"]
    assert targets(case, supervisor) == []
    with pytest.raises(Conflict, match="nobody in this store"):
        escalated(case, supervisor)


def test_a_role_that_nobody_has_is_no_target(case: Case, fraud_reviewer: User) -> None:
    assert targets(case, fraud_reviewer) == []


@pytest.mark.usefixtures("senior_fraud_reviewer")
def test_escalating_needs_a_note_and_an_open_case(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid, match="note"):
        escalate(case=case, role="senior_fraud_reviewer", note=" ? ", by=fraud_reviewer)
    with pytest.raises(Invalid, match="Choose a role"):
        escalate(case=case, role="auditor", note="Somebody must look", by=fraud_reviewer)
    Case.objects.update(state="decided")
    with pytest.raises(Conflict):
        escalated(case, fraud_reviewer)


def test_it_is_handed_back_by_those_who_have_it(case: Case, fraud_reviewer: User, senior_fraud_reviewer: User) -> None:
    escalated(case, fraud_reviewer)
    with pytest.raises(Forbidden):
        hand_back(case=case, note="Let me have it", by=fraud_reviewer)
    hand_back(case=case, note="Nothing special", by=senior_fraud_reviewer)
    with pytest.raises(Conflict, match="not escalated"):
        hand_back(case=case, note="Nothing special", by=senior_fraud_reviewer)
    assert next_case(lane="fraud", by=fraud_reviewer) == case
    assert told(case=case)[:2] == [Verb.CASE_ESCALATED, Verb.CASE_HANDED_BACK]
    assert [said.kind for said in case.comments.all()] == ["escalated", "handed_back"]
