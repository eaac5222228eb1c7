"""The signals that occur most in a queue now, each with the filter that shows its cases.

What the rules saw is evidence: it stays in sight while the advice is closed (review/closed.py), here too, as a name alone. Counted are the
cases, never points, and the names stand in order of their counts: neither adds up to a score.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.cache import caches
from django.db import connection

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import Lane
from ordersops.lists import CAP

if TYPE_CHECKING:
    from ordersops.accounts.models import User

SHOWN = 6
LOOKED = 2000  # of a longer queue the most urgent are counted: it is never read from end to end
KEEP_SECONDS = 60  # of a queue of more than CAP cases; a shorter one is counted each time

# Each store from the urgent end of its own index.
_COUNT = """
    WITH queue AS MATERIALIZED (
        SELECT urgent.signals FROM unnest(%(stores)s::uuid[]) AS store (id) CROSS JOIN LATERAL (
            SELECT c.id, c.signals, c.priority, c.due_at FROM cases_case c
            WHERE c.state = 'open' AND c.snoozed_until IS NULL AND c.lane = %(lane)s AND c.store_id = store.id
            ORDER BY c.priority DESC, c.due_at, c.id LIMIT %(looked)s) AS urgent
        ORDER BY urgent.priority DESC, urgent.due_at, urgent.id LIMIT %(looked)s
    )
    SELECT (SELECT count(*) FROM queue), key, count(*) AS cases FROM queue CROSS JOIN LATERAL unnest(queue.signals) AS key
    GROUP BY key ORDER BY cases DESC, key LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Frequent:
    """One signal of a queue: in how many of its cases it is present, and out of how many."""

    key: str
    label: str
    count: int
    whole: int

    @property
    def of_urgent(self) -> bool:
        """Whether the queue is longer than what was counted."""
        return self.whole >= LOOKED

    @property
    def percent(self) -> int:
        return round(100 * self.count / self.whole) if self.whole else 0


def label_of(lane: Lane, key: str) -> str:
    """What a signal is called; one that the lane does not know any more, by its key."""
    sign = lane.signs.get(key)
    return sign.label if sign else key.replace("_", " ").capitalize()


def frequent(lane: Lane, user: "User", store: UUID | None = None) -> list[Frequent]:
    """The SHOWN most frequent signals in the open cases that the person sees, of which the LOOKED most urgent are counted; the most frequent
    first. One query; of a long queue as it was within the last minute, for everybody who sees the same stores."""
    stores = sorted(pk for pk in store_ids(user, Perm.VIEW_CASES) if store in (None, "", pk))
    if not stores:
        return []
    cache, key = caches["process"], _name(lane, stores)
    kept: list[Frequent] | None = cache.get(key)
    if kept is not None:
        return kept
    found = _count(lane, stores)
    if found and found[0].whole > CAP:
        cache.set(key, found, KEEP_SECONDS)
    return found


def _count(lane: Lane, stores: Sequence[UUID]) -> list[Frequent]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"lane": lane.key, "stores": list(stores), "most": SHOWN, "looked": LOOKED})
        return [Frequent(key, label_of(lane, key), count, whole) for whole, key, count in cursor.fetchall()]


def _name(lane: Lane, stores: Sequence[UUID]) -> str:
    text = "|".join([connection.settings_dict["NAME"] or "", lane.key, *map(str, stores)])
    return f"signs.{hashlib.sha256(text.encode()).hexdigest()}"
