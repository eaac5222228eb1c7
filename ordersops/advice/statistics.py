"""How advisors are doing, by lane, advisor and version: against what people decided and against what turned out to be true.

A constant number of queries over a period, each over a range of an index and none further than its cap: the newest MOST_ADVICE
recommendations, MOST_DECISIONS decisions and MOST_CLAIMED answers whose claims are counted one by one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection

from ordersops.advice.calibration import NOTHING, UNKNOWN, Calibration, Share, calibrate
from ordersops.advice.decided import CLEARED, CONFIRMED, decisions, labels_of
from ordersops.advice.models import Recommendation

MOST_ADVICE = 100_000
MOST_DECISIONS = 20_000
MOST_LABELS = 20_000
MOST_CLAIMED = 5_000
MOST_CITED = 2_000


class Who(NamedTuple):
    """An advisor in one version, in one lane."""

    lane: str
    advisor: str
    version: str


@dataclass(frozen=True, slots=True)
class Period:
    """What is looked at. `lane` "" is every lane."""

    stores: Sequence[UUID]
    since: datetime
    lane: str = ""

    @property
    def params(self) -> dict[str, Any]:
        return {"stores": list(self.stores), "since": self.since, "lane": self.lane}


@dataclass(slots=True)
class Advice:
    """One advisor in one version."""

    who: Who
    count: int = 0
    shown: int = 0
    rests_on_customer: int = 0
    last: datetime | None = None
    answers: Share = NOTHING  # verified as a whole
    claims: Share = NOTHING  # verified one by one, in the newest MOST_CLAIMED
    agreed: Share = NOTHING
    against: Counter[str] = field(default_factory=Counter)  # reason codes of people who decided otherwise
    truth: Calibration = UNKNOWN

    @property
    def overridden(self) -> Share:
        return Share(self.agreed.whole - self.agreed.part, self.agreed.whole)

    def reasons(self) -> list[tuple[str, Share]]:
        """Reason codes of overrides, the most frequent first, each as a share of all that was decided."""
        return [(code, Share(count, self.agreed.whole)) for code, count in self.against.most_common()]


RECENT = """
    SELECT id, lane, advisor, advisor_version, verified, shown, rests_on_customer, advised_at FROM advice_recommendation
    WHERE store_id = ANY(%(stores)s) AND (%(lane)s = '' OR lane = %(lane)s) AND advised_at >= %(since)s
    ORDER BY advised_at DESC LIMIT %(most)s
"""
# People's decisions that stand, each with the snapshot that it was made on: all advice on that snapshot is measured by it, also what was not shown.
DECIDED = """
    SELECT d.id, d.outcome, d.reason, r.snapshot_id FROM review_decision d JOIN advice_recommendation r ON r.id = d.recommendation_id
    WHERE d.store_id = ANY(%(stores)s) AND (%(lane)s = '' OR r.lane = %(lane)s) AND d.decided_at >= %(since)s AND d.source = 'person'
        AND d.outcome <> 'undo' AND NOT EXISTS (SELECT 1 FROM review_decision later WHERE later.supersedes_id = d.id)
    ORDER BY d.decided_at DESC LIMIT %(most)s
