"""Linked orders: which keys they share, what became of them, and their graph."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ordersops.orders.graph import MOST_ORDERS, draw
from ordersops.orders.links import LINKED_PER_KEY, linked_to, summary
from ordersops.orders.models import Dispute, Order
from ordersops.stores.models import Store
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db


def order_with(store: Store, **more: object) -> Order:
    found: Order = OrderFactory(store=store, **more)
    return found


def dispute(order: Order, status: str = "") -> Dispute:
    return Dispute.objects.create(order=order, store=order.store, external_id="d1", status=status, opened_at=timezone.now())


def test_what_is_shared_and_what_shares_most_comes_first(store: Store, other_store: Store) -> None:
    subject = order_with(store, ip_key=1, card_key=2)
    one, two = order_with(store, ip_key=1), order_with(store, ip_key=1, card_key=2)
    order_with(store, ip_key=9)
    order_with(other_store, ip_key=1)
    assert [(row.order_id, row.shared) for row in linked_to(subject)] == [(two.pk, ["card", "IP"]), (one.pk, ["IP"])]


def test_a_shared_bank_links_nobody(store: Store) -> None:
    order_with(store, bin_key=1)
    assert linked_to(order_with(store, bin_key=1)) == []


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({}, "needs_response", ("Disputed", "bad")),
        ({}, "lost", ("Dispute lost", "bad")),
        ({}, "won", ("Dispute won", "neutral")),
        ({"risk": "declined"}, None, ("Declined", "bad")),
        ({"cancelled_at": timezone.now(), "risk": "approved"}, None, ("Cancelled", "neutral")),
        ({"captured": 10, "refunded": 10}, None, ("Refunded", "neutral")),
        ({"payment": "failed"}, None, ("Payment failed", "neutral")),
        ({"fulfilment": "delivered", "risk": "clear"}, None, ("Delivered", "good")),
        ({"risk": "approved"}, None, ("Approved", "good")),
        ({}, None, ("Needs review", "neutral")),
    ],
)
def test_what_became_of_it(store: Store, more: dict[str, object], status: str | None, said: tuple[str, str]) -> None:
    other = order_with(store, ip_key=1, **more)
    if status is not None:
        dispute(other, status)
    (row,) = linked_to(order_with(store, ip_key=1))
    assert (row.outcome, row.tone) == said


def test_three_queries_and_a_bounded_number_of_rows_at_any_history(store: Store) -> None:
    subject = order_with(store, ip_key=1, email_key=2)
    for count in (3, 20):
        OrderFactory.create_batch(count, store=store, ip_key=1, email_key=2, lines=0)
        with CaptureQueriesContext(connection) as asked:
            rows = linked_to(subject)
        assert len(asked) == 3
    assert len(rows) == LINKED_PER_KEY
    assert summary(rows)["keys"] == [{"label": "e-mail", "count": "10+"}, {"label": "IP", "count": "10+"}]


def test_the_summary_counts_what_went_wrong(store: Store) -> None:
    order_with(store, ip_key=1, risk="declined")
    order_with(store, ip_key=1, risk="approved")
    found = summary(linked_to(order_with(store, ip_key=1)))
    assert (found["bad"], found["good"], found["keys"]) == (1, 1, [{"label": "IP", "count": "2"}])


def test_the_graph_is_small_and_the_same_each_time(store: Store) -> None:
    now = timezone.now()
    keys = {"email_key": 1, "phone_key": 2, "ip_key": 3, "card_key": 4, "ship_key": 5, "device_key": 6}
    for place, (key, value) in enumerate(list(keys.items()) * 5):
        order_with(store, number="#" + "9" * 40, placed_at=now - timedelta(minutes=place), **{key: value})
    rows = linked_to(order_with(store, **keys))
    graph = draw(rows, "#1")
    assert graph is not None
    assert graph == draw(rows, "#1")
    assert 1 + len(graph.keys) + len(graph.orders) == 25
    assert graph.left_out == 30 - MOST_ORDERS
    assert all(0 <= node.y <= graph.height and len(node.label) <= 14 for node in [graph.subject, *graph.keys, *graph.orders])
    assert "shares" in graph.sentence


def test_one_linked_order_needs_no_drawing(store: Store) -> None:
    order_with(store, ip_key=1)
    assert draw(linked_to(order_with(store, ip_key=1)), "#1") is None
