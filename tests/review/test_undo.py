"""Undoing: law 15, a mistake can be taken back until the effect leaves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import next_case, snooze
from ordersops.cases.models import Case
from ordersops.effects import jobs
from ordersops.effects.models import Effect, EffectState
from ordersops.errors import Conflict, Forbidden
from ordersops.orders.models import Order
from ordersops.review.actions import approve, override, undo
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.kernel.history import events, refusals, told
from tests.people import MakePerson
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision(store: Store, system: User, fraud_reviewer: User) -> Decision:
    case = case_about(store, system, outcome="release")
    return approve(case=case, by=fraud_reviewer, version=1)


def test_undoing_opens_the_case_and_holds_the_order_again(decision: Decision, fraud_reviewer: User) -> None:
    taken_back = undo(decision=decision, by=fraud_reviewer)
    case, order = Case.objects.get(), Order.objects.get()
    assert (case.state, case.decided_at, case.version > 1) == ("open", None, True)
    assert (order.risk, order.on_hold, order.holds.open().count()) == ("needs_review", True, 1)
    assert (taken_back.outcome, taken_back.supersedes) == ("undo", decision)
    effect = Effect.objects.get()
    assert (effect.state, effect.settled_by) == ("undone", fraud_reviewer)
    assert jobs.send() == 0


def test_undoing_is_told_once(decision: Decision, fraud_reviewer: User) -> None:
    before = len(events(order=decision.case.order))
    undo(decision=decision, by=fraud_reviewer)
    assert sorted(told(order=decision.case.order)[before:]) == sorted(
        [Verb.DECISION_UNDONE, Verb.EFFECT_UNDONE, Verb.ORDER_HELD, Verb.RISK_CHANGED]
    )
    (event,) = events(Verb.DECISION_UNDONE)
    assert (event.data["undone"], event.data["outcome"]) == (str(decision.pk), "release")


def test_undoing_an_attack_takes_everything_back(store: Store, system: User, fraud_reviewer: User) -> None:
    case = case_about(store, system, members=2)
    decision = approve(case=case, by=fraud_reviewer, version=1)
    undo(decision=decision, by=fraud_reviewer)
    assert set(Effect.objects.values_list("state", flat=True)) == {"undone"}
    assert set(Order.objects.values_list("risk", flat=True)) == {"needs_review"}


def test_after_undoing_it_can_be_decided_again_and_undone_again(decision: Decision, fraud_reviewer: User) -> None:
    undo(decision=decision, by=fraud_reviewer)
    case = Case.objects.get()
    second = override(case=case, by=fraud_reviewer, outcome="decline", reason="O1", note="New facts have arrived.", version=case.version)
    assert second.supersedes.outcome == "undo"
    undo(decision=second, by=fraud_reviewer)
    case.refresh_from_db()
    approve(case=case, by=fraud_reviewer, version=case.version)
    chain = list(Decision.objects.order_by("decided_at"))
    assert [one.outcome for one in chain] == ["release", "undo", "decline", "undo", "release"]
    assert [one.supersedes_id for one in chain[1:]] == [one.pk for one in chain[:-1]]
    assert Effect.objects.filter(state="planned").count() == 1


def test_a_decision_ends_the_snooze(store: Store, system: User, fraud_reviewer: User) -> None:
    case = case_about(store, system, outcome="release")
    snooze(case=case, until=timezone.now() + timedelta(days=1), reason="customer", wakes_on=["reply"], by=fraud_reviewer)
    made = approve(case=case, by=fraud_reviewer, version=1)
    case.refresh_from_db()
    assert (case.snoozed_until, case.snooze_reason, case.wakes_on, case.paused_at) == (None, "", [], None)
    undo(decision=made, by=fraud_reviewer)
    assert next_case(lane="fraud", by=fraud_reviewer) == case


def test_undoing_twice_conflicts(decision: Decision, fraud_reviewer: User) -> None:
    taken_back = undo(decision=decision, by=fraud_reviewer)
    for one in (decision, taken_back):
        with pytest.raises(Conflict, match="undone already"):
            undo(decision=one, by=fraud_reviewer)
    assert len(events(Verb.DECISION_UNDONE)) == 1


def test_once_the_hold_window_is_over_nothing_is_taken_back(decision: Decision, fraud_reviewer: User) -> None:
    Effect.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict, match="hold window is over"):
        undo(decision=decision, by=fraud_reviewer)
    assert Case.objects.get().state == "decided"
    assert Effect.objects.get().state == "planned"


def test_if_one_of_many_has_left_none_is_taken_back(store: Store, system: User, fraud_reviewer: User) -> None:
    decision = approve(case=case_about(store, system, members=2), by=fraud_reviewer, version=1)
    left = Effect.objects.first()
    Effect.objects.filter(pk=left.pk).update(state="done", attempts=1)
    with pytest.raises(Conflict):
        undo(decision=decision, by=fraud_reviewer)
    assert Effect.objects.filter(state="planned").count() == 2


@pytest.mark.parametrize("state", [state for state in EffectState if state not in {EffectState.PLANNED, EffectState.WAITING}])
def test_what_is_not_waiting_cannot_be_undone(decision: Decision, fraud_reviewer: User, state: EffectState) -> None:
    Effect.objects.update(state=state)
    with pytest.raises(Conflict):
        undo(decision=decision, by=fraud_reviewer)


@pytest.mark.parametrize("role", [role for role in Role if Perm.DECIDE_FRAUD not in ROLES[role]])
def test_undoing_needs_the_lanes_right(decision: Decision, role: Role, make_person: MakePerson, store: Store) -> None:
    person = make_person(role, store)
    with pytest.raises(Forbidden):
        undo(decision=decision, by=person)
    assert len(refusals(person)) == 1
    assert Effect.objects.get().state == "planned"


def test_a_role_in_another_store_undoes_nothing_here(decision: Decision, other_store: Store, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        undo(decision=decision, by=make_person(Role.SUPERVISOR, other_store))


def test_a_newer_case_about_the_order_is_where_to_decide(decision: Decision, fraud_reviewer: User) -> None:
    CaseFactory(order=decision.case.order, store=decision.store)
    with pytest.raises(Conflict, match="A newer case"):
        undo(decision=decision, by=fraud_reviewer)
    assert Effect.objects.get().state == "planned"


def test_a_newer_case_about_an_order_of_the_attack_is_one_too(store: Store, system: User, fraud_reviewer: User) -> None:
    attack = case_about(store, system, members=2)
    decision = approve(case=attack, by=fraud_reviewer, version=attack.version)
    CaseFactory(order=attack.members.first().order, store=store)
    with pytest.raises(Conflict, match="A newer case"):
        undo(decision=decision, by=fraud_reviewer)


def test_an_order_that_was_cancelled_meanwhile_leaves_no_case_behind(decision: Decision, fraud_reviewer: User) -> None:
    Order.objects.update(commercial="cancelled", cancelled_at=timezone.now())
    undo(decision=decision, by=fraud_reviewer)
    assert Effect.objects.get().state == "undone"
    assert Case.objects.get().state == "withdrawn"
