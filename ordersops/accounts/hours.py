"""When people work: read from their shifts, in their own time zone. A hint for who gets work next, and never a right."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

from ordersops.accounts.models import Shift, User

WEEK = 8  # days to look ahead: today's shift may be over, and the next be on the same weekday


def zone_of(person: User) -> ZoneInfo:
    """The person's time zone; UTC where nobody said."""
    return ZoneInfo(person.time_zone if person.time_zone in available_timezones() else "UTC")


def works_now(person: User, at: datetime | None = None) -> bool | None:
    """Whether it is the person's working time; None where no hours are known. Needs `shifts` to be loaded, or asks for them."""
    shifts = list(person.shifts.all())
    moment = at or timezone.now()
    return any(start <= moment < end for start, end in _around(person, shifts, moment)) if shifts else None


def next_start(person: User, at: datetime | None = None) -> datetime | None:
    """When the person's next shift begins, after this moment; None where no hours are known."""
    moment = at or timezone.now()
    return min((start for start, _ in _around(person, person.shifts.all(), moment) if start > moment), default=None)


def _around(person: User, shifts: Iterable[Shift], moment: datetime) -> list[tuple[datetime, datetime]]:
    """The shifts from yesterday on for a week, as moments. Yesterday's may go on past midnight."""
    zone, by_day = zone_of(person), {shift.weekday: shift for shift in shifts}
    today = moment.astimezone(zone).date()
    days = (today + timedelta(days=offset) for offset in range(-1, WEEK))
    return [_span(day, by_day[day.weekday()], zone) for day in days if day.weekday() in by_day]


def _span(day: date, shift: Shift, zone: ZoneInfo) -> tuple[datetime, datetime]:
    last = day + timedelta(days=1) if shift.ends < shift.starts else day
    return datetime.combine(day, shift.starts, zone), datetime.combine(last, shift.ends, zone)
