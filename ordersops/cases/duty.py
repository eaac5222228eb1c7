"""Who is at work now: by their own hours, and where nobody said them by those of the store. For handing out work; never a right."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects
from django.utils import timezone

from ordersops.accounts.hours import next_start, works_now, zone_of
from ordersops.cases.clocks import calendar
from ordersops.stores.worktime import begins

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.stores.models import Store


def off_duty(person: "User", store: "Store", at: datetime | None = None) -> str:
    """Why the person is not given work of this store now, as a sentence; "" while they are at work."""
    now = at or timezone.now()
    works = works_now(person, now)
    if works is None:
        opens = begins(calendar(store), now)
        return (
            f"{store} is closed until {_moment(opens, calendar(store).zone)}, and {person} keeps no hours of their own."
            if opens > now
            else ""
        )
    if works:
        return ""
    starts = next_start(person, now)
    return f"{person} is off duty until {_moment(starts, str(zone_of(person)))}." if starts else f"{person} is off duty."


def with_duty(people: "Sequence[User]", store: "Store") -> "list[User]":
    """The people, those at work first; each with `off_duty`. One query."""
    found = list(people)
    prefetch_related_objects(found, "shifts")
    for person in found:
        person.off_duty = off_duty(person, store)
    return sorted(found, key=lambda person: bool(person.off_duty))


def _moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%A %H:%M} ({zone})"
