"""Transactions beside each other: no deadlock, no gap, nothing of what was rolled back."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

from django.db import connections, transaction

from ordersops.audit.actions import atomic, record
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.audit.verify import verify
from tests.audit.conftest import History


def test_a_rolled_back_transaction_leaves_nothing(history: History) -> None:
    count = Event.objects.count()
    with transaction.atomic():
        history.hold(history.orders[0])
        transaction.set_rollback(True)
    assert Event.objects.count() == count
    history.hold(history.orders[0])
    assert verify().holds


def test_opposite_orders_of_recording_do_not_deadlock(history: History) -> None:
    streams, barrier = [uuid4() for _ in range(40)], Barrier(2)

    def write(orders: list[Any]) -> None:
        try:
            for _ in range(15):
                barrier.wait(timeout=300)
                with atomic():
                    for order in orders:
                        record(Verb.ORDER_HELD, by=history.by, order=order, store=history.store, hold=uuid4(), reason="fraud")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, streams), pool.submit(write, streams[::-1])]:
            done.result(timeout=300)
    assert Event.objects.filter(stream=f"order:{streams[0]}").count() == 30
    assert verify().holds


def test_many_writers_of_one_stream_make_one_chain(history: History) -> None:
    order = uuid4()

    def write(_: int) -> None:
        try:
            for _ in range(20):
                history.hold(order)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert list(Event.objects.filter(order=order).order_by("seq").values_list("seq", flat=True)) == list(range(1, 81))
    assert verify().holds
