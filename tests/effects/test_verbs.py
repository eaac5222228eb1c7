"""plan, retry, mark_done: the verbs on effects, and the table of their states."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.effects.actions import Act, mark_done, plan, retry
from ordersops.effects.models import Effect, EffectState
from ordersops.errors import Conflict, Forbidden
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, EffectFactory, OrderFactory
from tests.kernel.history import events, refusals, told, woken
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
VERBS = {retry: (EffectState.DEAD, "planned", Verb.EFFECT_RETRIED), mark_done: (EffectState.HANDED_OVER, "done", Verb.EFFECT_DONE_BY_HAND)}


@pytest.fixture
def decision(store: Store, fraud_reviewer: User) -> Decision:
    return DecisionFactory(case=CaseFactory(order=OrderFactory(store=store), store=store), by=fraud_reviewer)


def effect_in(decision: Decision, state: str) -> Effect:
    effect: Effect = EffectFactory(decision=decision, state=state, attempts=5, last_error="It answered 404.")
    return effect


def test_planning_makes_one_effect_for_each_order(decision: Decision, fraud_reviewer: User, store: Store) -> None:
    orders = [decision.case.order, OrderFactory(store=store)]
    with atomic():
        effects = plan(acts=[Act(order, "order.cancel") for order in orders], decision=decision, by=fraud_reviewer)
    assert [effect.order for effect in effects] == orders
    assert len({effect.idempotency_key for effect in effects}) == 2
    assert {effect.not_before for effect in effects} == {effect.due_at for effect in effects}
    (event,) = events(order=orders[1])
    assert (event.verb, event.data["decision"]) == (Verb.EFFECT_PLANNED, str(decision.pk))
    assert "effects.send" in woken()


def test_the_same_act_cannot_be_planned_twice(decision: Decision, fraud_reviewer: User) -> None:
    for _ in range(2):
        with atomic():
            plan(acts=[Act(decision.case.order, "order.cancel")], decision=decision, by=fraud_reviewer)
            break
    with pytest.raises(IntegrityError, match="idempotency_key"), atomic():
        plan(acts=[Act(decision.case.order, "order.cancel")], decision=decision, by=fraud_reviewer)
    assert Effect.objects.count() == 1


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", EffectState)
def test_the_table_of_states(verb: Any, state: EffectState, decision: Decision, ops_reviewer: User) -> None:
    needed, after, event = VERBS[verb]
    effect = effect_in(decision, state)
    if state == needed:
        assert verb(effect=effect, by=ops_reviewer).state == after
        assert told(order=effect.order) == [event]
    else:
        with pytest.raises(Conflict, match="This effect is"):
            verb(effect=effect, by=ops_reviewer)
        effect.refresh_from_db()
        assert (effect.state, told(order=effect.order)) == (state, [])


@pytest.mark.parametrize("verb", VERBS)
def test_twice_conflicts(verb: Any, decision: Decision, ops_reviewer: User) -> None:
    effect = effect_in(decision, VERBS[verb][0])
    verb(effect=effect, by=ops_reviewer)
    with pytest.raises(Conflict):
        verb(effect=effect, by=ops_reviewer)
    assert len(events(order=effect.order)) == 1


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [role for role in Role if Perm.RETRY_EFFECT not in ROLES[role]])
def test_without_the_right_it_is_refused_and_recorded(
    verb: Any, role: Role, decision: Decision, make_person: MakePerson, store: Store
) -> None:
    effect, person = effect_in(decision, VERBS[verb][0]), make_person(role, store)
    with pytest.raises(Forbidden):
        verb(effect=effect, by=person)
    assert [event.data["right"] for event in refusals(person)] == ["retry_effect"]
    effect.refresh_from_db()
    assert effect.state == VERBS[verb][0]


@pytest.mark.parametrize("verb", VERBS)
def test_a_role_in_another_store_does_not_count(verb: Any, decision: Decision, make_person: MakePerson, other_store: Store) -> None:
    with pytest.raises(Forbidden):
        verb(effect=effect_in(decision, VERBS[verb][0]), by=make_person(Role.SUPERVISOR, other_store))


def test_a_retry_has_fresh_attempts_the_same_key_and_wakes_a_worker(decision: Decision, ops_reviewer: User) -> None:
    effect = effect_in(decision, "dead")
    back = retry(effect=effect, by=ops_reviewer)
    assert (back.attempts, back.lease_until, back.idempotency_key) == (0, None, effect.idempotency_key)
    assert "effects.send" in woken()


def test_who_did_it_by_hand_is_kept(decision: Decision, ops_reviewer: User) -> None:
    done = mark_done(effect=effect_in(decision, "handed_over"), by=ops_reviewer)
    assert done.settled_by == ops_reviewer
    assert done.settled_at is not None


def test_the_database_knows_the_states(decision: Decision) -> None:
    with pytest.raises(IntegrityError, match="effects_state_known"), transaction.atomic():
        effect_in(decision, "lost")
