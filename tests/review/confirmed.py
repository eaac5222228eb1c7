"""A case whose customer was asked to confirm by a link, and the link as it stands in the letter."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.cases.models import Case
from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.mail import Mail
from ordersops.links import PLACE, address
from ordersops.orders.models import Order
from ordersops.review.actions import ask_customer
from ordersops.review.models import Confirmation
from ordersops.stores.models import Store
from tests.factories import TransactionFactory
from tests.review.scene import case_about

TEXT = f"Please open this page and answer what it asks: {PLACE}"
SHIP = {"name": "Ada Byron", "address1": "12a High Street", "city": "London", "postal_code": "SW1A 1AA", "country": "GB"}
BILL = {**SHIP, "address1": "7 Mill Lane", "postal_code": "M1 1AE"}
RIGHT = {"answer": "yes", "postcode": "sw1a1aa", "house": "12A", "last4": "4242", "billing_postcode": "m1 1ae"}
WRONG = {"answer": "yes", "postcode": "SW1A 1AB", "house": "13", "last4": "4243", "billing_postcode": "M1 1AF"}


def case_to_confirm(store: Store, system: User, *, card: dict[str, Any] | None = None, **more: Any) -> Case:
    """An open case whose order says where it goes and how it was paid."""
    case = case_about(
        store, system, outcome="release", email="ada@customer.example", shipping_address=SHIP, billing_address=BILL, **more
    )  # fmt: skip
    TransactionFactory(
        order=case.order, card={"brand": "visa", "last4": "4242"} if card is None else card, kind="authorization", status="success"
    )
    Order.objects.filter(pk=case.order_id).update(risk="needs_review")
    case.order.refresh_from_db()
    return case


def ask(case: Case, by: User, **more: Any) -> Confirmation:
    """Asked for all three."""
    said = {"version": case.version, "subject": "Your order", "text": TEXT, "link": ["order", "address", "card"], **more}
    return Confirmation.objects.get(effect=ask_customer(case=case, by=by, **said))


def link(asked: Confirmation) -> str:
    """The path that the letter leads to."""
    whole = address("confirm", asked.pk, page="confirm", endpoint=asked.store.endpoint_id)
    body = Mail().prepare(asked.effect, Seen(False)).body
    assert whole in body
    return whole[whole.index("/confirm/") :]


def past(asked: Confirmation) -> None:
    """Its time is over."""
    Confirmation.objects.filter(pk=asked.pk).update(
        made_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=7)
    )  # fmt: skip
