"""Until when an order must be decided to be worked on the same day where it lies, and on which day it then leaves.

A cut-off is a time by the location's own clock, on the days on which it works (Location.calendar): on a day on which the clocks
change it is as many hours away as it really is, and it stands still over weekends and public holidays.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from ordersops.stock.models import Location
from ordersops.stores.worktime import Calendar

if TYPE_CHECKING:
    from ordersops.orders.models import Order

FURTHEST = 30  # days: a place that does not work for a month has no next cut-off
MOST = 200  # places of one store that are looked at, as on the page Stock
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CutOff:
    """The order leaves on `leaves`, the location's own date, if it is decided before `by`. `today` is the date there now."""

    location: str
    by: datetime
    leaves: date
    today: date

    @property
    def words(self) -> str:
        """The day on which it leaves: today, tomorrow, or its date."""
        match (self.leaves - self.today).days:
            case 0:
                return "today"
            case 1:
                return "tomorrow"
            case _:
                return f"{self.leaves:%a}, {self.leaves:%b} {self.leaves.day}"


def next_cut_off(calendar: Calendar, cut_off: time, now: datetime, handling_days: int = 1) -> tuple[datetime, date] | None:
    """The next cut-off in UTC, and the day on which what is decided before it leaves; None where nobody works for a month.

    One handling day means that it leaves on the same day, as in triage/routing/filters.py; each further one is a working day more.
    """
    zone = ZoneInfo(calendar.zone)
    today = now.astimezone(zone).date()
    for step in range(FURTHEST + 1):
        day = today + step * ONE_DAY
        by = datetime.combine(day, cut_off, zone).astimezone(UTC)
        if by > now and calendar.works_on(day):
            return by, _working_days_after(calendar, day, max(handling_days - 1, 0))
    return None


def _working_days_after(calendar: Calendar, day: date, count: int) -> date:
    for _ in range(FURTHEST + count * 7):
        if not count:
            break
        day += ONE_DAY
        count -= calendar.works_on(day)
    return day


def cut_off_of(order: "Order", planned: Callable[[], Collection[UUID] | None], now: datetime) -> CutOff | None:
    """The next cut-off for an order that is still here: at the places from which it is planned to ship, the first of several, else at the
    store's first place. None where no such place has a cut-off or works. One query, and those of `planned`, which is asked only where
    some place has a cut-off; None is a plan that must not be told, and nothing is.
    """
    if order.is_final:
        return None
    places = list(Location.objects.filter(store=order.store_id, is_active=True, paused=False)[:MOST])
    if not any(place.cut_off for place in places) or (plan := planned()) is None:
        return None
    found: list[CutOff] = []
    for place in [one for one in places if one.pk in plan] if plan else places[:1]:
        if place.cut_off is None:
            continue
        soonest = next_cut_off(place.calendar, place.cut_off, now, place.handling_days)
        if soonest is not None:
            by, leaves = soonest
            found.append(CutOff(str(place), by, leaves, now.astimezone(ZoneInfo(place.time_zone)).date()))
    return min(found, key=lambda one: one.by, default=None)
