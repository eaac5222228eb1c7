"""When customers are left alone (policies.md 4.12): policy data, each table in force from its day.

What would be due in quiet hours is due when they end, by the clock of the place the order ships to; where several clocks run in a
country, when it is quiet by none of them. A country that is not named has the store's clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings

if TYPE_CHECKING:
    from ordersops.orders.models import Order

# The kinds of effect that reach the customer, and the subjects that are about the order itself: for these nobody's consent is
# needed beyond the address that was left with the order. Offers are not sent from here.
REACHES_CUSTOMERS = frozenset({"message.send"})
TRANSACTIONAL = ("order", "delivery", "address", "payment", "return", "refund", "replacement")
SAME_WORDS_AGAIN = timedelta(days=1)  # before this, the same text about the same order is a mistake


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until `ends`, by the customer's clock; over midnight where `ends` is earlier."""

    since: date
    begins: time
    ends: time

    def end(self, at: datetime) -> datetime | None:
        """When the quiet hours that `at` lies in are over, by the clock of `at`; None where it is not quiet."""
        over_midnight = self.ends <= self.begins
        quiet = at.time() >= self.begins or at.time() < self.ends if over_midnight else self.begins <= at.time() < self.ends
        if not quiet:
            return None
        tomorrow = over_midnight and at.time() >= self.begins
        return datetime.combine(at.date() + timedelta(days=tomorrow), self.ends, tzinfo=at.tzinfo)


TABLES = [QuietHours(date(2026, 1, 1), begins=time(21), ends=time(8))]

# Country -> its clocks, the first and the last of the day where it has several.
CLOCKS: dict[str, tuple[str, ...]] = {
    "AT": ("Europe/Vienna",), "AU": ("Australia/Sydney", "Australia/Perth"), "BE": ("Europe/Brussels",), "BG": ("Europe/Sofia",),
    "BR": ("America/Sao_Paulo", "America/Rio_Branco"), "CA": ("America/St_Johns", "America/Vancouver"), "CH": ("Europe/Zurich",),
    "CZ": ("Europe/Prague",), "DE": ("Europe/Berlin",), "DK": ("Europe/Copenhagen",), "EE": ("Europe/Tallinn",),
    "ES": ("Europe/Madrid", "Atlantic/Canary"), "FI": ("Europe/Helsinki",), "FR": ("Europe/Paris",), "GB": ("Europe/London",),
    "GR": ("Europe/Athens",), "HR": ("Europe/Zagreb",), "HU": ("Europe/Budapest",), "IE": ("Europe/Dublin",), "IN": ("Asia/Kolkata",),
    "IT": ("Europe/Rome",), "JP": ("Asia/Tokyo",), "LT": ("Europe/Vilnius",), "LU": ("Europe/Luxembourg",), "LV": ("Europe/Riga",),
    "MX": ("America/Mexico_City", "America/Tijuana"), "NL": ("Europe/Amsterdam",), "NO": ("Europe/Oslo",), "NZ": ("Pacific/Auckland",),
    "PL": ("Europe/Warsaw",), "PT": ("Europe/Lisbon", "Atlantic/Azores"), "RO": ("Europe/Bucharest",), "SE": ("Europe/Stockholm",),
    "SG": ("Asia/Singapore",), "SI": ("Europe/Ljubljana",), "SK": ("Europe/Bratislava",), "US": ("America/New_York", "America/Los_Angeles"),
}  # fmt: skip


def in_force(on: date) -> QuietHours:
    """The table of that day: the newest that has begun."""
    return max((table for table in TABLES if table.since <= on), key=lambda table: table.since)


def clocks(order: "Order") -> tuple[str, ...]:
    """The time zones of whom the order ships to, else of its store."""
    country = str(order.shipping_address.get("country") or "").upper()
    return CLOCKS.get(country) or (order.store.time_zone,)


def after_quiet(order: "Order", at: datetime) -> datetime:
    """`at`, or the first moment after it in which the customer may be written to; `at` where the setting has no quiet hours."""
    return first_not_quiet(clocks(order), at) if settings.QUIET_HOURS else at


def first_not_quiet(zones: Iterable[str], at: datetime) -> datetime:
    places = [ZoneInfo(name) for name in zones]
    for _ in range(2 * len(places)):  # the end by one clock may be quiet by another; with nights of 11 hours twice round is enough
        later = at
        for place in places:
            local = later.astimezone(place)
            later = (in_force(local.date()).end(local) or local).astimezone(at.tzinfo)
        if later == at:
            break
        at = later
    return at
