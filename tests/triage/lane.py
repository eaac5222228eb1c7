"""Orders that come in and are triaged."""

from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.jobs import answer
from ordersops.advice.models import Recommendation
from ordersops.audit.actions import atomic
from ordersops.cases.models import Case
from ordersops.intake.jobs import drain
from ordersops.orders.actions import set_risk
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.intake.sending import send

BERLIN = {
    "name": "Ada Lind",
    "address1": "Torstraße 1",
    "city": "Berlin",
    "postal_code": "10119",
    "country": "DE",
    "latitude": 52.5,
    "longitude": 13.4,
}


def placed(
    shop: Store, key: str = "A1", *, sku: str = "LAMP", units: int = 1, total: str = "60.00", risk: str = "clear", **more: Any
) -> Order:
    """An order comes in, is paid, cleared by fraud review, and triaged."""
    now = timezone.now()
    event = {
        "event": "order.created", "order_id": key, "number": f"#{key}", "occurred_at": now.isoformat(),
        "updated_at": now.isoformat(), "currency": "EUR",
        "customer": {"id": f"c-{key}", "email": f"ada-{key}@customer.example"},
        "items": [{"id": "1", "sku": sku, "quantity": units, "unit_price": total}],
        "totals": {"subtotal": total, "total": total}, "shipping_address": BERLIN, "billing_address": BERLIN,
        "payment": {"status": "paid", "transactions": [{"id": "t1", "kind": "sale", "status": "success", "amount": total, "at": now.isoformat()}]},
    }  # fmt: skip
    assert send(shop, {**event, **more}).status_code == 200
    drain()
    order = Order.objects.get(store=shop, external_id=key)
    if risk != order.risk:
        with atomic():
            set_risk(orders=[order], to=risk, by=User.objects.system())
    asked()
    order.refresh_from_db()
    return order


def asked() -> None:
    while answer():
        pass


def case_of(order: Order) -> Case | None:
    return Case.objects.undecided().filter(lane="triage", subject=order.pk).first()


def advice_on(order: Order) -> Recommendation:
    return Recommendation.objects.filter(lane="triage", order=order).latest("advised_at")
