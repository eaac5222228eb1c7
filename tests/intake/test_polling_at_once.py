"""Several at once: workers that read, workers that drain, and a sender that is late and repeats itself."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from ordersops.accounts.actions import sync_roles
from ordersops.accounts.models import User
from ordersops.intake import door
from ordersops.intake.jobs import drain
from ordersops.intake.models import Delivery, PollWindow
from ordersops.intake.polling import oldest_ready, plan, poll
from ordersops.orders.models import Order
from ordersops.stores.actions import connect
from ordersops.stores.models import Store
from ordersops.stores.platforms import platforms
from tests.intake.shop import Shop, ShopInterface, open_shop, with_key


@pytest.mark.django_db
def test_without_windows_nothing_is_ready(system: User) -> None:
    assert oldest_ready() is None
    assert poll() == 0


def connected(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with a key, and one window over the day that is ready to be read."""
    door._known.clear()
    monkeypatch.setattr(platforms()["generic"], "interface", ShopInterface(shop))
    store = with_key(connect(name="Lamps", platform="generic", by=sync_roles()), shop)
    plan()
    PollWindow.objects.filter(kind="daily").delete()
    return store


def at_once(*works: Callable[[], int]) -> list[int]:
    def alone(work: Callable[[], int]) -> int:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as workers:
        return [each.result(60) for each in [workers.submit(alone, work) for work in works]]


def test_two_workers_do_not_read_a_window_twice(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_shop() as shop:
        shop.a_day(6)
        connected(shop, monkeypatch)
        assert sum(at_once(*[lambda: sum(poll() for _ in range(3))] * 4)) == 1
        assert len([path for path in shop.asked if path.startswith("/orders")]) == 2
    window = PollWindow.objects.get()
    assert (window.state, window.found, window.missed) == ("done", 6, 6)


def test_reading_while_webhooks_arrive_late_and_twice_converges(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_shop() as shop:
        shop.a_day(9)
        store = connected(shop, monkeypatch)
        sent = [*shop.events, *shop.events]
        random.Random(7).shuffle(sent)

        def sender() -> int:
            shop.send(store, sent)
            return len(sent)

        def drainer() -> int:
            return sum(drain() for _ in range(30))

        at_once(sender, poll, poll, drainer, drainer)
        Delivery.objects.filter(state="pending").update(lease_until=None, not_before=timezone.now() - timedelta(seconds=1))
        while drain():
            pass
        assert not Delivery.objects.exclude(state="done").exists()
        orders = {order.external_id: order for order in Order.objects.all()}
        assert set(orders) == set(shop.orders)
        for external, last in shop.orders.items():
            assert orders[external].payment == "paid"
            assert orders[external].source_at.isoformat() == last["updated_at"]
            assert (orders[external].cancelled_at is not None) == ("cancelled_at" in last)
        window = PollWindow.objects.get()
        assert window.found == 9 == window.announced + window.missed
