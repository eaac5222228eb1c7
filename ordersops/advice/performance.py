"""Where the advisors stand, as their page shows it: who is in force and why, who is left alone, and each version with its figures."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from django.core.cache import caches
from django.utils import timezone

from ordersops.advice.advisors import ADVISORS, SCORECARD, chosen, version_of
from ordersops.advice.calibration import Share
from ordersops.advice.models import Breaker
from ordersops.advice.reasons import sentences
from ordersops.advice.spending import Spending, spending
from ordersops.advice.statistics import Advice, Period, Who, advice, cited
from ordersops.cases.lanes import lanes


@dataclass(slots=True)
class Performance:
    """One advisor in one version: what it advised, and what its calls came to."""

    who: Who
    advice: Advice
    calls: Spending = field(default_factory=Spending)

    @property
    def key(self) -> str:
        """Names it in an address."""
        return "|".join(self.who)

    @property
    def is_free(self) -> bool:
        return self.who.advisor == SCORECARD

    @property
    def each(self) -> str:
        """Cost of one recommendation in US dollars, failed and second calls included."""
        return f"{self.calls.dollars / self.advice.count:.4f}" if self.advice.count and self.calls.count else ""

    def reasons(self) -> list[tuple[str, str, object]]:
        """(code, sentence, share) of overrides."""
        lane = lanes().get(self.who.lane)
        words = sentences(lane) if lane else {}
        return [(code, words.get(code, code), share) for code, share in self.advice.reasons()]


def performances(period: Period) -> list[Performance]:
    """Every version that advised, or was called in vain; the most asked first."""
    found = {one.who: Performance(one.who, one) for one in advice(period)}
    for who, calls in spending(period).items():
        found.setdefault(who, Performance(who, Advice(who))).calls = calls
    return list(found.values())


# Figures over so much advice are a matter of seconds: they are counted once a minute in each web process.
DEAR = 20_000
KEEP_SECONDS = 60


@dataclass(slots=True)
class Sheet:
    """The page's figures: every version, the one that is looked at closely, and the signals that it cited. `at` is when they were counted."""

    rows: list[Performance]
    chosen: Performance | None
    cited: list[tuple[str, Share]]
    at: datetime

    @property
    def is_dear(self) -> bool:
        return sum(row.advice.count + row.calls.count for row in self.rows) > DEAR


def sheet(period: Period, days: str, of: str) -> Sheet:
    """What is counted for these stores, lane, days and version; `of` names the version, the most asked one where it names none."""
    cache = caches["process"]
    name = "|".join([*sorted(map(str, period.stores)), period.lane, days, of])
    key = f"advisors.{hashlib.sha256(name.encode()).hexdigest()}"
    kept: Sheet | None = cache.get(key)
    if kept is not None:
        return kept
    rows = performances(period)
    chosen = next((row for row in rows if row.key == of), rows[0] if rows else None)
    found = Sheet(rows, chosen, cited(period, chosen.who) if chosen else [], timezone.now())
    if found.is_dear:
        cache.set(key, found, KEEP_SECONDS)
    return found


@dataclass(frozen=True, slots=True)
class InForce:
    """Who is asked in a lane where no policy names another."""

    lane: str
    label: str
    advisor: str
    version: str
    because: str


def in_force(lane: str = "") -> list[InForce]:
    found = []
    for key, one in lanes().items():
        if lane in {"", key}:
            advisor, because = chosen(one)
            found.append(InForce(key, one.label, advisor, version_of(advisor, one).removeprefix(f"{advisor} "), because))
    return found


@dataclass(frozen=True, slots=True)
class Rest:
    """An advisor that failed lately. `until` is None where it is asked again."""

    advisor: str
    faults: int
    until: datetime | None
    alert: str


def breakers() -> list[Rest]:
    """Those with something to tell; the scorecard never fails."""
    now = timezone.now()
    rows = Breaker.objects.filter(advisor__in=ADVISORS).exclude(faults=0, open_until=None, alert="")
    return [
        Rest(row.advisor, row.faults, row.open_until if row.open_until and row.open_until > now else None, row.alert)
        for row in rows.order_by("advisor")
    ]
