"""Never blind: what no webhook brought is found by reading the store, once, and is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.audit.verbs import Verb
from ordersops.intake import door, polling
from ordersops.intake.actions import take_pulse
from ordersops.intake.jobs import drain
from ordersops.intake.models import Delivery, PollWindow, Pulse
from ordersops.intake.polling import oldest_ready, plan, poll
from ordersops.orders.models import Line, Order, Shipment
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED, Page
from tests.intake.shop import Shop, ShopInterface, with_key
from tests.kernel.history import events, told, woken
from tests.people import MakeStore

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def fresh_door() -> None:
    door._known.clear()


def compare(work: Callable[[], int]) -> PollWindow:
    """Plan, read to the end, apply; the daily window is left out."""
    PollWindow.objects.filter(kind="recent").update(planned_at=timezone.now() - timedelta(minutes=6))
    plan()
    PollWindow.objects.filter(kind="daily", state="open").update(
        state="done", finished_at=timezone.now(), until=timezone.now() - timedelta(hours=23.5)
    )
    while PollWindow.objects.filter(state="open").exists():
        PollWindow.objects.filter(state="open").update(not_before=timezone.now())
        assert work()
    return PollWindow.objects.filter(kind="recent").latest("planned_at")


def figures(window: PollWindow) -> tuple[int, int, int, int]:
    window.refresh_from_db()
    return window.found, window.announced, window.missed, window.repaired


def ledger(store: Store) -> list[Any]:
    """What is known of a store's orders, without our own ids and times."""
    who = ["customer__external_id", "customer__email"]
    heads = ["external_id", "number", "placed_at", "cancelled_at", "total", "payment", "stage", "source_at", *who]
    orders = Order.objects.filter(store=store).order_by("external_id").values_list(*heads)
    lines = Line.objects.filter(order__store=store).order_by("order__external_id").values_list("order__external_id", "sku", "ordered")
    shipments = (
        Shipment.objects.filter(order__store=store).order_by("order__external_id").values_list("order__external_id", "status", "carrier")
    )
    return [list(orders), list(lines), list(shipments)]


# --- Convergence ------------------------------------------------------------------------------------------------------
def test_a_day_without_any_webhook_converges(read_store: Store, make_store: MakeStore, shop: Shop, work: Callable[[], int]) -> None:
    shop.a_day(8)
    told_of = make_store("generic")
    shop.send(told_of)
    work()
    window = compare(work)
    assert ledger(read_store) == ledger(told_of)
    assert Order.objects.filter(store=read_store).count() == 8
    assert figures(window) == (8, 0, 8, 8)
    assert (window.state, window.pages) == ("done", 3)
    for order in Order.objects.filter(store=read_store):
        assert told(order=order)[:1] == [Verb.ORDER_PLACED]
        (event,) = events(Verb.ORDER_MISSED, order=order)
        assert event.data["changed_at"].startswith(f"{order.source_at:%Y-%m-%dT%H:%M:%S}")
    pulse = Pulse.objects.get(store=read_store)
    assert (pulse.missed, pulse.repaired) == (8, 8)
    assert pulse.last_missed_at is not None


