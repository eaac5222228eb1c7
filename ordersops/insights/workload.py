"""How much work there is, who has it, and how fast it is done. A constant number of queries.

What is open is counted by lane and store; what was decided is read from the newest end of one index, over the days asked for and never
further than MOST decisions, however many were ever made.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.cache import caches
from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.calibration import NOTHING, Share
from ordersops.cases.lanes import lanes
from ordersops.cases.models import UNDECIDED, Case
from ordersops.stores.models import Store

MOST = 20_000
SHOWN = 60
# Ages of what is open, each up to and without the next.
AGES = (
    ("under 1 h", timedelta(0)), ("1 to 4 h", timedelta(hours=1)), ("4 to 24 h", timedelta(hours=4)),
    ("1 to 3 days", timedelta(days=1)), ("over 3 days", timedelta(days=3)),
)  # fmt: skip


@dataclass(slots=True)
class Load:
    """What is open in one lane and store, and what came and went in the period."""

    lane: str
    store: str
    open: int = 0
    ages: list[int] = field(default_factory=lambda: [0] * len(AGES))
    soon: int = 0
    late: int = 0
    asleep: int = 0
    second: int = 0
    oldest: datetime | None = None
    came: int = 0
    decided: int = 0
    decided_late: int = 0


# Figures over so many open cases are counted once in so many seconds in each web process.
DEAR = 5_000
KEEP_SECONDS = 20


def loads(stores: Sequence[UUID], lane: str, days: str, since: datetime) -> list[Load]:
    """By lane and store, the most open first, for the period of that name. Of a long queue as they were some seconds ago."""
    cache = caches["process"]
    name = "|".join([*sorted(map(str, stores)), lane, days])
    key = f"workload.{hashlib.sha256(name.encode()).hexdigest()}"
    kept: list[Load] | None = cache.get(key)
    if kept is None:
        kept = _loads(stores, lane, since)
        if sum(load.open for load in kept) > DEAR:
            cache.set(key, kept, KEEP_SECONDS)
    return kept


def _loads(stores: Sequence[UUID], lane: str, since: datetime) -> list[Load]:
    """Four queries."""
    names = dict(Store.objects.filter(pk__in=stores).values_list("pk", "name"))
    labels = {key: one.label for key, one in lanes().items() if lane in {"", key}}
    found = {(key, store): Load(label, name) for key, label in labels.items() for store, name in names.items()}
    now = timezone.now()
    running, ages = Q(paused_at=None), {}
    for place, (_, least) in enumerate(AGES):
        aged = Q(opened_at__lte=now - least)
        if place + 1 < len(AGES):
            aged &= Q(opened_at__gt=now - AGES[place + 1][1])
        ages[f"age_{place}"] = Count("pk", filter=aged)
    rows: Iterable[Any] = _undecided(stores, lane).order_by().values("lane", "store").annotate(
        open=Count("pk"), asleep=Count("pk", filter=Q(state="open", snoozed_until__isnull=False)), second=Count("pk", filter=Q(state="waiting")),
        late=Count("pk", filter=running & Q(due_at__lt=now)), soon=Count("pk", filter=running & Q(warn_at__lte=now, due_at__gte=now)),
        oldest=Min("opened_at"), **ages,
    )  # fmt: skip
    for row in rows:
        if (load := found.get((row["lane"], row["store"]))) is not None:
            load.open, load.asleep, load.second, load.late, load.soon = row["open"], row["asleep"], row["second"], row["late"], row["soon"]
            load.oldest, load.ages = row["oldest"], [row[f"age_{place}"] for place in range(len(AGES))]
    came: Iterable[Any] = (
        Case.objects.filter(store__in=stores, opened_at__gte=since).order_by().values("lane", "store").annotate(count=Count("pk"))
    )
    for row in came:
        if (load := found.get((row["lane"], row["store"]))) is not None:
            load.came = row["count"]
    for key, store, count, late in _rows(f"SELECT lane, store_id, count(*), count(*) FILTER (WHERE late) FROM ({RECENT}) d GROUP BY 1, 2",  # noqa: S608
                                         stores, lane, since):  # fmt: skip
        if (load := found.get((key, store))) is not None:
            load.decided, load.decided_late = count, late
    return sorted(found.values(), key=lambda load: (-load.open, load.lane, load.store))


def _undecided(stores: Collection[UUID], lane: str) -> "QuerySet[Case]":
    rows = Case.objects.filter(store__in=stores, state__in=UNDECIDED)
    return rows.in_lane(lane) if lane else rows


@dataclass(slots=True)
class Doing:
    """One person: what they have now, and what they did in the period."""

    person: User
    holds: int = 0
    assigned: int = 0
    decided: int = 0
    overridden: Share = NOTHING
    timed: int = 0
    median: float | None = None  # seconds
    p90: float | None = None
    days: list[tuple[date, int]] = field(default_factory=list)

    def bars(self) -> list[dict[str, Any]]:
        """For drawing: one bar a day, its height of 100."""
        most = max((count for _, count in self.days), default=0) or 1
        return [
            {"x": place * 8, "height": count * 22 / most, "y": 22 - count * 22 / most, "day": day, "count": count}
            for place, (day, count) in enumerate(self.days)
        ]

    @property
    def bars_width(self) -> int:
        return max(len(self.days) * 8 - 2, 1)


# People's decisions of the period, undone ones too: they were work. The case of each is read by its key: joined, all cases might be.
RECENT = """
    SELECT d.id, d.case_id, d.by_id, d.store_id, d.overrides, d.decided_at, c.lane, d.decided_at > c.due_at AS late
    FROM review_decision d CROSS JOIN LATERAL (SELECT lane, due_at FROM cases_case WHERE id = d.case_id LIMIT 1) c
    WHERE d.store_id = ANY(%(stores)s) AND d.decided_at >= %(since)s AND d.source = 'person' AND d.outcome <> 'undo'
        AND (%(lane)s = '' OR c.lane = %(lane)s)
    ORDER BY d.decided_at DESC LIMIT %(most)s
