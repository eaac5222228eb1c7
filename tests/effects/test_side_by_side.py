"""Effects leave side by side: none twice, those of one order one after the other, and a slow store keeps nobody waiting."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from ordersops.accounts.actions import sync_roles
from ordersops.effects import jobs, sending
from ordersops.effects.connectors import CONNECTORS
from ordersops.effects.models import Effect
from ordersops.orders.models import Order
from ordersops.rollout.models import Switch
from ordersops.stores.models import Store
from tests.effects.shop import Shop, open_shop
from tests.factories import EffectFactory, OrderFactory, StoreFactory, UserFactory


@pytest.fixture
def shops(
    fresh_database: str, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[list[tuple[Store, Shop]]]:
    """Two stores whose effects are sent by threads, and what they show."""
    monkeypatch.setitem(CONNECTORS, "generic", "tests.effects.shop.Loopback")
    settings.EFFECTS_AT_ONCE = 8
    with ExitStack() as stack, django_db_blocker.unblock():
        sync_roles()
        found = [stack.enter_context(open_shop(pause=0.01)) for _ in range(2)]
        yield [(StoreFactory(api_url=shop.address, api_key="shpat_of-a-test"), shop) for shop in found]


def due(store: Store, order: Order | None = None, *, seconds: float = 1, **more: Any) -> Effect:
    order = order or OrderFactory(store=store)
    at = timezone.now() - timedelta(seconds=seconds)
    effect: Effect = EffectFactory(
        decision=None, asked_by=UserFactory(), store=store, order=order, kind="order.tag", arguments={"add": ["vip"]}, due_at=at, **more
    )
    return effect


@pytest.mark.django_db
def test_a_database_to_copy() -> None:
    assert Effect.objects.count() == 0


def test_many_workers_send_each_effect_once(shops: list[tuple[Store, Shop]]) -> None:
    (store, shop), (other, other_shop) = shops
    effects = [due(one) for one in (store, other) for _ in range(15)]
    connection.close()
    shop.pause = other_shop.pause = 300.0  # until both have several to answer at once
    workers = [threading.Thread(target=_work) for _ in range(3)]
    for worker in workers:
        worker.start()
    try:
        _wait(lambda: min(shop.at_once, other_shop.at_once) > 1)
    finally:
        shop.pause = other_shop.pause = 0.01
        for one in (shop, other_shop):
            one.go()
    for worker in workers:
        worker.join()
    assert sorted(shop.writes + other_shop.writes) == sorted(str(effect.pk) for effect in effects)
    assert set(Effect.objects.values_list("state", "attempts")) == {("done", 1)}
    for one in (shop, other_shop):
        assert 1 < one.most_at_once <= jobs.PER_STORE, "side by side, and no more than the store is asked to bear, over all workers"


def _work() -> None:
    try:
        while jobs.send():
            pass
    finally:
        connections.close_all()


def test_the_effects_of_an_order_leave_in_their_order(shops: list[tuple[Store, Shop]]) -> None:
    ((store, shop), _) = shops
    orders = [OrderFactory(store=store) for _ in range(3)]
    effects = [[due(store, order, seconds=10 - nth) for nth in range(4)] for order in orders]
    jobs.send()
    for mine in effects:
        keys = [str(effect.pk) for effect in mine]
        assert [write for write in shop.writes if write in keys] == keys


def test_a_later_one_waits_while_an_earlier_one_is_tried_again(shops: list[tuple[Store, Shop]]) -> None:
    ((store, shop), _) = shops
    order = OrderFactory(store=store)
    first, second = due(store, order, seconds=9), due(store, order)
    shop.answers = [503]
    jobs.send()
    assert shop.writes == []
    assert jobs.oldest_ready() is None
    Effect.objects.filter(pk=first.pk).update(not_before=timezone.now())
    jobs.send()
    assert shop.writes == [str(first.pk), str(second.pk)]


def test_what_has_failed_for_good_or_is_stopped_keeps_nothing_waiting(shops: list[tuple[Store, Shop]]) -> None:
    ((store, shop), _) = shops
    failed, stopped = OrderFactory(store=store), OrderFactory(store=store)
    due(store, failed, seconds=9, state="dead")
    due(store, stopped, seconds=9, idempotency_key="a stop")
    Effect.objects.filter(idempotency_key="a stop").update(kind="order.note")
    Switch.objects.create(effect="order.note", why="Notes come out wrong", by=UserFactory())
    later = [due(store, order) for order in (failed, stopped)]
    jobs.send()
    assert sorted(shop.writes) == sorted(str(effect.pk) for effect in later)


def test_a_slow_store_does_not_delay_another(shops: list[tuple[Store, Shop]], monkeypatch: pytest.MonkeyPatch) -> None:
    """While the slow one keeps every effect of its own waiting, the others are all done, also what comes meanwhile."""
    (store, slow), (other, quick) = shops
    monkeypatch.setattr(jobs, "LOOK_SECONDS", 0.02)
    slow.pause = 60.0
    for _ in range(12):
        due(store)
    worker = threading.Thread(target=_work)
    worker.start()
    try:
        _wait(lambda: slow.at_once == jobs.PER_STORE)
        quick_ones = [str(due(other).pk) for _ in range(6)]
        _wait(lambda: sorted(quick.writes) == sorted(quick_ones))
        assert (slow.asked, slow.most_at_once) == ([], jobs.PER_STORE)
        assert jobs.oldest_ready() is None, "a store that is at its limit has nothing that waits for a worker"
    finally:
        slow.pause = 0.0
        slow.go()
        worker.join()
    assert len(slow.writes) == 12


def _wait(until: Any) -> None:
    for _ in range(30_000):
        if until():
            return
        time.sleep(0.01)
    raise AssertionError("It did not come to pass within five minutes.")


def test_what_breaks_in_a_thread_ends_the_task_and_no_connection_stays(
    shops: list[tuple[Store, Shop]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((store, _), _) = shops
    effects = [due(store) for _ in range(3)]

    def breaks(effect: Effect) -> None:
        if effect.pk == effects[0].pk:
            raise MemoryError

    monkeypatch.setattr(sending, "send", breaks)
    with pytest.raises(MemoryError):
        jobs.send()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("effects ")]
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        _wait(lambda: cursor.execute(others) or cursor.fetchone() == (0,))  # a server process outlives its connection by a moment
