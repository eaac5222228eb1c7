"""What became of the cases that a signal brought to a person: a rule that is nearly always released costs more looks than it saves.

Counted over people's decisions that stand, on the advice they were made on; no further than the newest MOST of them, however many there are.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import caches
from django.db import connection

from ordersops.advice.calibration import Share
from ordersops.cases.lanes import Lane
from ordersops.cases.signs import label_of

DAYS = "30"
LEAST = 10  # a share of fewer cases is chance, and is not told
SHOWN = 5
MOST = 20_000
DEAR = 2_000
KEEP_SECONDS = 60

_COUNT = """
    WITH decided AS MATERIALIZED (
        SELECT d.recommendation_id, d.outcome = ANY(%(good)s) AS released
        FROM review_decision d JOIN advice_recommendation r ON r.id = d.recommendation_id
        WHERE d.store_id = ANY(%(stores)s) AND r.lane = %(lane)s AND d.decided_at >= %(since)s AND d.source = 'person'
            AND d.outcome <> 'undo' AND NOT EXISTS (SELECT FROM review_decision later WHERE later.supersedes_id = d.id)
        ORDER BY d.decided_at DESC LIMIT %(most)s
    )
    SELECT s.key, count(*), count(*) FILTER (WHERE released)
    FROM decided JOIN advice_signal s USING (recommendation_id) WHERE s.state = 'fired' AND s.points > 0 GROUP BY s.key
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A signal, the points of its levels, and the decided cases in which it was present: how many of them were let go."""

    key: str
    label: str
    group: str
    points: tuple[int, ...]
    released: Share

    @property
    def is_told(self) -> bool:
        """Whether there are enough cases for a share."""
        return self.released.whole >= LEAST

    @property
    def worth(self) -> str:
        """Its points in words: 8 to 14."""
        low, high = min(self.points, default=0), max(self.points, default=0)
        return "" if not self.points else f"{low}" if low == high else f"{low} to {high}"


def judged(lane: Lane, stores: Sequence[UUID], since: datetime) -> list[Judged]:
    """Every signal that the lane's rules can see, and those seen of old: first those that are told, the surest to be released on top.

    Few cases at a high share do not come before many (the lower end of Wilson's interval). One query.
    """
    found = _counts(lane, stores, since)
    rows = []
    for key in [*lane.signs, *sorted(found.keys() - lane.signs.keys())]:
        sign = lane.signs.get(key)
        group, points = (sign.group, sign.points) if sign else ("", ())
        rows.append(Judged(key, label_of(lane, key), group, points, found.get(key, Share(0, 0))))
    return sorted(rows, key=lambda row: (not row.is_told, -row.released.low if row.is_told else -row.released.whole))


def most_released(lane: Lane, stores: Sequence[UUID], since: datetime) -> list[Judged]:
    """The few that are told first, with at least one case that was let go."""
    return [row for row in judged(lane, stores, since) if row.is_told and row.released.part][:SHOWN]


def _counts(lane: Lane, stores: Sequence[UUID], since: datetime) -> dict[str, Share]:
    text = "|".join([connection.settings_dict["NAME"] or "", lane.key, since.isoformat(), *sorted(map(str, stores))])
    cache, name = caches["process"], f"signals.{hashlib.sha256(text.encode()).hexdigest()}"
    kept: dict[str, Share] | None = cache.get(name)
    if kept is not None:
        return kept
    good = [key for key, outcome in lane.outcomes.items() if outcome.tone == "good"]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"stores": list(stores), "lane": lane.key, "since": since, "good": good, "most": MOST})
        found = {key: Share(released, count) for key, count, released in cursor.fetchall()}
    if sum(share.whole for share in found.values()) > DEAR:
        cache.set(name, found, KEEP_SECONDS)
    return found
