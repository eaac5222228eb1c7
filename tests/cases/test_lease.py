"""claim, heartbeat, release, next_case: who is at work on what."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim, heartbeat, next_case, release, return_expired
from ordersops.cases.models import Case, CaseState
from ordersops.errors import Conflict, Forbidden
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory
from tests.kernel.history import events, refusals, told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
UNFIT = [role for role in Role if Perm.DECIDE_FRAUD not in ROLES[role]]


@pytest.fixture
def case(store: Store) -> Case:
    return CaseFactory(order=OrderFactory(store=store), store=store)


@pytest.fixture
def colleague(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.FRAUD_REVIEWER, store, name="A colleague")


def run_out(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


# --- claim ------------------------------------------------------------------------------------------------------------
def test_a_claim_leases_the_case_for_the_set_time(case: Case, fraud_reviewer: User, settings: Any) -> None:
    held = claim(case=case, by=fraud_reviewer)
    case.refresh_from_db()
    assert case.holder_id() == fraud_reviewer.pk
    assert case.lease_until - timezone.now() == pytest.approx(timedelta(minutes=settings.LEASE_MINUTES), abs=timedelta(minutes=1))
    (event,) = events(case=case)
    assert event.verb == Verb.CASE_CLAIMED
    assert held.version == 1, "looking at a case does not change what others have on screen"


def test_claiming_again_extends_and_tells_nothing_new(case: Case, fraud_reviewer: User) -> None:
    claim(case=case, by=fraud_reviewer)
    Case.objects.update(lease_until=timezone.now() + timedelta(seconds=50))
    assert claim(case=case, by=fraud_reviewer).lease_until > timezone.now() + timedelta(minutes=1)
    assert told(case=case) == [Verb.CASE_CLAIMED]


@pytest.mark.parametrize("role", UNFIT)
def test_claiming_needs_the_lanes_right(case: Case, role: Role, make_person: MakePerson) -> None:
    person = make_person(role, case.store)
    with pytest.raises(Forbidden):
        claim(case=case, by=person)
    (refused,) = refusals(person)
    assert (refused.data["right"], refused.case_id, refused.order_id) == ("decide_fraud", case.pk, case.order_id)


def test_a_role_in_another_store_claims_nothing_here(case: Case, other_store: Store, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        claim(case=case, by=make_person(Role.SUPERVISOR, other_store))


def test_what_a_colleague_holds_conflicts_by_name(case: Case, fraud_reviewer: User, colleague: User) -> None:
    claim(case=case, by=colleague)
    with pytest.raises(Conflict, match="A colleague is working on this case"):
        claim(case=case, by=fraud_reviewer)


def test_a_lease_that_ran_out_can_be_taken(case: Case, fraud_reviewer: User, colleague: User) -> None:
    claim(case=case, by=colleague)
    run_out(case)
    assert claim(case=case, by=fraud_reviewer).holder_id() == fraud_reviewer.pk
    assert told(case=case) == [Verb.CASE_CLAIMED, Verb.CASE_CLAIMED]


# --- heartbeat and release --------------------------------------------------------------------------------------------
def test_a_heartbeat_keeps_the_lease_and_writes_no_event(case: Case, fraud_reviewer: User) -> None:
    claim(case=case, by=fraud_reviewer)
    Case.objects.update(lease_until=timezone.now() + timedelta(seconds=50))
    assert heartbeat(case=case, by=fraud_reviewer).lease_until > timezone.now() + timedelta(minutes=1)
    assert told(case=case) == [Verb.CASE_CLAIMED]


@pytest.mark.parametrize("verb", [heartbeat, release])
def test_only_the_holder_keeps_or_gives_back(verb: Any, case: Case, fraud_reviewer: User, colleague: User) -> None:
    with pytest.raises(Conflict):
        verb(case=case, by=fraud_reviewer)
    claim(case=case, by=colleague)
    with pytest.raises(Conflict):
        verb(case=case, by=fraud_reviewer)
    run_out(case)
    with pytest.raises(Conflict):
        verb(case=case, by=colleague)


def test_giving_back_frees_the_case_once(case: Case, fraud_reviewer: User, colleague: User) -> None:
    claim(case=case, by=fraud_reviewer)
    release(case=case, by=fraud_reviewer)
    with pytest.raises(Conflict):
        release(case=case, by=fraud_reviewer)
    assert told(case=case) == [Verb.CASE_CLAIMED, Verb.CASE_RELEASED]
    claim(case=case, by=colleague)


@pytest.mark.parametrize("verb", [claim, heartbeat])
@pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.WITHDRAWN])
def test_a_closed_case_is_nobodys(verb: Any, state: CaseState, case: Case, fraud_reviewer: User) -> None:
    claim(case=case, by=fraud_reviewer)
    Case.objects.update(state=state)
    with pytest.raises(Conflict):
        verb(case=case, by=fraud_reviewer)


def test_expired_leases_are_taken_away(case: Case, fraud_reviewer: User, colleague: User, store: Store) -> None:
    other = CaseFactory(order=OrderFactory(store=store), store=store)
    claim(case=case, by=fraud_reviewer)
    claim(case=other, by=colleague)
    run_out(case)
    assert return_expired() == 1
    assert return_expired() == 0
    assert set(Case.objects.values_list("leased_by", flat=True)) == {None, colleague.pk}


# --- next_case --------------------------------------------------------------------------------------------------------
def queue(store: Store, *priorities: int) -> list[Case]:
    return [CaseFactory(order=OrderFactory(store=store), store=store, priority=priority) for priority in priorities]


def test_next_is_the_most_urgent_that_nobody_holds(store: Store, fraud_reviewer: User, colleague: User) -> None:
    low, high, middle = queue(store, 10, 90, 50)
    assert next_case(lane="fraud", by=fraud_reviewer) == high
    assert next_case(lane="fraud", by=colleague) == middle
    assert next_case(lane="fraud", by=fraud_reviewer) == low
    assert next_case(lane="fraud", by=fraud_reviewer) is None
    assert told(case=high) == [Verb.CASE_CLAIMED]


def test_of_equal_priority_the_one_due_first_comes_first(store: Store, fraud_reviewer: User) -> None:
    later, sooner = queue(store, 50, 50)
    Case.objects.filter(pk=sooner.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert next_case(lane="fraud", by=fraud_reviewer) == sooner
    assert next_case(lane="fraud", by=fraud_reviewer) == later


def test_closed_cases_and_those_of_other_stores_and_lanes_do_not_come(store: Store, other_store: Store, fraud_reviewer: User) -> None:
    decided, withdrawn, elsewhere = queue(store, 90, 80, 70)
    Case.objects.filter(pk=decided.pk).update(state="decided")
    Case.objects.filter(pk=withdrawn.pk).update(state="withdrawn")
    Case.objects.filter(pk=elsewhere.pk).update(lane="triage")
    queue(other_store, 99)
    assert next_case(lane="fraud", by=fraud_reviewer) is None


@pytest.mark.parametrize("role", UNFIT)
def test_nobody_without_the_right_gets_a_case(case: Case, role: Role, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        next_case(lane="fraud", by=make_person(role, case.store))
    case.refresh_from_db()
    assert case.leased_by is None


def test_nobody_holds_more_than_the_set_number(store: Store, fraud_reviewer: User, colleague: User, settings: Any) -> None:
    settings.HELD_CASES = 2
    first, second, third = queue(store, 90, 80, 70)
    assert {next_case(lane="fraud", by=fraud_reviewer), claim(case=second, by=fraud_reviewer)} == {first, second}
    for more in (lambda: claim(case=third, by=fraud_reviewer), lambda: next_case(lane="fraud", by=fraud_reviewer)):
        with pytest.raises(Conflict, match="You hold 2 cases already"):
            more()
    claim(case=second, by=fraud_reviewer)  # what one holds can be kept
    run_out(first)
    assert claim(case=third, by=fraud_reviewer) == third
    assert next_case(lane="fraud", by=colleague) == first


def test_the_end_of_a_lease_is_told(case: Case, fraud_reviewer: User) -> None:
    claim(case=case, by=fraud_reviewer)
    run_out(case)
    return_expired()
    assert told(case=case) == [Verb.CASE_CLAIMED, Verb.CASE_LEASE_ENDED]


def test_a_heartbeat_changes_nothing_that_others_see(case: Case, fraud_reviewer: User) -> None:
    claim(case=case, by=fraud_reviewer)
    case.refresh_from_db()
    before = case.changed_at
    Case.objects.update(lease_until=timezone.now() + timedelta(seconds=50))
    heartbeat(case=case, by=fraud_reviewer)
    case.refresh_from_db()
    assert case.changed_at == before


def test_next_looks_past_what_others_are_taking(store: Store, make_person: MakePerson) -> None:
    queue(store, *range(40))
    people = [make_person(Role.FRAUD_REVIEWER, store) for _ in range(14)]
    taken = [next_case(lane="fraud", by=person) for person in people for _ in range(3) if Case.objects.filter(leased_by=None).exists()]
    found = [case for case in taken if case is not None]
    assert len(found) == len(set(found)) == 40
    assert [case.priority for case in found] == sorted(range(40), reverse=True)
