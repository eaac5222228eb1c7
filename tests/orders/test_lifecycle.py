"""The lifecycle: the table of the risk axis, and what is derived from facts."""

from itertools import product

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict
from ordersops.orders.actions import set_risk
from ordersops.orders.lifecycle import RISK_TRANSITIONS, Fulfilment, Payment, Returns, Risk, Stage, derive
from ordersops.orders.models import Dispute, Hold, Line, Order, Shipment
from ordersops.stores.models import Store
from tests.factories import OrderFactory
from tests.kernel.history import events, told

ALLOWED = {
    ("not_assessed", "clear"), ("not_assessed", "needs_review"), ("clear", "needs_review"), ("needs_review", "verification_requested"),
    ("needs_review", "approved"), ("needs_review", "declined"), ("verification_requested", "needs_review"),
    ("verification_requested", "approved"), ("verification_requested", "declined"), ("approved", "needs_review"), ("declined", "needs_review"),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), list(product(Risk.values, Risk.values)))
def test_the_risk_axis_moves_as_its_table_says(before: str, after: str, store: Store, system: User) -> None:
    order = OrderFactory(store=store, risk=before)
    assert set(RISK_TRANSITIONS) == set(Risk.values)
    if before == after:
        with atomic():
            set_risk(orders=[order], to=after, by=system)
        assert told(order=order) == []
    elif (before, after) in ALLOWED:
        with atomic():
            set_risk(orders=[order], to=after, by=system)
        (event,) = events(order=order)
        assert (event.verb, event.data) == (Verb.RISK_CHANGED, {"before": before, "after": after})
    else:
        with pytest.raises(Conflict, match="cannot become"), atomic():
            set_risk(orders=[order], to=after, by=system)
        assert told(order=order) == []
    order.refresh_from_db()
    assert order.risk == (after if before == after or (before, after) in ALLOWED else before)


def line(**units: object) -> Line:
    return Line(external_id="l1", **{"ordered": 2, **units})


PAID = {"stated": {"payment": "paid"}, "risk": "clear"}


@pytest.mark.parametrize(
    ("head", "lines", "shipments", "stage"),
    [
        ({}, [line()], [], Stage.PAYMENT),
        ({"stated": {"payment": "layaway"}}, [line()], [], Stage.PAYMENT),
        ({"stated": {"payment": "paid"}}, [line()], [], Stage.RISK),
        ({"stated": {"payment": "authorized"}, "risk": "declined"}, [line()], [], Stage.RISK),
        (PAID, [line()], [], Stage.FULFILMENT),
        (PAID, [line()], [Shipment(status="pending")], Stage.SHIPPING),
        (PAID, [line()], [Shipment(status="cancelled")], Stage.FULFILMENT),
        (PAID, [line(shipped=1)], [], Stage.SHIPPING),
        (PAID, [line(shipped=2)], [], Stage.IN_TRANSIT),
        (PAID, [line(shipped=2, delivered=1)], [], Stage.IN_TRANSIT),
        (PAID, [line(shipped=1, delivered=1, cancelled=1)], [], Stage.DELIVERED),
        (PAID, [line(shipped=2, delivered=2, returned=1)], [], Stage.RETURNS),
        (PAID, [line(shipped=2, delivered=2, returned=2)], [], Stage.DONE),
        (PAID, [line(requires_shipping=False)], [], Stage.DONE),
        ({**PAID, "cancelled": True}, [line(cancelled=2)], [], Stage.CANCELLED),
        ({**PAID, "closed": True}, [line(shipped=2, delivered=2)], [], Stage.DONE),
    ],
)
def test_the_stage_is_the_first_thing_that_the_order_waits_for(
    head: dict[str, object], lines: list[Line], shipments: list[Shipment], stage: str
) -> None:
    head = dict(head)
    order = Order(
        cancelled_at=timezone.now() if head.pop("cancelled", 0) else None, closed_at=timezone.now() if head.pop("closed", 0) else None
    )
    for name, value in head.items():
        setattr(order, name, value)
    assert derive(order, lines, shipments, [], []).stage == stage


def test_derived_axes_say_what_the_facts_say() -> None:
    axes = derive(Order(stated={"payment": "paid"}), [line(shipped=2, returned=1)], [], [Dispute(status="needs_response")], [Hold()])
    assert (axes.payment, axes.fulfilment, axes.returns, axes.on_hold) == (
        Payment.DISPUTED,
        Fulfilment.SHIPPED,
        Returns.PARTIALLY_RETURNED,
        True,
    )
    axes = derive(Order(), [], [], [Dispute(status="won")], [])
    assert (axes.payment, axes.on_hold) == (Payment.UNKNOWN, False)
