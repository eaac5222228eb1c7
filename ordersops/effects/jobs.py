"""Sending effects: claim a small batch, count the attempts and commit; then each by itself (sending.py)."""

from datetime import datetime

from django.db import connection

from ordersops.effects import sending
from ordersops.effects.models import Effect
from ordersops.effects.stops import SWITCHES

BATCH = 5


def send() -> int:
    """Send what is due, one small batch. Returns how many effects it took."""
    effects = _claim()
    for effect in effects:
        sending.send(effect)
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
    # Each renews its lease when its turn comes; one that waited too long for it goes to whoever is free.
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [BATCH, sending.LEASE.total_seconds()])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Effect.objects.filter(pk__in=ids).select_related("store", "order", "asked_by").order_by("not_before", "id")) if ids else []
