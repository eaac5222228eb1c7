"""Orders for tests, taken in the way every order is: through `apply_facts`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from ordersops.accounts.models import User
from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import lane
from ordersops.orders.actions import apply_facts
from ordersops.orders.models import Order
from ordersops.stores.facts import AddressFacts, CardFacts, ClientFacts, CoreFacts, CustomerFacts, LineFacts, OrderFacts, TransactionFacts
from ordersops.stores.models import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BERLIN = AddressFacts(
    name="Ada Lindner", address1="Oranienstraße 5", city="Berlin", country="DE", postal_code="10999", latitude=52.499, longitude=13.418
)
LYON = AddressFacts(
    name="Rémi Garnier", address1="7 Rue Terme", city="Lyon", country="FR", postal_code="69001", latitude=45.769, longitude=4.829
)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
CARD = CardFacts(brand="visa", last4="4242", bin="424242", fingerprint="fp-ada", country="DE", avs="Y", cvv="M", funding="credit")
Place = Callable[..., Order]


def placing(system: User) -> Place:
    """A function that takes in one ordinary order; every keyword changes one thing about it. `minutes` is counted from noon."""
    number = count(1)

    def placed(
        store: Store, *, minutes: float = 0, email: str = "ada.lindner@posteo.de", total: str = "80.00", card: CardFacts | None = CARD,
        ip: str = "198.18.0.9", device: str = "device-ada", customer: str | None = None, transactions: tuple[TransactionFacts, ...] | None = None,
        lines: tuple[LineFacts, ...] = (LineFacts(external_id="1", sku="MUG", title="Enamel mug", quantity=1, price=Decimal(80)),),
        **core: Any,
    ) -> Order:  # fmt: skip
        at = NOON + timedelta(minutes=minutes)
        name = f"T-{next(number)}"
        if transactions is None:
            paid = TransactionFacts(external_id="t1", kind="authorization", status="success", amount=Decimal(total), currency="EUR", at=at)
            transactions = () if card is None else (paid.model_copy(update={"card": card}),)
        head: dict[str, Any] = {
            "at": at, "number": name, "placed_at": at, "currency": "EUR", "total": Decimal(total), "email": email, "phone": "+49 1555 1234567",
            "customer_id": customer or email, "billing_address": BERLIN, "shipping_address": BERLIN, "shipping_method": "Standard", "source": "web",
            "client": ClientFacts(ip=ip, user_agent=CHROME, accept_language="de-DE,de;q=0.9", device_id=device, session_id=f"s-{name}"),
            "lines": lines, "payment": "authorized", "stated": {"payment": "authorized"},
        }  # fmt: skip
        facts = OrderFacts(
            order=name, at=at, core=CoreFacts(**(head | core)), transactions=transactions,
            customer=CustomerFacts(external_id=customer or email, at=at, email=email, created_at=NOON - timedelta(days=400), email_verified=True),
        )  # fmt: skip
        apply_facts(facts=[(store.pk, facts)], by=system)
        return Order.objects.get(store=store, external_id=name)

    return placed


def loaded(*orders: Order) -> list[Order]:
    """The orders as the advice pipeline hands them over."""
    rows = Order.objects.filter(pk__in=[order.pk for order in orders]).order_by("pk")
    return list(rows.select_related("store", "customer").prefetch_related("lines", "transactions", "disputes"))


def known(order: Order) -> Evidence:
    return lane("fraud").gather(loaded(order))[order.pk]