"""
# From the moment somebody last took the case to their decision, out of the history. What was decided without being taken has no time.
TIMED = f"""
    SELECT d.by_id, count(*), count(*) FILTER (WHERE overrides), count(taken.at),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM d.decided_at - taken.at)),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM d.decided_at - taken.at))
    FROM ({RECENT}) d LEFT JOIN LATERAL (
        SELECT e.at FROM audit_event e
        WHERE e.case_id = d.case_id AND e.verb = 'case.claimed' AND e.actor_id = d.by_id AND e.at <= d.decided_at ORDER BY e.id DESC LIMIT 1
    ) taken ON true GROUP BY 1
"""  # noqa: S608  our own text


def people(stores: Sequence[UUID], lane: str, since: datetime) -> list[Doing]:
    """Everybody who has or did something, or may: by what they did, the most first. Five queries."""
    doing: dict[UUID, Doing] = {}
    counted = _rows(TIMED, stores, lane, since)
    by_day = _rows(
        f"SELECT by_id, (decided_at AT TIME ZONE 'UTC')::date, count(*) FROM ({RECENT}) d GROUP BY 1, 2",  # noqa: S608
        stores, lane, since,
    )  # fmt: skip
    now = timezone.now()
    holds = _undecided(stores, lane).filter(leased_by__isnull=False, lease_until__gt=now)
    assigned = _undecided(stores, lane).filter(assigned_to__isnull=False)
    held_by = dict(holds.order_by().values("leased_by").annotate(count=Count("pk")).values_list("leased_by", "count"))
    given_to = dict(assigned.order_by().values("assigned_to").annotate(count=Count("pk")).values_list("assigned_to", "count"))
    may = {person for people in deciders(stores, lane).values() for person, _ in people}
    wanted = {row[0] for row in counted} | held_by.keys() | given_to.keys() | may
    for person in User.objects.filter(pk__in=wanted, is_system=False):
        doing[person.pk] = Doing(person, held_by.get(person.pk, 0), given_to.get(person.pk, 0))
    for by, count, overridden, timed, median, p90 in counted:
        if (one := doing.get(by)) is not None:
            one.decided, one.overridden, one.timed, one.median, one.p90 = count, Share(overridden, count), timed, median, p90
    per_day = {(by, day): count for by, day, count in by_day}
    for one in doing.values():
        one.days = [(day, per_day.get((one.person.pk, day), 0)) for day in _days(since, now)]
    return sorted(doing.values(), key=lambda one: (-one.decided, -one.holds - one.assigned, one.person.name))


def _days(since: datetime, until: datetime) -> list[date]:
    first, last = since.date(), until.date()
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]


def deciders(stores: Sequence[UUID], lane: str) -> dict[tuple[str, UUID], list[tuple[UUID, str]]]:
    """Who may decide, as (id, name), by lane and store. One query."""
    granted = apps.get_model("stores", "StoreGroupPermission").objects.filter(
        content_object__in=stores, group__user__is_active=True, permission__codename__in={str(one.decides) for one in lanes().values()}
    )
    rows = set(granted.values_list("permission__codename", "content_object", "group__user", "group__user__name"))
    found: dict[tuple[str, UUID], list[tuple[UUID, str]]] = {}
    for codename, store, person, name in sorted(rows, key=lambda row: (row[3], str(row[2]))):
        for key, one in lanes().items():
            if str(one.decides) == codename and lane in {"", key}:
                found.setdefault((key, store), []).append((person, name))
    return found


def with_somebody(stores: Sequence[UUID], lane: str) -> list[Case]:
    """Cases that somebody holds or was given, the one due first on top."""
    now = timezone.now()
    theirs = Q(leased_by__isnull=False, lease_until__gt=now) | Q(assigned_to__isnull=False) | Q(team__isnull=False)
    return _shown(_undecided(stores, lane).filter(theirs))


def with_nobody(stores: Sequence[UUID], lane: str) -> list[Case]:
    """Cases past their deadline that nobody holds or was given, the longest late first."""
    now = timezone.now()
    free = (Q(leased_by=None) | Q(lease_until__lte=now)) & Q(assigned_to=None, team=None)
    return _shown(_undecided(stores, lane).filter(free, state="open", due_at__lt=now, paused_at=None, snoozed_until=None))


def _shown(rows: "QuerySet[Case]") -> list[Case]:
    return list(rows.select_related("order", "store", "leased_by", "assigned_to", "team").order_by(F("due_at"), "pk")[: SHOWN + 1])


def _rows(sql: str, stores: Sequence[UUID], lane: str, since: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"stores": list(stores), "lane": lane, "since": since, "most": MOST})
        return list(cursor.fetchall())
