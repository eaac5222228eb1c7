"""A worker may die at any step, and the other side may say anything: nothing happens twice, and nothing is lost (law 14)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.breaker import FAULTS
from ordersops.effects import bodies, jobs, sending
from ordersops.effects.connectors import CONNECTORS
from ordersops.effects.models import Attempt, Effect
from ordersops.stores.models import Store
from tests.effects.shop import Loopback, Shop, open_shop
from tests.factories import CaseFactory, DecisionFactory, EffectFactory, OrderFactory
from tests.kernel.history import told

pytestmark = pytest.mark.django_db
SECRET = "shpat_a-key-that-nobody-sees"


@pytest.fixture(params=[False, True], ids=["without keys", "with keys"])
def shop(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setitem(CONNECTORS, "generic", "tests.effects.shop.Loopback")
    with open_shop(keyed=request.param) as found:
        yield found


@pytest.fixture
def effect(store: Store, shop: Shop, fraud_reviewer: User) -> Effect:
    store.api_url, store.api_key = shop.address, SECRET
    store.save()
    order = OrderFactory(store=store)
    effect: Effect = EffectFactory(
        decision=DecisionFactory(case=CaseFactory(order=order, store=store), by=fraud_reviewer), kind="order.tag", arguments={"add": ["vip"]},
        due_at=timezone.now() - timedelta(seconds=1),
    )  # fmt: skip
    return effect


def later(effect: Effect) -> Effect:
    """The lease and the pause are over, and the next attempt is made."""
    past = timezone.now() - timedelta(seconds=1)
    Effect.objects.filter(state="sending").update(lease_until=past)
    Effect.objects.filter(state="planned").update(not_before=past)
    jobs.send()
    effect.refresh_from_db()
    return effect


class Killed(SystemExit):
    """The process ends here: nothing behind it runs."""


def _dies(*_: Any, **__: Any) -> Any:
    raise Killed


def _dies_after(step: Any) -> Any:
    def and_dies(*given: Any, **named: Any) -> Any:
        step(*given, **named)
        raise Killed

    return and_dies


STEPS = {
    "before it begins": (sending, "_begin", _dies),
    "begun": (sending, "_begin", _dies_after),
    "before looking": (Loopback, "look", _dies),
    "looked": (Loopback, "look", _dies_after),
    "before the request": (Loopback, "prepare", _dies),
    "before writing it down": (sending, "_write_down", _dies),
    "written down": (sending, "_write_down", _dies_after),
    "before sending": (Loopback, "send", _dies),
    "sent, and nobody knows": (Loopback, "send", _dies_after),
    "before noting that it was accepted": (sending, "_accepted", _dies),
    "accepted": (sending, "_accepted", _dies_after),
    "before settling": (sending, "_settle", _dies),
    "settled": (sending, "_settle", _dies_after),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_any_step_repeats_and_forgets_nothing(effect: Effect, shop: Shop, step: str) -> None:
    where, name, how = STEPS[step]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, how(getattr(where, name)) if how is _dies_after else how)
        with pytest.raises(Killed):
            jobs.send()
    later(effect)
    assert (effect.state, shop.writes) == ("done", [str(effect.pk)])
    assert len(told(order=effect.order)) == 1
    assert jobs.send() == 0


def test_an_answer_that_is_lost_is_found_by_looking(effect: Effect, shop: Shop) -> None:
    shop.answers = ["lost"]
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, effect.accepted_at) == ("planned", None)
    later(effect)
    assert (effect.state, shop.writes) == ("done", [str(effect.pk)])
    assert told(order=effect.order) == [Verb.EFFECT_FAILED, Verb.EFFECT_FOUND_DONE]


def test_what_is_there_already_is_settled_without_writing(effect: Effect, shop: Shop) -> None:
    shop.done.add(str(effect.pk))
    assert jobs.send() == 1
    effect.refresh_from_db()
    assert (effect.state, shop.asked) == ("done", ["look"])


def test_what_was_accepted_is_only_looked_at(effect: Effect, shop: Shop) -> None:
    shop.hidden = 4
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, effect.last_error) == ("planned", "The store accepted it, but does not show it yet.")
    assert effect.accepted_at is not None
    later(effect)
    later(effect)
    later(effect)
    assert (effect.state, shop.writes) == ("done", [str(effect.pk)])


def test_the_pause_that_is_asked_for_is_kept_within_reason(effect: Effect, shop: Shop) -> None:
    shop.answers, shop.after = [429], "120"
    jobs.send()
    effect.refresh_from_db()
    assert effect.not_before - timezone.now() == pytest.approx(timedelta(seconds=120), abs=timedelta(minutes=1))
    sending.breakers.success(f"loopback:{effect.store_id}")
    shop.answers, shop.after = [429], "86400"
    later(effect)
    assert effect.not_before - timezone.now() == pytest.approx(timedelta(minutes=15), abs=timedelta(minutes=1))


def test_a_store_that_fails_again_and_again_is_left_alone(effect: Effect, shop: Shop, fraud_reviewer: User) -> None:
    for _ in range(FAULTS):
        sending.breakers.fault(f"loopback:{effect.store_id}")
    assert jobs.send() == 1
    effect.refresh_from_db()
    assert (effect.state, effect.attempts, shop.asked) == ("planned", 0, [])
    assert effect.not_before > timezone.now()
    sending.breakers.success(f"loopback:{effect.store_id}")
    assert later(effect).state == "done"


def test_the_attempt_keeps_what_was_said_without_secrets(effect: Effect, shop: Shop) -> None:
    Effect.objects.filter(pk=effect.pk).update(arguments={"add": [SECRET]})
    jobs.send()
    (attempt,) = Attempt.objects.all()
    assert (attempt.step, attempt.status, attempt.request_id, attempt.connector) == ("seen", 200, "r-1", "loopback")
    assert b"POST" not in bytes(attempt.request or b""), "sealed"
    request, response = bodies.opened(attempt)
    assert request is not None
    assert response is not None
    assert (request.method, request.headers["x-token"]) == ("POST", bodies.GONE)
    assert str(effect.pk) in request.body
    for told_ in (request.body, response):
        assert SECRET not in told_
        assert "leaked-by-the-store" not in told_


def test_bodies_are_forgotten(effect: Effect, shop: Shop) -> None:
    jobs.send()
    assert bodies.forget_old() == 0
    Attempt.objects.update(at=timezone.now() - timedelta(days=400))
    assert bodies.forget_old() == 1
    (attempt,) = Attempt.objects.all()
    assert (bodies.opened(attempt), attempt.status) == ((None, None), 200)


def test_a_paid_order_that_automation_cancels_goes_to_a_person(effect: Effect, shop: Shop) -> None:
    type(effect.order).objects.filter(pk=effect.order_id).update(captured=120)
    Effect.objects.filter(pk=effect.pk).update(kind="order.cancel", arguments={})
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, shop.asked) == ("handed_over", [])
