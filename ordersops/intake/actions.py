"""Verbs of the inbox: replaying a delivery, forgetting old bodies, and watching how each channel beats."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict
from ordersops.intake import polling
from ordersops.intake.models import Delivery, DeliveryState, PollWindow, Pulse, WindowKind
from ordersops.intake.subscriptions import reader_of
from ordersops.jobs import enqueue
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED

SILENCE = 6  # times the usual gap between events
LEAST_SILENCE = timedelta(minutes=10)
SMOOTHING = 0.3


@atomic
def replay(*, delivery: Delivery, by: User) -> Delivery:
    """Process a failed delivery again, with fresh attempts. Needs `replay_delivery` in its store; Conflict unless it has failed."""
    require(by, Perm.REPLAY_DELIVERY, delivery.store_id, to="replay deliveries")
    delivery = Delivery.objects.select_for_update().select_related("store").get(pk=delivery.pk)
    if delivery.state != DeliveryState.DEAD:
        raise Conflict(f"This delivery is “{delivery.get_state_display()}”; only a failed one can be replayed.")
    if delivery.body is None:
        raise Conflict("The raw body was forgotten after its retention time. Ask the store to send the event again.")
    delivery.state, delivery.attempts, delivery.not_before = DeliveryState.PENDING, 0, timezone.now()
    delivery.save(update_fields=["state", "attempts", "not_before"])
    record(Verb.DELIVERY_REPLAYED, by=by, store=delivery.store, delivery=delivery.pk, topic=delivery.topic)
    enqueue("intake.drain")
    return delivery


@atomic
def compare_now(*, store: Store, by: User) -> PollWindow:
    """Compare the last day with the store, now. Needs `manage_stores` in it; Conflict while one that was asked for is under way."""
    require(by, Perm.MANAGE_STORES, store.pk, to="compare with the store")
    reader_of(store)
    now = timezone.now()
    window = polling.open_window(store=store, kind=WindowKind.ASKED, since=now - polling.RECENT, now=now)
    if window is None:
        raise Conflict("A comparison that somebody asked for is under way. Look at its figures when it is done.")
    record(Verb.STORE_COMPARISON_ASKED, by=by, store=store, since=window.since)
    return window


def forget_old_bodies() -> int:
    """Forget raw bodies older than the retention time, except those of failed deliveries, in bounded steps. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE intake_delivery SET body = NULL WHERE id IN (
                SELECT id FROM intake_delivery
                WHERE body IS NOT NULL AND received_at < statement_timestamp() - make_interval(days => %s) AND state <> 'dead' LIMIT 5000)
            """,
            [settings.RAW_BODY_DAYS],
        )
        return cursor.rowcount


def take_pulse() -> None:
    """Count what each store sent since the last look, and flag a store that is silent against its own usual rate."""
    for store in Store.objects.filter(is_active=True):
        with atomic():
            pulse, _ = Pulse.objects.select_for_update().get_or_create(store=store, defaults={"counted_until": store.created_at})
            _listen(store, pulse)


def _listen(store: Store, pulse: Pulse) -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(received_at) FROM intake_delivery"
            " WHERE store_id = %s AND topic <> %s AND location_id IS NULL AND received_at > %s AND received_at <= %s",
            [store.pk, POLLED, pulse.counted_until, now],
        )
        count, newest = cursor.fetchone()
    if count:
        gap = max((now - (pulse.last_event_at or pulse.counted_until)).total_seconds(), 1) / count
        usual = pulse.usual_gap_seconds
        pulse.usual_gap_seconds = gap if usual is None else usual + SMOOTHING * (gap - usual)
        pulse.last_event_at, pulse.silent_since = newest, None
    elif pulse.usual_gap_seconds and pulse.last_event_at and pulse.silent_since is None:
        quiet = now - pulse.last_event_at
        if quiet > max(timedelta(seconds=SILENCE * pulse.usual_gap_seconds), LEAST_SILENCE):
            pulse.silent_since = pulse.last_event_at
            record(
                Verb.STORE_SILENT, by=User.objects.system(), store=store, since=pulse.silent_since,
                usual_per_hour=max(1, round(3600 / pulse.usual_gap_seconds)),
            )  # fmt: skip
    pulse.counted_until = now
    pulse.save()