def test_what_was_announced_is_not_missed(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    shop.a_day(4)
    shop.send(read_store)
    work()
    assert figures(compare(work)) == (4, 4, 0, 0)
    assert not events(Verb.ORDER_MISSED)


def test_windows_overlap_and_count_a_missed_change_once(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    shop.changes("1", timezone.now() - 2 * MINUTE, "order.created")
    assert figures(compare(work)) == (1, 0, 1, 1)
    again = compare(work)
    assert figures(again) == (1, 0, 0, 0)
    assert again.known == 1
    assert Delivery.objects.filter(topic=POLLED).count() == 1
    assert len(events(Verb.ORDER_MISSED)) == 1


def test_webhooks_that_come_late_and_twice_change_nothing(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    shop.a_day(4)
    compare(work)
    before = ledger(read_store)
    shop.send(read_store, [event for event in reversed(shop.events) for _ in range(2)])
    work()
    assert ledger(read_store) == before
    assert figures(compare(work))[2:] == (0, 0)


def test_a_lost_update_of_a_known_order_is_missed_and_repaired(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    now = timezone.now()
    shop.send(read_store, [shop.changes("1", now - 30 * MINUTE, "order.created")])
    shop.changes("1", now - 10 * MINUTE, "order.cancelled", cancelled_at=(now - 10 * MINUTE).isoformat())
    work()
    assert Order.objects.get().cancelled_at is None
    assert figures(compare(work)) == (1, 0, 1, 1)
    assert Order.objects.get().cancelled_at is not None


def test_a_webhook_that_failed_here_was_announced_and_is_repaired(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    event = shop.changes("1", timezone.now() - 10 * MINUTE, "order.created")
    shop.send(read_store, [{**event, "items": "what is this"}])
    work()
    Delivery.objects.filter(state="dead").update(resource="order:1")
    assert Delivery.objects.get().state == "dead"
    assert figures(compare(work)) == (1, 1, 0, 1)


def test_a_webhook_that_still_waits_has_announced(read_store: Store, shop: Shop) -> None:
    shop.send(read_store, [shop.changes("1", timezone.now() - 10 * MINUTE, "order.created")])
    plan()
    while poll():
        pass
    assert figures(PollWindow.objects.get(kind="recent")) == (1, 1, 0, 0)
    while drain():
        pass
    assert figures(PollWindow.objects.get(kind="recent")) == (1, 1, 0, 0)


def test_a_body_newer_than_its_webhook_has_announced(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    """The facts count, not only the time of sending."""
    event = shop.changes("1", timezone.now() - 10 * MINUTE, "order.created")
    shop.send(read_store, [event])
    work()
    Delivery.objects.update(source_at=timezone.now() - 60 * MINUTE)
    assert figures(compare(work)) == (1, 1, 0, 0)


def test_a_sender_whose_clock_is_ahead_does_not_announce_the_future(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    shop.send(read_store, [shop.changes("1", timezone.now() - 60 * MINUTE, "order.created")])
    work()
    Delivery.objects.update(source_at=timezone.now() + timedelta(days=300), received_at=timezone.now() - 60 * MINUTE)
    shop.changes("1", timezone.now() - 10 * MINUTE, note="Ring twice")
    assert figures(compare(work)) == (1, 0, 1, 1)


def test_what_is_older_than_the_connection_is_taken_in_and_not_missed(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    Store.objects.update(created_at=timezone.now() - 20 * MINUTE)
    shop.changes("1", timezone.now() - 30 * MINUTE, "order.created")
    shop.changes("2", timezone.now() - 10 * MINUTE, "order.created")
    window = compare(work)
    assert figures(window) == (2, 0, 1, 2)
    assert window.known == 1
    assert Order.objects.count() == 2


def test_the_newest_minute_is_left_to_its_webhooks(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    shop.changes("1", timezone.now(), "order.created")
    assert figures(compare(work)) == (0, 0, 0, 0)


def test_what_changes_while_it_is_read_is_of_the_next_window(
    read_store: Store, shop: Shop, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = shop.changes("1", timezone.now() - 10 * MINUTE, "order.created")
    changed = ShopInterface.changed

    def meanwhile(self: ShopInterface, store: Store, **asked: Any) -> Page:
        page = changed(self, store, **asked)
        shop.changes("1", timezone.now(), note="Ring twice")
        return Page([self._document(shop.orders[old["order_id"]]) for _ in page.documents], page.cursor)

    monkeypatch.setattr(ShopInterface, "changed", meanwhile)
    assert figures(compare(work)) == (0, 0, 0, 0)
    assert not Delivery.objects.exists()


# --- Planning and restarting --------------------------------------------------------------------------------------------
def test_windows_begin_ten_minutes_before_the_last_end(read_store: Store, work: Callable[[], int]) -> None:
    first = compare(work)
    assert (first.planned_at - first.since) == timedelta(hours=24)
    assert (first.planned_at - first.until) == MINUTE
    second = compare(work)
    assert second.since == first.until - 10 * MINUTE
    daily = PollWindow.objects.get(kind="daily")
    assert (daily.planned_at - daily.since) == timedelta(days=60)


def test_a_long_silence_is_read_a_day_back_and_the_rest_by_the_daily_window(read_store: Store, work: Callable[[], int]) -> None:
    compare(work)
    PollWindow.objects.update(since=timezone.now() - timedelta(days=4), until=timezone.now() - timedelta(days=3))
    late = compare(work)
    assert (late.planned_at - late.since) == timedelta(hours=24)


def test_a_window_is_planned_when_it_is_due_and_never_twice(read_store: Store, make_store: MakeStore) -> None:
    make_store("shopify")
    assert plan() == 2
    assert plan() == 0
    PollWindow.objects.update(planned_at=timezone.now() - timedelta(minutes=6))
    assert plan() == 0  # one of its kind is open
    PollWindow.objects.update(state="done")
    assert plan() == 1
    assert "intake.poll" in woken()


def test_old_windows_are_forgotten(read_store: Store) -> None:
    plan()
    PollWindow.objects.filter(kind="recent").update(state="done", planned_at=timezone.now() - timedelta(days=61))
    plan()
    assert PollWindow.objects.filter(planned_at__lt=timezone.now() - timedelta(days=1)).count() == 0


def test_a_worker_that_dies_in_the_middle_costs_a_page_read_twice(
    read_store: Store, shop: Shop, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.a_day(8)
    plan()
    PollWindow.objects.filter(kind="daily").delete()
    changed, read = ShopInterface.changed, []

    def dying(self: ShopInterface, *args: Any, **asked: Any) -> Page:
        read.append(asked["cursor"])
        if len(read) == 2:
            raise KeyboardInterrupt  # no handler of ours sees it, as with a kill
        return changed(self, *args, **asked)

    monkeypatch.setattr(ShopInterface, "changed", dying)
    with pytest.raises(KeyboardInterrupt):
        poll()
    window = PollWindow.objects.get()
    assert (window.state, window.pages, window.cursor, window.found) == ("open", 1, "3", 3)
    assert poll() == 0  # its lease still runs
    assert oldest_ready() is None
    PollWindow.objects.update(lease_until=timezone.now() - MINUTE)
    assert oldest_ready() is not None
    while poll():
        pass
    assert read == ["", "3", "3", "6"]
    work()
    assert figures(window) == (8, 0, 8, 8)
    assert Order.objects.count() == 8


def test_a_worker_whose_lease_ran_out_writes_nothing(read_store: Store, shop: Shop) -> None:
    shop.a_day(2)
    plan()
    PollWindow.objects.filter(kind="daily").delete()
    window = polling._claim()
    assert window is not None
    PollWindow.objects.update(lease_until=timezone.now() + MINUTE)  # somebody else's by now
    polling._read(window)
    assert figures(PollWindow.objects.get()) == (0, 0, 0, 0)
    assert not Delivery.objects.exists()


def test_a_store_is_read_by_one_worker_at_a_time(read_store: Store, make_store: MakeStore, shop: Shop) -> None:
    other = with_key(make_store("generic"), shop)
    plan()
    first, second, third = polling._claim(), polling._claim(), polling._claim()
    assert first is not None
    assert second is not None
    assert third is None
    assert {first.store_id, second.store_id} == {read_store.pk, other.pk}


# --- Politeness and failure ---------------------------------------------------------------------------------------------
def test_a_run_is_bounded_and_leaves_the_rest_for_later(read_store: Store, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "PAGES_PER_RUN", 2)
    shop.a_day(8)
    plan()
    PollWindow.objects.filter(kind="daily").delete()
    assert poll() == 1
    window = PollWindow.objects.get()
    assert (window.state, window.pages, window.lease_until) == ("open", 2, None)
    assert window.not_before > timezone.now()
    assert poll() == 0


def test_a_store_that_asks_to_wait_is_left_alone_for_so_long(read_store: Store, shop: Shop) -> None:
    shop.answers = [429]
    plan()
    PollWindow.objects.filter(kind="daily").delete()
    poll()
    window = PollWindow.objects.get()
    assert (window.state, window.attempts, window.last_error) == ("open", 1, "The shop answered 429.")
    assert timezone.now() + timedelta(seconds=100) < window.not_before < timezone.now() + timedelta(seconds=121)


def test_a_window_is_given_up_after_five_attempts_and_the_next_reads_it(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    compare(work)
    good = PollWindow.objects.filter(kind="recent").latest("planned_at")
    shop.answers = [503] * 5
    failed = compare(work)
    assert (failed.state, failed.attempts) == ("failed", 5)
    assert len(events(Verb.STORE_UNREAD, store=read_store)) == 1
    assert compare(work).since == good.until - 10 * MINUTE


def test_a_refused_key_fails_at_once_and_is_told_once(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    shop.answers = [401, 401]
    assert compare(work).state == "failed"
    assert compare(work).state == "failed"
    assert len(events(Verb.STORE_UNREAD, store=read_store)) == 1
    assert compare(work).state == "done"


def test_an_adapter_that_breaks_stops_no_other_store(
    read_store: Store, make_store: MakeStore, shop: Shop, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_key(make_store("generic"), shop)
    broken = read_store.pk
    changed = ShopInterface.changed

    def breaks(self: ShopInterface, store: Store, **asked: Any) -> Page:
        if store.pk == broken:
            raise ZeroDivisionError
        return changed(self, store, **asked)

    monkeypatch.setattr(ShopInterface, "changed", breaks)
    plan()
    work()
    assert set(PollWindow.objects.filter(state="done").values_list("store", flat=True)) == set(
        Store.objects.exclude(pk=broken).values_list("pk", flat=True)
    )
    assert "ZeroDivisionError" in PollWindow.objects.filter(store=broken).order_by("-attempts")[0].last_error


def test_a_cursor_that_does_not_move_ends_the_window(read_store: Store, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShopInterface, "changed", lambda self, store, **asked: Page([], "7"))
    plan()
    PollWindow.objects.filter(kind="daily").delete()
    poll()
    window = PollWindow.objects.get()
    assert window.state == "failed"
    assert "same page again" in window.last_error


def test_a_store_that_was_paused_is_read_no_more(read_store: Store, shop: Shop) -> None:
    plan()
    read_store.is_active = False
    read_store.save()
    while poll():
        pass
    assert not shop.asked
    assert plan() == 0


def test_what_is_polled_does_not_sound_like_a_webhook(read_store: Store, shop: Shop, work: Callable[[], int]) -> None:
    """Silence is measured by what the store sends."""
    Pulse.objects.create(store=read_store, counted_until=timezone.now() - timedelta(hours=1))
    shop.a_day(4)
    compare(work)
    take_pulse()
    assert Pulse.objects.get().last_event_at is None