"""


def advice(period: Period) -> list[Advice]:
    """Everybody who advised in the period, the most asked first. Seven queries."""
    found: dict[Who, Advice] = {}

    def of(lane: str, advisor: str, version: str) -> Advice:
        who = Who(lane, advisor, version)
        return found.setdefault(who, Advice(who))

    for lane, advisor, version, count, verified, shown, customers, last in _rows(
        f"""
        SELECT lane, advisor, advisor_version, count(*), count(*) FILTER (WHERE verified), count(*) FILTER (WHERE shown),
            count(*) FILTER (WHERE rests_on_customer), max(advised_at)
        FROM ({RECENT}) recent GROUP BY 1, 2, 3
        """,  # noqa: S608  our own text
        period, MOST_ADVICE,
    ):  # fmt: skip
        one = of(lane, advisor, version)
        one.count, one.shown, one.rests_on_customer, one.last, one.answers = count, shown, customers, last, Share(verified, count)
    for lane, advisor, version, reason, agreed, count in _rows(
        f"""
        SELECT a.lane, a.advisor, a.advisor_version, CASE WHEN a.outcome = d.outcome THEN '' ELSE d.reason END, a.outcome = d.outcome, count(*)
        FROM ({DECIDED}) d JOIN advice_recommendation a ON a.snapshot_id = d.snapshot_id GROUP BY 1, 2, 3, 4, 5
        """,  # noqa: S608
        period, MOST_DECISIONS,
    ):  # fmt: skip
        one = of(lane, advisor, version)
        one.agreed = Share(one.agreed.part + (count if agreed else 0), one.agreed.whole + count)
        if not agreed:
            one.against[reason] += count
    for lane, advisor, version, claims, holding in _rows(
        f"""
        SELECT a.lane, a.advisor, a.advisor_version, count(c), count(c) FILTER (WHERE c ->> 'verified' = 'true')
        FROM ({RECENT}) recent JOIN advice_recommendation a USING (id) CROSS JOIN jsonb_array_elements(a.claims) c GROUP BY 1, 2, 3
        """,  # noqa: S608
        period, MOST_CLAIMED,
    ):  # fmt: skip
        of(lane, advisor, version).claims = Share(holding, claims)
    for who, pairs in _held_against_truth(period).items():
        of(*who).truth = calibrate(pairs)
    return sorted(found.values(), key=lambda one: (-one.count, one.who))


def _held_against_truth(period: Period) -> dict[Who, list[tuple[int, bool]]]:
    """(score, was it bad) of the last advice on each order whose truth became known in the period."""
    labelled = decisions().filter(store__in=period.stores, decided_at__gte=period.since, label__in=CONFIRMED)
    disputed = apps.get_model("orders", "Dispute")._default_manager.filter(
        store__in=period.stores, reason__icontains="fraud", order__placed_at__gte=period.since
    )
    orders = set(labelled.order_by("-decided_at").values_list("recommendation__order_id", flat=True)[:MOST_LABELS])
    orders.update(disputed.exclude(status__in=CLEARED).order_by("-order__placed_at").values_list("order_id", flat=True)[:MOST_LABELS])
    if not orders:
        return {}
    truth = labels_of(orders)
    rows = Recommendation.objects.filter(order__in=truth, store__in=period.stores)
    if period.lane:
        rows = rows.filter(lane=period.lane)
    last = rows.order_by("lane", "advisor", "advisor_version", "order_id", "-advised_at").distinct(
        "lane", "advisor", "advisor_version", "order_id"
    )
    found: dict[Who, list[tuple[int, bool]]] = {}
    for lane, advisor, version, order, score in last.values_list("lane", "advisor", "advisor_version", "order_id", "score"):
        found.setdefault(Who(lane, advisor, version), []).append((score, truth[order]))
    return found


def cited(period: Period, who: Who) -> list[tuple[str, Share]]:
    """Which signals were cited in advice of this version, and how often people decided otherwise: (signal, overrides of citations).

    A signal is cited where a verified claim rests on one of its facts. The most overridden first; over the newest MOST_CITED decisions.
    """
    rows = _rows(
        f"""
        SELECT s.key, count(DISTINCT d.id), count(DISTINCT d.id) FILTER (WHERE a.outcome <> d.outcome)
        FROM ({DECIDED}) d
        JOIN advice_recommendation a ON a.snapshot_id = d.snapshot_id
        JOIN advice_recommendation b ON b.snapshot_id = d.snapshot_id
        JOIN advice_signal s ON s.recommendation_id = b.id AND s.state <> 'unavailable'
        WHERE a.lane = %(of_lane)s AND a.advisor = %(advisor)s AND a.advisor_version = %(version)s
            AND s.facts ?| ARRAY(SELECT c ->> 'fact' FROM jsonb_array_elements(a.claims) c WHERE c ->> 'verified' = 'true')
        GROUP BY 1
        """,  # noqa: S608
        period, MOST_CITED, of_lane=who.lane, advisor=who.advisor, version=who.version,
    )  # fmt: skip
    found = [(key, Share(against, count)) for key, count, against in rows]
    return sorted(found, key=lambda row: (-row[1].part, -(row[1].value or 0), row[0]))


def _rows(sql: str, period: Period, most: int, **more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**period.params, "most": most, **more})
        return list(cursor.fetchall())
