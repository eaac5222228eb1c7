"""A history that was committed, and those who want to be told of it."""

from typing import Any

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.cases.models import Case
from ordersops.ids import uuid7
from ordersops.notifications.actions import rules, subscribers
from ordersops.notifications.delivery import deliver
from ordersops.notifications.fan_out import spread
from ordersops.notifications.models import Rule, Subscriber
from ordersops.orders.models import Order
from ordersops.stores.models import Store


def subscribe(by: User, url: str, store: Store | None, *verbs: str) -> Subscriber:
    return subscribers.add(name="Warehouse", url=url, verbs=verbs or ["order.held"], store=store, by=by)


def rule_of(by: User, *topics: str, **more: Any) -> Rule:
    return rules.save(by=by, topics=topics or ["opened"], **({"high": "email:now"} | more))


def hold(order: Order, by: User, reason: str = "fraud") -> Event:
    """One event about an order."""
    with atomic():
        record(Verb.ORDER_HELD, by=by, order=order, hold=uuid7(), reason=reason)
    return Event.objects.filter(order=order).latest("id")


def opened(case: Case, by: User) -> Event:
    """The event of a case that was opened."""
    with atomic():
        record(Verb.CASE_OPENED, by=by, case=case, lane=case.lane, band=case.band, score=case.score, priority=1, reasons=["score 70"])
    return Event.objects.filter(case=case).latest("id")


def tell(*events: Event) -> int:
    """Spread these events, as the reader of the history would, and send what is due. Returns how many messages were taken."""
    spread(sorted(events, key=lambda event: (event.stream, event.seq)))
    return send()


def send() -> int:
    taken = 0
    while more := deliver():
        taken += more
    return taken
