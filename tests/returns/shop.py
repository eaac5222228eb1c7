"""An order that was delivered and paid, and requests about it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.orders import keys
from ordersops.orders.models import Line, Order, Shipment, Transaction
from ordersops.stores.models import Store
from returns.actions import Wanted, request
from returns.models import ReturnRequest
from tests.factories import OrderFactory

D = Decimal


def delivered_order(
    store: Store, *, prices: tuple[str, ...] = ("80.00",), units: int = 1, days: float = 20, email: str = "ada@customer.example",
    country: str = "US", shipping: str = "5.00", currency: str = "USD", **more: Any,
) -> Order:  # fmt: skip
    """So many lines, all of them delivered so many days ago, paid by card."""
    when = timezone.now() - timedelta(days=days)
    total = sum((D(price) * units for price in prices), D(shipping))
    order: Order = OrderFactory(
        store=store, lines=0, total=total, captured=total, authorized=total, shipping_total=D(shipping), currency=currency, email=email,
        email_key=keys.digest("email", keys.normal_email(email)), payment="paid", fulfilment="delivered", risk="clear", stage="delivered",
        placed_at=when - timedelta(days=4), stated={"payment": "paid"}, customer__store=store,
        shipping_address={"name": "Ada Byron", "address1": "1 High Street", "city": "Leeds", "country": country}, **more,
    )  # fmt: skip
    for position, price in enumerate(prices):
        Line.objects.create(
            store=store, order=order, external_id=f"li-{position}", position=position, sku=f"SKU-{position}", title=f"Thing {position}",
            price=D(price), ordered=units, shipped=units, delivered=units,
        )  # fmt: skip
    Shipment.objects.create(
        store=store, order=order, external_id="s-1", status="delivered", carrier="Post", quantities={f"li-{n}": units for n in range(len(prices))},
        shipped_at=when - timedelta(days=2), delivered_at=when,
    )  # fmt: skip
    Transaction.objects.create(
        store=store, order=order, external_id="t-1", kind="sale", status="success", amount=total, currency=currency, at=when,
        card={"brand": "visa", "last4": "4242"},
    )  # fmt: skip
    return order


def wanted(line: str = "li-0", quantity: int = 1, reason: str = "SIZE_TOO_SMALL", **more: Any) -> Wanted:
    return Wanted(line=line, quantity=quantity, reason=reason, **more)


def asked_for(order: Order, *lines: Wanted, by: User | None = None, at: datetime | None = None, **more: Any) -> ReturnRequest:
    return request(
        order=order, wanted=lines or (wanted(),), source=more.pop("source", "page"), identity=more.pop("identity", "contact"),
        by=by or User.objects.system(), at=at, **more,
    )  # fmt: skip
