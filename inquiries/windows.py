"""When a parcel can be expected: a first and a last day, counted in business days. Pure.

A business day is one on which goods are handed over or delivered: Monday to Friday, not on a public holiday of the country that it
happens in. Handling is counted in the store's country, transit in the customer's. The days come from the lane's policy, never from here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ordersops.stores.worktime import Calendar

WEEKDAYS = frozenset(range(5))
FURTHEST = 60  # days to look for the next business day


@dataclass(frozen=True, slots=True)
class Days:
    """Business days, the fewest and the most."""

    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class Service:
    """What a way of shipping takes after it was handed over."""

    domestic: Days
    abroad: Days


@dataclass(frozen=True, slots=True)
class Window:
    """`basis`: what it was counted from: shipped, or placed."""

    first: date
    last: date
    basis: str


def delivery_window(
    *,
    placed_at: datetime | None,
    shipped_at: datetime | None,
    home: str,
    to: str,
    zone: str,
    cut_off_hour: int,
    handling: Days,
    service: Service,
) -> Window | None:
    """The days between which delivery can be expected; None where nothing is known to count from.

    From the shipment where there is one; else from the order, which after the cut-off counts as placed on the next business day.
    """
    transit = service.domestic if not home or not to or home == to else service.abroad
    here, there = ZoneInfo(zone), to or home
    if shipped_at is not None:
        start = shipped_at.astimezone(here).date()
        return Window(after(start, transit.fewest, there), after(start, transit.most, there), "shipped")
    if placed_at is None:
        return None
    local = placed_at.astimezone(here)
    day = local.date() + timedelta(days=1) if local.hour >= cut_off_hour else local.date()
    start = on_or_after(day, home)
    first = after(after(start, handling.fewest, home), transit.fewest, there)
    return Window(first, after(after(start, handling.most, home), transit.most, there), "placed")


def after(day: date, business_days: int, country: str) -> date:
    """The business day so many after `day`; for none, the day itself or the next business day."""
    if business_days <= 0:
        return on_or_after(day, country)
    calendar = Calendar(days=WEEKDAYS, country=country)
    found, left = day, business_days
    while left:
        found += timedelta(days=1)
        left -= calendar.works_on(found)
    return found


def on_or_after(day: date, country: str) -> date:
    calendar = Calendar(days=WEEKDAYS, country=country)
    for step in range(FURTHEST):
        if calendar.works_on(day + timedelta(days=step)):
            return day + timedelta(days=step)
    return day


def late(window: Window, today: date) -> bool:
    """Past its last day."""
    return today > window.last


def service_of(method: str, services: dict[str, Any], express: tuple[str, ...]) -> Service:
    """Which way of shipping a method's name means, by the words of the policy."""
    named = method.casefold()
    found: Service = services["express" if any(word in named for word in express) else "standard"]
    return found
