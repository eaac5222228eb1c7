"""What calls to advisors came to: outcomes, tokens, money and time, and what is spent today."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from ordersops.advice.budget import MICROS, of_policy
from ordersops.advice.models import Call, CallOutcome, Spend
from ordersops.advice.statistics import Period, Who
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.lanes import lanes
from ordersops.rollout.queries import Book

MOST_CALLS = 100_000
FAILED = 20  # shown
KINDS = ("input", "cache_read", "cache_write", "output")


@dataclass(slots=True)
class Spending:
    """The live calls of one advisor in one version; a failed call counts for the newest version that asked the same model with the same prompt."""

    codes: Counter[str] = field(default_factory=Counter)
    cost_micros: int = 0
    tokens: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    p50: float | None = None
    p95: float | None = None

    @property
    def count(self) -> int:
        return sum(self.codes.values())

    @property
    def failed(self) -> int:
        return self.count - self.codes[CallOutcome.ANSWERED]

    @property
    def dollars(self) -> Decimal:
        return Decimal(self.cost_micros) / 1_000_000

    def outcomes(self) -> list[tuple[str, str, int]]:
        """(code, sentence, count), the most frequent first."""
        return [(code, str(CallOutcome(code).label), count) for code, count in self.codes.most_common()]


RECENT = """
    SELECT id, lane, advisor, model_requested, prompt_id, outcome, cost_micros, input_tokens, cache_read_tokens, cache_write_tokens,
        output_tokens, latency_ms, called_at
    FROM advice_call
    WHERE store_id = ANY(%(stores)s) AND (%(lane)s = '' OR lane = %(lane)s) AND called_at >= %(since)s AND purpose IN ('live', 'second')
    ORDER BY called_at DESC LIMIT %(most)s
"""


def spending(period: Period) -> dict[Who, Spending]:
    """By lane, advisor and version. A model that never answered has its name for a version. Two queries."""
    found: dict[Who, Spending] = {}
    version_of: dict[tuple[str, str, str, str], str] = {}
    rows = _rows(
        f"""
        SELECT c.lane, c.advisor, c.model_requested, c.prompt_id, coalesce(r.advisor_version, ''), c.outcome, count(*), sum(c.cost_micros),
            sum(c.input_tokens), sum(c.cache_read_tokens), sum(c.cache_write_tokens), sum(c.output_tokens)
        FROM ({RECENT}) c LEFT JOIN advice_recommendation r ON r.call_id = c.id GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY max(c.called_at)
        """,  # noqa: S608  our own text
        period,
    )  # fmt: skip
    for lane, advisor, model, prompt, version, *_ in rows:
        if version:
            version_of[lane, advisor, model, prompt] = version
    for lane, advisor, model, prompt, version, outcome, count, cost, *tokens in rows:
        who = Who(lane, advisor, version or version_of.get((lane, advisor, model, prompt), model))
        one = found.setdefault(who, Spending())
        one.codes[outcome] += count
        one.cost_micros += int(cost)
        for kind, number in zip(KINDS, tokens, strict=True):
            one.tokens[kind] += int(number)
    for lane, advisor, version, (half, most) in _rows(
        f"""
        SELECT r.lane, r.advisor, r.advisor_version, percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY c.latency_ms)
        FROM ({RECENT}) c JOIN advice_recommendation r ON r.call_id = c.id GROUP BY 1, 2, 3
        """,  # noqa: S608
        period,
    ):  # fmt: skip
        one = found[Who(lane, advisor, version)]
        one.p50, one.p95 = half, most
    return found


def failed_calls(period: Period) -> "QuerySet[Call]":
    """The newest calls that did not end with a usable answer."""
    rows = Call.objects.filter(store__in=period.stores, called_at__gte=period.since).exclude(outcome=CallOutcome.ANSWERED)
    if period.lane:
        rows = rows.filter(lane=period.lane)
    return rows.select_related("store").order_by("-called_at")[:FAILED]


@dataclass(frozen=True, slots=True)
class Today:
    """Money of one store and lane today (UTC)."""

    store: Any
    lane: str
    spent: Decimal
    reserved: Decimal
    budget: Decimal
    calls: int

    @property
    def percent(self) -> int:
        used = (self.spent + self.reserved) * 100
        return min(100, int(used / self.budget)) if self.budget else 100

    @property
    def is_spent(self) -> bool:
        return self.spent + self.reserved >= self.budget


def today(stores: Sequence[UUID], lane: str = "") -> list[Today]:
    """What is spent today where anything is, the most first; beside it the budget of the policy that is in force there for all orders."""
    rows = Spend.objects.filter(store__in=stores, day=datetime.now(UTC).date()).select_related("store").order_by("-spent_micros")
    if lane:
        rows = rows.filter(lane=lane)
    books = {key: Book(lane_named(key)) for key in {row.lane for row in rows} & set(lanes())}
    return [
        Today(
            row.store, row.lane, Decimal(row.spent_micros) / MICROS, Decimal(row.reserved_micros) / MICROS,
            Decimal(of_policy(books[row.lane].of_all(row.store_id).content.budget if row.lane in books else Decimal(0))) / MICROS, row.calls,
        )
        for row in rows
    ]  # fmt: skip


def _rows(sql: str, period: Period) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**period.params, "most": MOST_CALLS})
        return list(cursor.fetchall())
