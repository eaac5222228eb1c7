"""Kill switches: what they stop does not leave from the moment they are thrown, and goes on when they are lifted."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.effects import jobs, sending
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.rollout.actions import allow, stop
from ordersops.rollout.models import Switch
from ordersops.stores.models import Store
from tests.effects.receiver import Callback, listening
from tests.factories import CaseFactory, DecisionFactory, EffectFactory
from tests.kernel.history import events, refusals, woken

pytestmark = pytest.mark.django_db


@pytest.fixture
def callback(store: Store) -> Iterator[Callback]:
    with listening() as found:
        Store.objects.filter(pk=store.pk).update(callback_url=found.address)
        yield found


def due(store: Store, by: User, *, source: str = "person", kind: str = "order.cancel") -> Effect:
    decision = DecisionFactory(case=CaseFactory(order__store=store, order__risk="approved"), by=by, source=source)
    effect: Effect = EffectFactory(decision=decision, kind=kind, due_at=timezone.now() - timedelta(seconds=1))
    return effect


def throw(by: User, store: Store | None = None, *, lane: str = "fraud", effect: str = "", why: str = "Odd answers since noon") -> Switch:
    return stop(lane=lane, store=store, effect=effect, why=why, by=by)


# --- What leaves ------------------------------------------------------------------------------------------------------
def test_a_stopped_kind_does_not_leave_whoever_decided_it_and_goes_on_when_lifted(
    supervisor: User, fraud_reviewer: User, store: Store, callback: Callback
) -> None:
    effect, other = due(store, fraud_reviewer), due(store, fraud_reviewer, kind="order.release")
    switch = throw(supervisor, store, effect="order.cancel")
    jobs.send()
    effect.refresh_from_db()
    other.refresh_from_db()
    assert (effect.state, effect.attempts, other.state) == ("planned", 0, "done")
    assert jobs.oldest_ready() is None  # nobody is woken up for it, and no watchdog restarts anything
    allow(switch=switch, by=supervisor)
    assert "effects.send" in woken()
    assert jobs.send() == 1
    effect.refresh_from_db()
    assert effect.state == "done"
    assert len(callback.received) == 2


def test_stopped_automation_keeps_back_what_the_system_decided_and_nothing_else(
    supervisor: User, fraud_reviewer: User, system: User, store: Store, callback: Callback
) -> None:
    mine, its = due(store, fraud_reviewer), due(store, system, source="system")
    throw(supervisor, store)
    assert jobs.send() == 1
    for effect, state in ((mine, "done"), (its, "planned")):
        effect.refresh_from_db()
        assert effect.state == state


@pytest.mark.parametrize(("where", "lane", "kept"), [("here", "fraud", True), ("everywhere", "", True), ("elsewhere", "fraud", False)])
def test_a_switch_reaches_as_far_as_it_says(
    where: str, lane: str, kept: bool, system: User, store: Store, other_store: Store, callback: Callback, make_person: Any
) -> None:
    Switch.objects.create(
        lane=lane, store={"here": store, "everywhere": None, "elsewhere": other_store}[where], why="Odd", by=make_person()
    )
    due(store, system, source="system")
    assert jobs.send() == (0 if kept else 1)


def test_a_switch_thrown_after_the_claim_still_stops(supervisor: User, fraud_reviewer: User, store: Store, callback: Callback) -> None:
    effect = due(store, fraud_reviewer)
    (claimed,) = jobs._claim()
    throw(supervisor, store, effect="order.cancel")
    sending.send(claimed)
    effect.refresh_from_db()
    assert (effect.state, effect.attempts, effect.lease_until) == ("planned", 0, None)
    assert not callback.received


def test_the_desk_says_why_it_waits(supervisor: User, fraud_reviewer: User, store: Store, client: Any) -> None:
    effect = due(store, fraud_reviewer)
    throw(supervisor, store, effect="order.cancel", why="The warehouse <counts> stock")
    client.force_login(fraud_reviewer)
    for page in (reverse("effects"), reverse("case", args=[effect.decision.case_id])):
        text = client.get(page).content.decode()
        assert "Stopped by hand: The warehouse &lt;counts&gt; stock" in text


# --- The verbs --------------------------------------------------------------------------------------------------------
def test_throwing_and_lifting_are_in_the_history(supervisor: User, store: Store) -> None:
    switch = throw(supervisor, store, effect="order.release")
    allow(switch=switch, by=supervisor)
    thrown, lifted = events(Verb.AUTOMATION_STOPPED, Verb.AUTOMATION_ALLOWED)
    assert (thrown.data["why"], thrown.data["effect"], thrown.store_id) == ("Odd answers since noon", "order.release", store.pk)
    assert lifted.data["switch"] == thrown.data["switch"]
    assert f"Fraud review in {store.name}" in thrown.data["what"]


def test_the_same_switch_stands_once_and_is_lifted_once(supervisor: User, store: Store) -> None:
    switch = throw(supervisor, store)
    with pytest.raises(Conflict, match="stands already"):
        throw(supervisor, store)
    allow(switch=switch, by=supervisor)
    with pytest.raises(Conflict, match="lifted already"):
        allow(switch=switch, by=supervisor)
    assert len(events(Verb.AUTOMATION_STOPPED)) == 1


def test_a_switch_for_every_store_needs_the_right_in_every_store(supervisor: User, store: Store, other_store: Store) -> None:
    with pytest.raises(Forbidden):
        throw(supervisor, None)
    everywhere = Switch.objects.create(lane="fraud", why="Odd", by=supervisor)
    with pytest.raises(Forbidden):
        allow(switch=everywhere, by=supervisor)
    assert refusals(supervisor)[-1].data["right"] == "stop_automation"


def test_throwing_needs_the_right(fraud_reviewer: User, store: Store) -> None:
    with pytest.raises(Forbidden):
        throw(fraud_reviewer, store)


@pytest.mark.parametrize("wrong", [{"lane": "astrology"}, {"effect": "order.eat"}, {"why": "no"}])
def test_what_has_no_meaning_is_refused(wrong: dict[str, str], supervisor: User, store: Store) -> None:
    with pytest.raises(Invalid):
        throw(supervisor, store, **wrong)
