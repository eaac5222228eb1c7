"""Business time: how long something took, or until when it may take, counted in the hours in which people work. Pure.

A working day is a local date: its hours are turned to UTC each day anew, so a day on which the clocks change is an hour shorter
or longer where its hours are, and nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

NONE = timedelta(0)
EVERY_DAY = frozenset(range(7))
FURTHEST = 3 * 366  # days: a deadline further away is a mistake in the settings


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people work: `days` of the week (0 is Monday), from `opens` to `closes` local time, not on the public holidays of `country`.

    Without hours a working day is the whole day. The default is around the clock.
    """

    zone: str = "UTC"
    days: frozenset[int] = EVERY_DAY
    opens: time | None = None
    closes: time | None = None
    country: str = ""

    @property
    def is_around_the_clock(self) -> bool:
        return self.days == EVERY_DAY and self.opens is None and self.closes is None and not self.country

    @property
    def day(self) -> timedelta:
        """The working time of a whole working day."""
        anchor = date(2000, 1, 1)
        ends = datetime.combine(anchor, self.closes) if self.closes else datetime.combine(anchor + timedelta(days=1), time.min)
        return ends - datetime.combine(anchor, self.opens or time.min)

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.days and (not self.country or day not in public_holidays(self.country, day.year))


def add(calendar: Calendar, start: datetime, work: timedelta) -> datetime:
    """The moment at which so much working time has passed since `start`. In UTC. ValueError where nobody ever works."""
    if calendar.is_around_the_clock:
        return start.astimezone(UTC) + work
    left = work
    for opens, closes in _spans(calendar, start):
        begins = max(opens, start)
        if begins >= closes:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    raise ValueError("Within three years there is not enough working time: check the store's working days and hours.")


def begins(calendar: Calendar, at: datetime) -> datetime:
    """From when on people work: the moment itself within the hours, else the beginning of the next ones."""
    if calendar.is_around_the_clock:
        return at
    return next((max(opens, at) for opens, closes in _spans(calendar, at) if closes > at), at)


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments; nothing where `end` is not later."""
    if end <= start:
        return NONE
    if calendar.is_around_the_clock:
        return end - start
    found = NONE
    for opens, closes in _spans(calendar, start):
        if opens >= end:
            break
        found += max(min(closes, end) - max(opens, start), NONE)
    return found


def _spans(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The hours of each working day in UTC, from the day of `start` on."""
    zone = ZoneInfo(calendar.zone)
    first = start.astimezone(zone).date()
    for step in range(FURTHEST):
        day = first + timedelta(days=step)
        if not calendar.works_on(day):
            continue
        opens = datetime.combine(day, calendar.opens or time.min, zone)
        closes = (
            datetime.combine(day, calendar.closes, zone) if calendar.closes else datetime.combine(day + timedelta(days=1), time.min, zone)
        )
        begins, ends = opens.astimezone(UTC), closes.astimezone(UTC)
        if begins < ends:  # a clock that is put forward can swallow short hours
            yield begins, ends


@lru_cache(maxsize=512)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country, observed days among them; none for a country that is not known."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """Countries whose holidays are known, by ISO 3166 code."""
    return tuple(sorted(code for code in holidays.list_supported_countries() if len(code) == 2))
