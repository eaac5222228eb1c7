"""Every webhook of a Shopify shop is lost: comparing brings the orders, and the disputes too, which change no order."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from ordersops.intake import jobs, polling
from ordersops.intake.models import PollWindow
from ordersops.orders.models import Dispute, Order
from ordersops.stores.models import Store

from .conftest import SHOPIFY_TOKEN, Running

pytestmark = pytest.mark.django_db


@pytest.fixture
def connected(run: Callable[..., Running], shopify_store: Store) -> tuple[Running, Store]:
    running = run()
    shopify_store.api_url, shopify_store.api_key, shopify_store.created_at = (
        running.address,
        SHOPIFY_TOKEN,
        timezone.now() - timedelta(days=9),
    )
    shopify_store.save()
    return running, shopify_store


def compare(store: Store) -> PollWindow:
    """One window up to now, read to its end and applied."""
    now = timezone.now()
    made = polling.open_window(store=store, kind="asked", since=now - timedelta(days=1), now=now + 2 * polling.SETTLING)
    assert made is not None
    while PollWindow.objects.filter(state="open").exists():
        PollWindow.objects.filter(state="open").update(not_before=now)
        assert polling.poll() == 1
    while jobs.drain():
        pass
    made.refresh_from_db()
    assert (made.state, made.last_error) == ("done", "")
    return made


def test_a_lost_dispute_is_repaired_and_counted(connected: tuple[Running, Store]) -> None:
    running, store = connected
    running.post("/faults", json={"drop_next": 100_000})
    (order_id,) = running.send("refunded", shop=0)
    running.settle()
    first = compare(store)
    assert (first.found, first.announced, first.missed, first.repaired) == (1, 0, 1, 1)
    sold = running.store.record.orders[0]
    before = sold.updated_at
    with running.store.director.at(sold) as scene:
        sold.disputes.clear()
        dispute = scene.dispute(sold, reason="unrecognized")
        dispute.opened_at += timedelta(seconds=40)  # well after the last change that was read
    assert sold.updated_at == before
    running.settle()
    second = compare(store)
    assert (second.missed, second.repaired) == (1, 1)
    held = Dispute.objects.get(order__external_id=order_id)
    assert (held.external_id, held.reason, held.amount) == (str(dispute.key), "unrecognized", dispute.amount)
    assert Order.objects.get(external_id=order_id).payment == "disputed"
    dispute.status = "lost"
    time.sleep(1.1)  # what was read later wins, and the time of reading has whole seconds
    third = compare(store)
    assert (third.missed, third.repaired) == (0, 1)
    held.refresh_from_db()
    assert held.status == "lost"
    assert compare(store).repaired == 0
