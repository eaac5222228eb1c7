"""The customer before: counts, sums by currency, and what came back."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ordersops.orders.models import Dispute, Refund
from ordersops.orders.past import READ_AT_MOST, past_of
from ordersops.stores.models import Store
from tests.factories import CustomerFactory, OrderFactory

pytestmark = pytest.mark.django_db


def test_counts_sums_and_the_last_ones(store: Store) -> None:
    customer = CustomerFactory(store=store)
    order = OrderFactory(store=store, customer=customer)
    good = OrderFactory(store=store, customer=customer, fulfilment="delivered", risk="clear", captured=Decimal(100), currency="EUR")
    back = OrderFactory(store=store, customer=customer, captured=Decimal(50), refunded=Decimal(20), currency="USD", returns="returned")
    Refund.objects.create(order=back, store=store, external_id="r", amount=Decimal(20), at=timezone.now(), reason="Too small")
    Dispute.objects.create(
        order=good,
        store=store,
        external_id="d",
        amount=Decimal(100),
        currency="EUR",
        status="lost",
        reason="fraudulent",
        opened_at=timezone.now(),
    )
    OrderFactory(store=store)  # somebody else's
    past = past_of(order)
    assert past["orders"] == 2
    assert {row["label"]: row["count"] for row in past["counts"]} == {
        "delivered": 1, "disputed, 1 lost": 1, "refunded": 1, "with a return": 1,
    }  # fmt: skip
    assert past["sums"] == [
        {"currency": "EUR", "paid": Decimal(100), "back": Decimal(0), "disputed": Decimal(100)},
        {"currency": "USD", "paid": Decimal(50), "back": Decimal(20), "disputed": Decimal(0)},
    ]
    assert [(row["what"], row["why"]) for row in past["came_back"]] == [("Dispute", "fraudulent lost"), ("Refund", "Too small")]
    assert {row["order"].pk: row["became"][0] for row in past["last"]} == {good.pk: "Dispute lost", back.pk: "Needs review"}


def test_nobody_is_known(store: Store) -> None:
    assert past_of(OrderFactory(store=store, customer=None))["orders"] == 0


def test_a_long_history_is_read_from_its_end(store: Store) -> None:
    customer = CustomerFactory(store=store)
    order = OrderFactory(store=store, customer=customer)
    OrderFactory.create_batch(READ_AT_MOST + 5, store=store, customer=customer, lines=0)
    with CaptureQueriesContext(connection) as asked:
        past = past_of(order)
    assert (past["orders"], past["more"], len(asked)) == (READ_AT_MOST, True, 3)
