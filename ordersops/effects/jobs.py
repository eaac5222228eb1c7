"""Sending effects: claim, count the attempt and commit; call out with no transaction open; then settle.

A worker that dies in between leaves a lease that runs out; the next attempt carries the same idempotency key.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.effects.connectors import callback, reaches
from ordersops.effects.models import Effect, EffectState
from ordersops.effects.stops import SWITCHES, why_stopped
from ordersops.errors import Upstream
from ordersops.jobs import LEASE, MAX_ATTEMPTS, backoff

log = logging.getLogger(__name__)
BATCH = 10


def send() -> int:
    """Send what is due, one small batch. Returns how many effects it took."""
    effects = _claim()
    for effect in effects:
        _send(effect)
    return len(effects)


def oldest_ready() -> datetime | None:
    """Since when the oldest effect has been ready. What a kill switch stops is not ready."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        (since,) = cursor.fetchone() or (None,)
    return since


_READY = f"""
    FROM effects_effect e
    WHERE (e.state = 'planned' AND e.not_before <= statement_timestamp() OR e.state = 'sending' AND e.lease_until <= statement_timestamp())
        AND NOT EXISTS (SELECT {SWITCHES})
    ORDER BY e.not_before, e.id LIMIT
"""
_OLDEST = f"SELECT e.not_before {_READY} 1"
_CLAIM = f"""
    WITH ready AS (SELECT e.id {_READY} %s FOR UPDATE OF e SKIP LOCKED)
    UPDATE effects_effect e SET state = 'sending', attempts = e.attempts + 1, lease_until = statement_timestamp() + make_interval(secs => %s)
    FROM ready WHERE e.id = ready.id RETURNING e.id
"""  # noqa: S608  our own text


def _claim() -> list[Effect]:
    # Ten sequential calls of at most ten seconds each fit the lease.
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [BATCH, LEASE.total_seconds() + 100])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Effect.objects.filter(pk__in=ids).select_related("store", "order").order_by("not_before", "id")) if ids else []


def _send(effect: Effect) -> None:
    if _stopped_meanwhile(effect):
        return
    if effect.attempts > MAX_ATTEMPTS:
        _fail(effect, Upstream("Every worker that sent this effect died at it.", permanent=True))
        return
    if not reaches(effect):
        _settle(effect, EffectState.HANDED_OVER, Verb.EFFECT_HANDED_OVER)
        return
    try:
        answer = callback.send(effect)
    except Upstream as error:
        _fail(effect, error)
        return
    except Exception as error:
        log.exception("An effect could not be sent.")
        _fail(effect, Upstream(f"{type(error).__name__} on our side.", permanent=False))
        return
    effect.response_status = answer.status
    _settle(effect, EffectState.DONE, Verb.EFFECT_SENT)


@atomic
def _stopped_meanwhile(effect: Effect) -> bool:
    """Whether a kill switch was thrown since the claim: then the effect waits again as if nobody had taken it."""
    if not why_stopped([effect.pk]):
        return False
    if _is_ours(effect):
        Effect.objects.filter(pk=effect.pk).update(state=EffectState.PLANNED, lease_until=None, attempts=effect.attempts - 1)
    return True


def _is_ours(effect: Effect) -> bool:
    """Lock the effect; whether this attempt is still the last one. A worker slower than its lease has lost its say."""
    return Effect.objects.select_for_update().filter(pk=effect.pk, state=EffectState.SENDING, attempts=effect.attempts).exists()


@atomic
def _settle(effect: Effect, state: str, verb: Verb) -> None:
    if not _is_ours(effect):
        return
    effect.state, effect.lease_until, effect.last_error = state, None, ""
    if state == EffectState.DONE:
        effect.settled_at = timezone.now()
    _save(effect)
    extra: dict[str, Any] = {"attempt": effect.attempts} if verb is Verb.EFFECT_SENT else {}
    record(verb, by=User.objects.system(), order=effect.order, effect=effect.pk, kind=effect.kind, **extra)


@atomic
def _fail(effect: Effect, error: Upstream) -> None:
    if not _is_ours(effect):
        return
    dead = error.permanent or effect.attempts >= MAX_ATTEMPTS
    effect.state = EffectState.DEAD if dead else EffectState.PLANNED
    effect.lease_until, effect.last_error, effect.not_before = None, error.message[:500], timezone.now() + backoff(effect.attempts)
    _save(effect)
    system = User.objects.system()
    if dead:
        record(
            Verb.EFFECT_DEAD,
            by=system,
            order=effect.order,
            effect=effect.pk,
            kind=effect.kind,
            attempts=effect.attempts,
            error=error.message,
        )
    else:
        record(
            Verb.EFFECT_FAILED, by=system, order=effect.order, effect=effect.pk, kind=effect.kind, attempt=effect.attempts,
            error=error.message, again_at=effect.not_before,
        )  # fmt: skip


def _save(effect: Effect) -> None:
    effect.save(update_fields=["state", "lease_until", "last_error", "not_before", "settled_at", "response_status"])
