"""Sending effects: once, signed, retried, and handed over where we reach nobody (laws 13, 14)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.effects import jobs, sending
from ordersops.effects.connectors import callback as connector
from ordersops.effects.models import Effect
from ordersops.jobs import MAX_ATTEMPTS, backoff
from ordersops.stores.models import Store
from tests.effects.receiver import Callback, listening
from tests.factories import CaseFactory, DecisionFactory, EffectFactory, OrderFactory
from tests.kernel.history import events, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def callback() -> Iterator[Callback]:
    with listening() as found:
        yield found


@pytest.fixture
def effect(store: Store, callback: Callback, fraud_reviewer: User) -> Effect:
    """One that is due."""
    Store.objects.filter(pk=store.pk).update(callback_url=callback.address)
    return due(store, fraud_reviewer)


def due(store: Store, by: User) -> Effect:
    case = CaseFactory(order=OrderFactory(store=store), store=store)
    effect: Effect = EffectFactory(decision=DecisionFactory(case=case, by=by), due_at=timezone.now() - timedelta(seconds=1))
    return effect


def again(effect: Effect) -> None:
    """The pause is over."""
    Effect.objects.filter(pk=effect.pk, state="planned").update(not_before=timezone.now() - timedelta(seconds=1))


def test_a_due_effect_is_sent_once_signed_with_its_key(effect: Effect, callback: Callback, store: Store) -> None:
    assert jobs.send() == 1
    assert jobs.send() == 0
    ((_, headers, body),) = callback.received
    Webhook(store.webhook_secret).verify(body, headers)
    assert headers["webhook-id"] == effect.idempotency_key
    said = json.loads(body)
    assert (said["type"], said["data"]["order_id"]) == ("order.cancel", effect.order.external_id)
    effect.refresh_from_db()
    assert (effect.state, effect.attempts, effect.response_status, effect.lease_until) == ("done", 1, 200, None)
    assert effect.settled_at is not None
    (event,) = events(order=effect.order)
    assert (event.verb, event.data["attempt"]) == (Verb.EFFECT_SENT, 1)


def test_the_store_is_not_told_why(effect: Effect, callback: Callback) -> None:
    jobs.send()
    body = callback.received[0][2].decode()
    assert not any(word in body.lower() for word in ("fraud", "score", "signal", "velocity", "high", "risk"))


def test_nothing_leaves_within_the_hold_window(store: Store, callback: Callback, effect: Effect) -> None:
    Effect.objects.update(not_before=timezone.now() + timedelta(seconds=30))
    assert jobs.send() == 0
    assert jobs.oldest_ready() is None
    assert callback.received == []


@pytest.mark.parametrize("status", [500, 503, 429, 408, 302])
def test_what_may_pass_is_tried_again_with_the_same_key(effect: Effect, callback: Callback, status: int) -> None:
    callback.answers, before = [status], timezone.now()
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, effect.attempts, effect.last_error) == ("planned", 1, f"The store's callback answered {status}.")
    assert before + backoff(1) <= effect.not_before <= timezone.now() + backoff(1)
    (event,) = events(order=effect.order)
    assert (event.verb, event.data["attempt"]) == (Verb.EFFECT_FAILED, 1)
    assert jobs.send() == 0
    again(effect)
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, effect.last_error) == ("done", "")
    assert len({headers["webhook-id"] for _, headers, _ in callback.received}) == 1
    assert {path for path, _, _ in callback.received} == {"/callback"}


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_what_cannot_pass_is_given_up_at_once(effect: Effect, callback: Callback, status: int) -> None:
    callback.answers = [status]
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, effect.attempts) == ("dead", 1)
    assert told(order=effect.order) == [Verb.EFFECT_DEAD]
    again(effect)
    assert jobs.send() == 0


def test_after_five_attempts_a_person_is_needed(effect: Effect, callback: Callback) -> None:
    callback.answers = [500] * 9
    for _ in range(MAX_ATTEMPTS + 2):
        jobs.send()
        again(effect)
    effect.refresh_from_db()
    assert (effect.state, effect.attempts, len(callback.received)) == ("dead", MAX_ATTEMPTS, MAX_ATTEMPTS)
    assert told(order=effect.order) == [Verb.EFFECT_FAILED] * (MAX_ATTEMPTS - 1) + [Verb.EFFECT_DEAD]


def test_nobody_listening_is_a_failure_with_a_sentence(effect: Effect) -> None:
    Store.objects.update(callback_url="http://127.0.0.1:1/callback")
    jobs.send()
    effect.refresh_from_db()
    assert effect.state == "planned"
    assert effect.last_error == "The store's callback address did not answer (ConnectionError)."


def test_a_private_address_is_refused_unless_the_settings_allow_it(effect: Effect, callback: Callback, settings: Any) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = False
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, callback.received) == ("dead", [])
    assert "private network" in effect.last_error


def test_an_error_on_our_side_is_tried_again(effect: Effect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector, "content", lambda effect: {}["nothing"])
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, effect.last_error) == ("planned", "KeyError on our side.")


def test_a_store_without_a_callback_is_handed_to_a_person(store: Store, fraud_reviewer: User) -> None:
    effect = due(store, fraud_reviewer)
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, effect.settled_at) == ("handed_over", None)
    assert effect.order.number in effect.instructions
    assert told(order=effect.order) == [Verb.EFFECT_HANDED_OVER]
    assert jobs.send() == 0


def test_what_a_dead_worker_left_is_sent_under_the_same_key(effect: Effect, callback: Callback) -> None:
    jobs._claim()
    assert jobs.send() == 0, "its lease has not run out"
    Effect.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.oldest_ready() is not None
    assert jobs.send() == 1
    effect.refresh_from_db()
    assert (effect.state, effect.attempts) == ("done", 2)
    assert callback.received[0][1]["webhook-id"] == effect.idempotency_key


def test_an_effect_at_which_every_worker_dies_is_given_up(effect: Effect, callback: Callback) -> None:
    Effect.objects.update(attempts=MAX_ATTEMPTS, state="sending", lease_until=timezone.now() - timedelta(seconds=1))
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, callback.received) == ("dead", [])


@pytest.mark.parametrize("answer", [200, 500, 404])
def test_a_worker_that_outlived_its_lease_has_no_say(effect: Effect, callback: Callback, answer: int) -> None:
    """While the first waits for its answer, another has sent the effect and settled it."""
    callback.answers = [answer]
    (late,) = jobs._claim()
    Effect.objects.update(state="done", attempts=2, lease_until=None)
    sending.send(late)
    effect.refresh_from_db()
    assert (effect.state, effect.attempts) == ("done", 2)
    assert events(order=effect.order) == []
