"""Deadlines of cases: by lane and severity, in the store's business hours; never after the authorisation ends.

A clock stands only while its case is put aside for a reason that says so (waiting.py), and then goes on where it stood.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from ordersops.cases.models import Case
from ordersops.orders.lifecycle import Payment
from ordersops.orders.models import Order, Transaction
from ordersops.stores.models import Store
from ordersops.stores.worktime import EVERY_DAY, Calendar, add, between

WARN = 0.75


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due_at` is the earlier of the working time that a person has and the end of the authorisation."""

    due_at: datetime
    warn_at: datetime
    authorised_until: datetime | None


def calendar(store: Store) -> Calendar:
    return Calendar(store.time_zone, frozenset(store.working_days) or EVERY_DAY, store.opens_at, store.closes_at, store.country)


def deadline(*, order: Order, within: timedelta, now: datetime | None = None) -> Deadline:
    """Until when a question about the order that is asked now must be decided, if a person has so much working time."""
    now = now or timezone.now()
    until = authorised_until(order)
    due = add(calendar(order.store), now, within)
    warn = add(calendar(order.store), now, within * WARN)
    if until is not None and until < due:
        due, warn = until, min(warn, now + max(until - now, timedelta(0)) * WARN)
    return Deadline(due, warn, until)


def in_days(store: Store, days: int, *, now: datetime | None = None) -> datetime:
    """The moment after so many working days of the store: on Friday at ten, the next working day at ten."""
    hours = calendar(store)
    return add(hours, now or timezone.now(), hours.day * days)


def warning(store: Store, due_at: datetime, *, now: datetime) -> datetime:
    """When three quarters of the working time until then are gone; of the time itself where nobody works until then."""
    hours = calendar(store)
    left = between(hours, now, due_at)
    return min(add(hours, now, left * WARN), due_at) if left else now + (due_at - now) * WARN


def authorised_until(order: Order) -> datetime | None:
    """When the money that is reserved can no longer be taken: the earliest end of an authorisation that still stands."""
    if order.payment != Payment.AUTHORIZED:
        return None
    ends = [end for end in map(_end, _authorisations(order.transactions.all())) if end is not None]
    return min(ends, default=None)


def _authorisations(moved: Iterable[Transaction]) -> list[Transaction]:
    return [one for one in moved if one.kind == "authorization" and one.status == "success"]


def _end(one: Transaction) -> datetime | None:
    """As the store states it; else as assumed (settings.AUTHORISED_DAYS): what card networks give an online sale."""
    return one.expires_at or (one.at + timedelta(days=settings.AUTHORISED_DAYS) if one.at else None)


def is_assumed(moved: Iterable[Transaction]) -> bool:
    """Whether the end of the authorisation that ends first is assumed, and not stated by the store."""
    ends = [(end, one.expires_at is None) for one in _authorisations(moved) if (end := _end(one)) is not None]
    return min(ends, default=(None, False))[1]


def pause(case: Case) -> None:
    """Stop the clock. The caller names the reason and saves."""
    case.paused_at = case.paused_at or timezone.now()


def resume(case: Case) -> None:
    """Let the clock go on: what was left when it stopped is left now. The end of an authorisation never moves."""
    if case.paused_at is None:
        return
    hours, now = calendar(case.store), timezone.now()
    if case.due_at != case.authorised_until:
        left = between(hours, case.paused_at, case.due_at)
        to_warn = between(hours, case.paused_at, case.warn_at) if case.warn_at else None
        case.due_at = max(add(hours, now, left), case.due_at)
        if case.warn_at is not None and to_warn is not None:
            case.warn_at = max(add(hours, now, to_warn), case.warn_at)
        if case.authorised_until is not None and case.authorised_until < case.due_at:
            case.due_at = case.authorised_until
    case.paused_at = None


def sooner(moments: Iterable[datetime | None]) -> datetime:
    """The earliest of those that are known."""
    return min((one for one in moments if one is not None), default=datetime.max.replace(tzinfo=UTC))
