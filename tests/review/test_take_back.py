"""Taking a decision back after it was carried out: law 15, through the inverse where one exists."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.models import Case
from ordersops.effects.kinds import KINDS
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Order
from ordersops.review.actions import approve, override, take_back, undo
from ordersops.review.models import Decision
from ordersops.review.queries import available
from ordersops.rollout.models import Void
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.kernel.history import events, refusals, told, woken
from tests.people import MakePerson
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
WHY = "The cardholder called: it was not her."


def carried_out(decision: Decision, **more: Any) -> Decision:
    """As the workers leave it."""
    past = timezone.now() - timedelta(minutes=1)
    Effect.objects.filter(decision=decision).update(**{"state": "done", "attempts": 1, "due_at": past, "settled_at": past, **more})
    return decision


@pytest.fixture
def released(store: Store, system: User, fraud_reviewer: User) -> Decision:
    return carried_out(approve(case=case_about(store, system, outcome="release"), by=fraud_reviewer, version=1))


def nothing_changed(decision: Decision) -> None:
    assert Case.objects.get(pk=decision.case_id).state == "decided"
    assert not Decision.objects.filter(supersedes=decision).exists()
    assert not Effect.objects.filter(inverse_of__isnull=False).exists()


def test_a_release_is_taken_back_by_a_hold_and_the_case_is_open(released: Decision, fraud_reviewer: User, settings: Any) -> None:
    taken_back = take_back(decision=released, note=WHY, by=fraud_reviewer)
    case, order = Case.objects.get(), Order.objects.get()
    assert (case.state, case.decided_at, case.version, case.leased_by) == ("open", None, 3, None)
    assert (order.risk, order.on_hold, order.holds.open().count()) == ("needs_review", True, 1)
    assert (taken_back.outcome, taken_back.reason, taken_back.label) == ("undo", "TAKEN_BACK", "inconclusive")
    assert (taken_back.supersedes, taken_back.note, taken_back.by) == (released, WHY, fraud_reviewer)
    back = Effect.objects.get(inverse_of=released.effects.get())
    assert (back.kind, back.state, back.decision, back.attempts) == ("order.hold", "planned", taken_back, 0)
    assert back.due_at - timezone.now() == pytest.approx(timedelta(seconds=settings.HOLD_WINDOW_SECONDS), abs=timedelta(seconds=30))
    assert released.effects.get().state == "done"
    assert Void.objects.filter(decision=released).exists()
    assert "effects.send" in woken()


def test_it_is_told_once(released: Decision, fraud_reviewer: User) -> None:
    before = len(events(order=released.case.order))
    take_back(decision=released, note=WHY, by=fraud_reviewer)
    assert sorted(told(order=released.case.order)[before:]) == sorted(
        [Verb.DECISION_TAKEN_BACK, Verb.EFFECT_PLANNED, Verb.ORDER_HELD, Verb.RISK_CHANGED]
    )
    (event,) = events(Verb.DECISION_TAKEN_BACK)
    assert (event.data["undone"], event.data["outcome"], event.data["left_out"]) == (str(released.pk), "release", 0)
    assert "note" not in event.data


def test_the_desk_offers_it_once_the_window_is_over(released: Decision, fraud_reviewer: User) -> None:
    found = available(Case.objects.get(), fraud_reviewer)
    assert found.undo is None
    assert found.taking_back is not None
    assert [(label, n) for label, n, _ in found.taking_back.acts] == [("Hold the order", 1)]


def test_within_the_window_it_is_undone_instead(store: Store, system: User, fraud_reviewer: User) -> None:
    decision = approve(case=case_about(store, system, outcome="release"), by=fraud_reviewer, version=1)
    with pytest.raises(Conflict, match="undo the decision instead"):
        take_back(decision=decision, note=WHY, by=fraud_reviewer)
    found = available(Case.objects.get(), fraud_reviewer)
    assert (found.undo, found.taking_back) == (decision, None)
    nothing_changed(decision)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"fulfilment": "shipped"}, "It has left the house"),
        ({"fulfilment": "accepted"}, "ask for a cancellation there"),
        ({"commercial": "cancelled", "cancelled_at": timezone.now()}, "The order is cancelled"),
    ],
)
def test_an_order_that_is_beyond_reach_is_not_taken_back(released: Decision, fraud_reviewer: User, facts: Any, says: str) -> None:
    Order.objects.update(**facts)
    with pytest.raises(Conflict, match=says):
        take_back(decision=released, note=WHY, by=fraud_reviewer)
    assert available(Case.objects.get(), fraud_reviewer).taking_back is None
    nothing_changed(released)


def test_a_cancellation_has_no_way_back(store: Store, system: User, fraud_reviewer: User) -> None:
    decision = carried_out(approve(case=case_about(store, system), by=fraud_reviewer, version=1))
    with pytest.raises(Conflict, match="“Cancel the order” is done and cannot be taken back"):
        take_back(decision=decision, note=WHY, by=fraud_reviewer)
    nothing_changed(decision)


def test_what_was_given_up_left_nothing_to_take_back(store: Store, system: User, fraud_reviewer: User) -> None:
    decision = carried_out(approve(case=case_about(store, system), by=fraud_reviewer, version=1), state="given_up")
    with pytest.raises(Conflict, match="nothing to take back"):
        take_back(decision=decision, note=WHY, by=fraud_reviewer)


@pytest.mark.parametrize("state", ["planned", "sending", "handed_over", "dead"])
def test_what_is_not_settled_yet_is_not_taken_back(released: Decision, fraud_reviewer: User, state: str) -> None:
    Effect.objects.update(state=state)
    with pytest.raises(Conflict, match="Release the order"):
        take_back(decision=released, note=WHY, by=fraud_reviewer)
    nothing_changed(released)


def test_of_an_attack_what_has_left_is_left_as_it_is(store: Store, system: User, fraud_reviewer: User) -> None:
    decision = carried_out(approve(case=case_about(store, system, members=2, outcome="release"), by=fraud_reviewer, version=1))
    gone = decision.case.members.first().order
    Order.objects.filter(pk=gone.pk).update(fulfilment="shipped")
    take_back(decision=decision, note=WHY, by=fraud_reviewer)
    assert Effect.objects.filter(kind="order.hold").count() == 2
    gone.refresh_from_db()
    assert (gone.risk, gone.effects.filter(kind="order.hold").exists(), gone.holds.open().exists()) == ("approved", False, False)
    assert events(Verb.DECISION_TAKEN_BACK)[0].data["left_out"] == 1


def test_twice_conflicts_and_so_does_taking_back_the_taking_back(released: Decision, fraud_reviewer: User) -> None:
    taken_back = take_back(decision=released, note=WHY, by=fraud_reviewer)
    for one in (released, taken_back):
        with pytest.raises(Conflict, match="taken back, or decided anew"):
            take_back(decision=one, note=WHY, by=fraud_reviewer)
        with pytest.raises(Conflict, match="undone already"):
            undo(decision=one, by=fraud_reviewer)
    assert Effect.objects.filter(kind="order.hold").count() == 1


def test_it_can_be_decided_anew_and_the_chain_has_no_fork(released: Decision, fraud_reviewer: User) -> None:
    take_back(decision=released, note=WHY, by=fraud_reviewer)
    case = Case.objects.get()
    override(case=case, by=fraud_reviewer, outcome="decline", reason="O1", note="The cardholder called us.", version=case.version)
    chain = list(Decision.objects.order_by("decided_at"))
    assert [one.outcome for one in chain] == ["release", "undo", "decline"]
    assert [one.supersedes_id for one in chain[1:]] == [one.pk for one in chain[:-1]]


def test_a_hold_that_a_newer_release_has_overtaken_does_not_leave(released: Decision, fraud_reviewer: User) -> None:
    take_back(decision=released, note=WHY, by=fraud_reviewer)
    assert KINDS["order.hold"].overtaken(Order.objects.get()) == []
    case = Case.objects.get()
    approve(case=case, by=fraud_reviewer, version=case.version)
    assert KINDS["order.hold"].overtaken(Order.objects.get()) == ["It was released again since."]


def test_it_needs_a_note(released: Decision, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid, match="why you take it back"):
        take_back(decision=released, note="oops", by=fraud_reviewer)
    nothing_changed(released)


@pytest.mark.parametrize("role", [role for role in Role if Perm.DECIDE_FRAUD not in ROLES[role]])
def test_it_needs_the_lanes_right(released: Decision, role: Role, make_person: MakePerson, store: Store) -> None:
    person = make_person(role, store)
    with pytest.raises(Forbidden):
        take_back(decision=released, note=WHY, by=person)
    assert len(refusals(person)) == 1
    assert available(Case.objects.get(), person).taking_back is None
    nothing_changed(released)


def test_a_role_in_another_store_takes_nothing_back_here(released: Decision, other_store: Store, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        take_back(decision=released, note=WHY, by=make_person(Role.SUPERVISOR, other_store))
    nothing_changed(released)


def test_a_newer_case_about_the_order_is_where_to_decide(released: Decision, fraud_reviewer: User) -> None:
    CaseFactory(order=released.case.order, store=released.store)
    with pytest.raises(Conflict, match="A newer case"):
        take_back(decision=released, note=WHY, by=fraud_reviewer)
    nothing_changed(released)
