"""One attempt at one effect: look, write down, write, look again. No transaction is open while we wait for the other side.

A worker that dies at any instant leaves a lease that runs out, and the next attempt begins by looking: what is there already
is settled without writing, and what was accepted is never written again (laws 13, 14).
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.breaker import Breakers
from ordersops.effects import bodies
from ordersops.effects.connectors import SECONDS, Answer, Connector, NotSeenYet, Request, Seen, way
from ordersops.effects.kinds import KINDS
from ordersops.effects.kinds.rules import owed
from ordersops.effects.models import Attempt, Effect, EffectState
from ordersops.effects.quiet import REACHES_CUSTOMERS, after_quiet
from ordersops.effects.stops import why_stopped
from ordersops.errors import Invalid, Upstream
from ordersops.jobs import MAX_ATTEMPTS, backoff
from ordersops.orders.models import Order

log = logging.getLogger(__name__)
breakers = Breakers("effects_breaker", "key")
LEASE = timedelta(seconds=4 * SECONDS)  # look, write, look: three calls
LONGEST_PAUSE = timedelta(minutes=15)  # of those that the other side may ask for
Step = Attempt.Step


def send(effect: Effect) -> None:
    """Make the attempt that was claimed."""
    try:
        found = way(effect)
        attempt = _begin(effect, found)
    except Exception as error:
        log.exception("An effect could not be begun.")
        _fail(effect, None, Upstream(f"{type(error).__name__} on our side.", permanent=False))
        return
    if attempt is None:
        return
    if effect.attempts > MAX_ATTEMPTS:
        _fail(effect, attempt, Upstream("Every worker that sent this effect died at it.", permanent=True))
        return
    if found is None or _needs_a_person(effect, found):
        _settle(effect, attempt, EffectState.HANDED_OVER, Verb.EFFECT_HANDED_OVER)
        return
    name = f"{found.key}:{effect.store_id}"
    try:
        _deliver(effect, attempt, found)
    except Invalid as error:
        _fail(effect, attempt, Upstream(error.message, permanent=True))
    except Upstream as error:
        if not error.permanent and not isinstance(error, NotSeenYet):
            pause = timedelta(seconds=error.retry_after) if error.retry_after else None
            breakers.fault(name, pause=pause)
        _fail(effect, attempt, error)
    except Exception as error:
        log.exception("An effect could not be sent.")
        _fail(effect, attempt, Upstream(f"{type(error).__name__} on our side.", permanent=False))
    else:
        breakers.success(name)


def _deliver(effect: Effect, attempt: Attempt, found: Connector) -> None:
    seen = found.look(effect)
    _keep(effect, seen)
    if seen.done:
        _settle(effect, attempt, EffectState.DONE, Verb.EFFECT_SENT if effect.accepted_at else Verb.EFFECT_FOUND_DONE)
        return
    if effect.accepted_at is None:
        request = found.prepare(effect, seen)
        if not _write_down(effect, attempt, request):
            return
        answer = found.send(effect, request)
        _accepted(effect, attempt, answer)
        seen = found.look(effect)
        _keep(effect, seen)
    if not seen.done:
        raise NotSeenYet()
    _settle(effect, attempt, EffectState.DONE, Verb.EFFECT_SENT)


def _keep(effect: Effect, seen: Seen) -> None:
    """What only the other side knows: what it made is called, and what was there before."""
    effect.external_id = str(seen.found.get("id", ""))[:120] or effect.external_id
    effect.before = {**effect.before, **seen.before}


def _may_leave(effect: Effect) -> None:
    """Facts may have come since it was asked for, or decided: what stands against it by now goes to a person."""
    if effect.kind not in KINDS:
        return
    kind = KINDS[effect.kind]
    if effect.asked_by is not None:
        refusals = kind.refusals(effect.order, kind.parse(effect.arguments), effect.asked_by, effect)
    else:
        refusals = kind.overtaken(effect.order)
    if refusals:
        said = "It is no longer possible" if effect.asked_by else "The order has changed since it was decided"
        raise Upstream(f"{said}: {' '.join(refusals)}", permanent=True)


def _needs_a_person(effect: Effect, found: Connector) -> bool:
    """A paid order is cancelled by us only on a person's word about the money; a store's own callback judges for itself."""
    return effect.kind == "order.cancel" and found.key != "callback" and effect.amount is None and owed(effect.order) > 0


@atomic
def _begin(effect: Effect, found: Connector | None) -> Attempt | None:
    """Write that an attempt begins, and its lease. None where it must not: another has it, a switch was thrown, the connector rests, or
    it is night where the customer is: a pause after a failure, or a long queue, may have ended in quiet hours."""
    if not _is_ours(effect):
        return None
    rests = max(
        filter(None, [breakers.open_until(f"{found.key}:{effect.store_id}") if found else None, _quiet_until(effect)]), default=None
    )
    if rests or why_stopped([effect.pk]):
        # As if nobody had taken it.
        more: dict[str, Any] = {"not_before": rests} if rests else {}
        Effect.objects.filter(pk=effect.pk).update(state=EffectState.PLANNED, lease_until=None, attempts=effect.attempts - 1, **more)
        return None
    Effect.objects.filter(pk=effect.pk).update(lease_until=timezone.now() + LEASE)
    return Attempt.objects.create(effect=effect, number=effect.attempts, connector=found.key if found else "")


def _quiet_until(effect: Effect) -> datetime | None:
    """When what reaches the customer may leave, where that is not now. What was accepted is only looked for."""
    if effect.kind not in REACHES_CUSTOMERS or effect.accepted_at:
        return None
    now = timezone.now()
    end = after_quiet(effect.order, now)
    return end if end > now else None


@atomic
def _write_down(effect: Effect, attempt: Attempt, request: Request) -> bool:
    """Commit the request before its first byte leaves (law 13). False where the lease was lost meanwhile.

    Under the order's lock, so that a hold, a dispute or a cancellation is there before this, or comes after it.
    """
    effect.order = Order.objects.select_for_update(of=("self",)).select_related("store").get(pk=effect.order_id)
    if not _is_ours(effect) or why_stopped([effect.pk]):
        return False
    _may_leave(effect)
    # With what was there before, as the write wipes it out: a worker that dies after it must not take the way back with it.
    Effect.objects.filter(pk=effect.pk).update(lease_until=timezone.now() + LEASE, before=effect.before)
    attempt.step = Step.PREPARED
    bodies.keep_request(attempt, request, effect.store)
    attempt.save(update_fields=["step", "request"])
    return True


@atomic
def _accepted(effect: Effect, attempt: Attempt, answer: Answer) -> None:
    """It is true whoever has the lease by now: nobody may write it again."""
    effect.accepted_at, effect.response_status = timezone.now(), answer.status
    Effect.objects.filter(pk=effect.pk, accepted_at=None).update(accepted_at=effect.accepted_at, response_status=answer.status)
    attempt.step = Step.ACCEPTED
    bodies.keep_response(attempt, answer, effect.store)
    attempt.save(update_fields=["step", "response", "status", "request_id", "latency_ms"])


def _is_ours(effect: Effect) -> bool:
    """Lock the effect; whether this attempt is still the last one. A worker slower than its lease has lost its say."""
    return Effect.objects.select_for_update().filter(pk=effect.pk, state=EffectState.SENDING, attempts=effect.attempts).exists()


@atomic
def _settle(effect: Effect, attempt: Attempt, state: str, verb: Verb) -> None:
    if not _is_ours(effect):
        return
    effect.state, effect.lease_until, effect.last_error = state, None, ""
    if state == EffectState.DONE:
        effect.settled_at = timezone.now()
        Attempt.objects.filter(pk=attempt.pk).update(step=Step.SEEN)
    _save(effect)
    extra: dict[str, Any] = {"attempt": effect.attempts} if verb is Verb.EFFECT_SENT else {}
    record(verb, by=User.objects.system(), order=effect.order, effect=effect.pk, kind=effect.kind, **extra)


@atomic
def _fail(effect: Effect, attempt: Attempt | None, error: Upstream) -> None:
    if attempt is not None:
        refused = error.permanent and attempt.step == Step.PREPARED
        Attempt.objects.filter(pk=attempt.pk).update(error=bodies.stripped(error.message, effect.store)[:500], refused=refused)
    if not _is_ours(effect):
        return
    dead = error.permanent or effect.attempts >= MAX_ATTEMPTS
    why = bodies.stripped(error.message, effect.store)[:500]
    pause = max(backoff(effect.attempts), min(timedelta(seconds=error.retry_after or 0), LONGEST_PAUSE))
    effect.state = EffectState.DEAD if dead else EffectState.PLANNED
    effect.lease_until, effect.last_error, effect.not_before = None, why, timezone.now() + pause
    _save(effect)
    system = User.objects.system()
    about: dict[str, Any] = {"by": system, "order": effect.order, "effect": effect.pk, "kind": effect.kind, "error": why}
    if dead:
        record(Verb.EFFECT_DEAD, **about, attempts=effect.attempts)
    else:
        record(Verb.EFFECT_FAILED, **about, attempt=effect.attempts, again_at=effect.not_before)


def _save(effect: Effect) -> None:
    effect.save(
        update_fields=["state", "lease_until", "last_error", "not_before", "settled_at", "response_status", "external_id", "before"]
    )
