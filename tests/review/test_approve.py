"""Approving: deciding as recommended."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim
from ordersops.cases.models import Case, CaseState
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Order
from ordersops.review.actions import approve
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory, RecommendationFactory
from tests.kernel.history import events, refusals, told, woken
from tests.people import MakePerson
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store, system: User) -> Case:
    return case_about(store, system)


@pytest.fixture
def releasable(store: Store, system: User) -> Case:
    return case_about(store, system, outcome="release")


def nothing_changed(case: Case) -> None:
    case.refresh_from_db()
    assert (case.state, case.decided_at) == ("open", None)
    assert not Decision.objects.exists()
    assert not Effect.objects.exists()
    assert case.order.holds.open().exists()


def test_approving_a_release_ends_the_hold_and_plans_the_effect(releasable: Case, fraud_reviewer: User, settings: Any) -> None:
    decision = approve(case=releasable, by=fraud_reviewer, version=1, reason="A3", note=" known since 2019 ")
    order = Order.objects.get(pk=releasable.order_id)
    releasable.refresh_from_db()
    assert (releasable.state, releasable.decided_at, releasable.leased_by) == ("decided", decision.decided_at, None)
    assert (decision.outcome, decision.reason, decision.label, decision.overrides) == ("release", "A3", "legitimate", False)
    assert (decision.note, decision.by, decision.case_version) == ("known since 2019", fraud_reviewer, 1)
    assert (order.risk, order.on_hold, order.holds.get().decision_id) == ("approved", False, decision.pk)
    effect = Effect.objects.get()
    assert (effect.kind, effect.state, effect.attempts) == ("order.release", "planned", 0)
    assert effect.due_at - timezone.now() == pytest.approx(timedelta(seconds=settings.HOLD_WINDOW_SECONDS), abs=timedelta(seconds=30))
    assert "effects.send" in woken()


def test_approving_a_decline_keeps_the_hold_and_proposes_the_cancellation(case: Case, fraud_reviewer: User) -> None:
    approve(case=case, by=fraud_reviewer, version=1)
    order = Order.objects.get(pk=case.order_id)
    assert (order.risk, order.holds.open().count()) == ("declined", 1)
    assert Effect.objects.get().kind == "order.cancel"


def test_each_thing_that_happened_is_told_once(releasable: Case, fraud_reviewer: User) -> None:
    decision = approve(case=releasable, by=fraud_reviewer, version=1)
    assert sorted(told(order=releasable.order)) == [Verb.CASE_APPROVED, Verb.EFFECT_PLANNED, Verb.HOLD_RELEASED, Verb.RISK_CHANGED]
    (event,) = events(Verb.CASE_APPROVED, case=releasable)
    assert event.data == {
        "decision": str(decision.pk), "recommendation": str(decision.recommendation_id), "outcome": "release", "reason": "A0",
        "playbook": None, "kept": None,
    }  # fmt: skip
    assert event.actor_id == fraud_reviewer.pk


def test_an_attack_is_decided_for_all_its_orders(store: Store, system: User, fraud_reviewer: User) -> None:
    case = case_about(store, system, members=3)
    shipped = case.members.first().order
    Order.objects.filter(pk=shipped.pk).update(fulfilment="shipped")
    approve(case=case, by=fraud_reviewer, version=1)
    assert Effect.objects.count() == 3
    assert not Effect.objects.filter(order=shipped).exists()
    assert sorted(Order.objects.values_list("risk", flat=True)) == ["declined"] * 3 + ["needs_review"]


@pytest.mark.parametrize("role", [role for role in Role if Perm.DECIDE_FRAUD not in ROLES[role]])
def test_approving_needs_the_lanes_right(case: Case, role: Role, make_person: MakePerson) -> None:
    person = make_person(role, case.store)
    with pytest.raises(Forbidden):
        approve(case=case, by=person, version=1)
    assert [event.data["right"] for event in refusals(person)] == ["decide_fraud"]
    nothing_changed(case)


def test_a_role_in_another_store_decides_nothing_here(case: Case, other_store: Store, make_person: MakePerson) -> None:
    person = make_person(Role.SUPERVISOR, other_store)
    with pytest.raises(Forbidden):
        approve(case=case, by=person, version=1)
    nothing_changed(case)


def test_automation_decides_nothing(case: Case, system: User) -> None:
    with pytest.raises(Forbidden):
        approve(case=case, by=system, version=1)
    nothing_changed(case)


def test_a_block_list_hit_is_released_only_by_the_right_for_it(
    store: Store, system: User, fraud_reviewer: User, make_person: MakePerson
) -> None:
    case = case_about(store, system, outcome="release", blocked=True)
    with pytest.raises(Forbidden, match="Release an order that hits the block list"):
        approve(case=case, by=fraud_reviewer, version=1)
    nothing_changed(case)
    assert [event.data["right"] for event in refusals(fraud_reviewer)] == ["override_block_list"]
    approve(case=case, by=make_person(Role.SENIOR_FRAUD_REVIEWER, store), version=1)


@pytest.mark.parametrize("version", [0, 2])
def test_a_page_from_before_new_advice_conflicts(case: Case, fraud_reviewer: User, version: int) -> None:
    with pytest.raises(Conflict, match="New facts or new advice"):
        approve(case=case, by=fraud_reviewer, version=version)
    nothing_changed(case)


def test_what_a_colleague_holds_is_theirs_until_the_lease_ends(case: Case, fraud_reviewer: User, make_person: MakePerson) -> None:
    colleague = make_person(Role.FRAUD_REVIEWER, case.store, name="A colleague")
    claim(case=case, by=colleague)
    with pytest.raises(Conflict, match="A colleague is working on this case"):
        approve(case=case, by=fraud_reviewer, version=1)
    nothing_changed(case)
    Case.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    approve(case=case, by=fraud_reviewer, version=1)


def test_approving_twice_conflicts_and_says_by_whom(case: Case, fraud_reviewer: User) -> None:
    approve(case=case, by=fraud_reviewer, version=1)
    with pytest.raises(Conflict, match=f"decided already by {fraud_reviewer.name}"):
        approve(case=case, by=fraud_reviewer, version=1)
    assert Decision.objects.count() == Effect.objects.count() == 1
    assert len(events(Verb.CASE_APPROVED, case=case)) == 1


@pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.WITHDRAWN])
def test_a_closed_case_conflicts(case: Case, fraud_reviewer: User, state: CaseState) -> None:
    Case.objects.update(state=state)
    with pytest.raises(Conflict, match="already"):
        approve(case=case, by=fraud_reviewer, version=1)


@pytest.mark.parametrize("gone", [{"fulfilment": "shipped"}, {"commercial": "cancelled"}])
def test_an_order_that_moved_on_cannot_be_decided(case: Case, fraud_reviewer: User, gone: dict[str, str]) -> None:
    Order.objects.update(**gone)
    with pytest.raises(Conflict, match="no longer possible"):
        approve(case=case, by=fraud_reviewer, version=1)
    nothing_changed(case)


@pytest.mark.parametrize("reason", ["A1", "O1", "nonsense"])
def test_a_reason_that_does_not_fit_is_invalid(case: Case, fraud_reviewer: User, reason: str) -> None:
    with pytest.raises(Invalid, match="Choose a reason"):
        approve(case=case, by=fraud_reviewer, version=1, reason=reason)
    nothing_changed(case)


def test_the_newest_advice_is_what_is_approved(case: Case, fraud_reviewer: User) -> None:
    newest = RecommendationFactory(order=case.order, outcome="release", advised_at=timezone.now() + timedelta(seconds=1))
    decision = approve(case=case, by=fraud_reviewer, version=1)
    assert (decision.outcome, decision.recommendation) == ("release", newest)


def test_without_advice_there_is_nothing_to_approve(fraud_reviewer: User, store: Store) -> None:
    bare = CaseFactory(order=OrderFactory(store=store), store=store, advice=False)
    with pytest.raises(Conflict, match="no recommendation"):
        approve(case=bare, by=fraud_reviewer, version=1)
