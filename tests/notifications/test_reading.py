"""The history is read once and wholly: beside transactions that overtake each other, in windows, and after a restore."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.audit.actions import atomic, record
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.ids import uuid7
from ordersops.notifications import fan_out, reading
from ordersops.notifications.models import Mark, Outgoing
from ordersops.stores.actions import connect
from tests.factories import OrderFactory
from tests.kernel.threads import at_once
from tests.notifications.scene import hold, subscribe


@pytest.fixture
def people(fresh_database: str, django_db_blocker: Any) -> Any:
    """(admin, store) in a database of the test's own, read up to now."""
    with django_db_blocker.unblock():
        system = sync_roles()
        store = connect(name="Shop", platform="generic", by=system)
        admin = invite(email="admin@test.example", name="Ada Min", by=system)
        give_role(person=admin, role="admin", store=store, by=system)
        read_all()
        yield admin, store


def read_all() -> int:
    count = 0
    while found := fan_out.fan_out():
        count += found
    return count


@pytest.mark.django_db
def test_a_database_to_copy() -> None:
    assert Outgoing.objects.count() == 0


def test_what_was_there_before_anybody_listened_is_nobodys_news(people: Any) -> None:
    admin, store = people
    hold(OrderFactory(store=store), admin)
    subscribe(admin, "https://example.com/told", store, "order.held")
    read_all()
    assert Outgoing.objects.count() == 0


def test_a_writer_that_commits_late_is_not_passed_over(people: Any) -> None:
    """Its event has the lower id and becomes visible after a higher one was read."""
    admin, store = people
    subscribe(admin, "https://example.com/told", store, "order.held")
    slow, fast = OrderFactory(store=store), OrderFactory(store=store)
    written, finish = threading.Event(), threading.Event()

    def late() -> None:
        try:
            with transaction.atomic():
                hold(slow, admin)
                written.set()
                finish.wait(300)
        finally:
            connection.close()

    writer = threading.Thread(target=late)
    writer.start()
    try:
        assert written.wait(300)
        hold(fast, admin)
        read_all()
        assert Outgoing.objects.count() == 0, "what an open transaction may still precede waits"
        assert reading.oldest_unread() is None or Mark.objects.get().xid
    finally:
        finish.set()
        writer.join(300)
    read_all()
    assert {row.event.order_id for row in Outgoing.objects.select_related("event")} == {slow.pk, fast.pk}


def test_many_writers_and_readers_at_once_lose_and_double_nothing(people: Any) -> None:
    admin, store = people
    subscriber = subscribe(admin, "https://example.com/told", store, "order.held")
    orders = OrderFactory.create_batch(4, store=store)
    done = threading.Event()

    def write(place: int) -> int:
        for number in range(25):
            with atomic():
                record(Verb.ORDER_HELD, by=admin, order=orders[(place + number) % 4], hold=uuid7(), reason="fraud")
        return 25

    def read() -> int:
        seen = 0
        while not done.is_set():
            seen += fan_out.fan_out()
        return seen

    readers = [threading.Thread(target=lambda: _closing(read)) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        assert at_once([lambda place=place: write(place) for place in range(4)]) == [25] * 4
    finally:
        done.set()
        for reader in readers:
            reader.join(300)
    read_all()
    held = Event.objects.filter(verb="order.held")
    assert held.count() == 100
    assert sorted(Outgoing.objects.filter(subscriber=subscriber).values_list("event", flat=True)) == sorted(
        held.values_list("pk", flat=True)
    )


def _closing(work: Any) -> None:
    try:
        work()
    finally:
        connection.close()


def test_a_long_history_is_read_in_windows(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, store = people
    subscribe(admin, "https://example.com/told", store, "order.held")
    order = OrderFactory(store=store)
    read_all()
    monkeypatch.setattr(reading, "WINDOW", 2)
    for _ in range(9):
        hold(order, admin)
    # Other databases of the server use up transaction ids, too: begin where the first event is, not in a gap.
    Mark.objects.update(xid=Event.objects.filter(verb="order.held").earliest("id").xid)
    assert 1 <= fan_out.fan_out() <= 2
    read_all()
    assert list(Outgoing.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 10))


def test_after_a_restore_the_rest_of_the_old_cluster_is_read_and_then_the_new(people: Any) -> None:
    admin, store = people
    subscribe(admin, "https://example.com/told", store, "order.held")
    hold(OrderFactory(store=store), admin)
    with transaction.atomic(), connection.cursor() as cursor:
        # As if this event had been written in another cluster, with high transaction ids.
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET epoch = 7, xid = xid + 1000000 WHERE verb = 'order.held'")
        cursor.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER chain")
        cursor.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER deny_changes")
    Mark.objects.update(epoch=7, xid=1_000_000)
    read_all()
    assert Outgoing.objects.count() == 1
    hold(OrderFactory(store=store), admin)
    read_all()
    assert Outgoing.objects.count() == 2


def test_nobody_listening_costs_one_move_of_the_mark(people: Any) -> None:
    admin, store = people
    before = Mark.objects.get().xid
    hold(OrderFactory(store=store), admin)
    assert reading.oldest_unread() is not None
    read_all()
    assert Mark.objects.get().xid > before
    assert reading.oldest_unread() is None
