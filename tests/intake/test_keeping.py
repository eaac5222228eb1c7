"""Forgetting old bodies, and hearing how each channel beats."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ordersops.audit.verbs import Verb
from ordersops.intake.actions import LEAST_SILENCE, SILENCE, forget_old_bodies, take_pulse
from ordersops.intake.models import Delivery, Pulse
from ordersops.stores.models import Store
from tests.factories import DeliveryFactory
from tests.kernel.history import events

pytestmark = pytest.mark.django_db


def received(store: Store, ago: timedelta, state: str = "done") -> Delivery:
    return DeliveryFactory(store=store, state=state, received_at=timezone.now() - ago)


# --- forget_old_bodies ------------------------------------------------------------------------------------------------
def test_old_bodies_are_forgotten_and_their_rows_stay(store: Store) -> None:
    old, young = received(store, timedelta(days=31)), received(store, timedelta(days=29))
    assert forget_old_bodies() == 1
    assert Delivery.objects.get(pk=old.pk).body is None
    assert Delivery.objects.get(pk=young.pk).body is not None
    assert forget_old_bodies() == 0


def test_the_body_of_a_failed_delivery_is_kept(store: Store) -> None:
    received(store, timedelta(days=300), "dead")
    assert forget_old_bodies() == 0


def test_the_retention_time_is_a_setting(store: Store, settings: object) -> None:
    received(store, timedelta(days=8))
    settings.RAW_BODY_DAYS = 7  # type: ignore[attr-defined]
    assert forget_old_bodies() == 1


# --- take_pulse -------------------------------------------------------------------------------------------------------
@pytest.fixture
def beating(store: Store) -> Store:
    """A store that used to send one event a minute until twenty minutes ago."""
    now = timezone.now()
    Pulse.objects.create(
        store=store, counted_until=now - timedelta(minutes=1), last_event_at=now - timedelta(minutes=20), usual_gap_seconds=60
    )
    return store


def test_a_first_look_learns_the_usual_gap(store: Store) -> None:
    Store.objects.update(created_at=timezone.now() - timedelta(hours=1))
    for _ in range(6):
        received(store, timedelta(minutes=5))
    take_pulse()
    pulse = store.pulse
    assert pulse.usual_gap_seconds == pytest.approx(600, rel=0.05)
    assert pulse.silent_since is None


def test_silence_against_its_own_rate_is_flagged_once(beating: Store) -> None:
    take_pulse()
    take_pulse()
    pulse = Pulse.objects.get(store=beating)
    assert pulse.silent_since == pulse.last_event_at
    (event,) = events(Verb.STORE_SILENT, store=beating)
    assert event.data["usual_per_hour"] == 60


def test_a_slow_store_is_not_silent_after_the_same_pause(beating: Store) -> None:
    Pulse.objects.update(usual_gap_seconds=3600)
    take_pulse()
    assert Pulse.objects.get().silent_since is None


def test_even_a_busy_store_may_pause_for_ten_minutes(beating: Store) -> None:
    Pulse.objects.update(usual_gap_seconds=1, last_event_at=timezone.now() - LEAST_SILENCE + timedelta(seconds=30))
    assert timedelta(seconds=SILENCE) < LEAST_SILENCE
    take_pulse()
    assert Pulse.objects.get().silent_since is None


def test_an_event_ends_the_silence(beating: Store) -> None:
    take_pulse()
    received(beating, timedelta(seconds=0))
    take_pulse()
    assert Pulse.objects.get().silent_since is None


def test_a_store_that_never_sent_anything_is_not_silent(store: Store) -> None:
    take_pulse()
    take_pulse()
    assert Pulse.objects.get().silent_since is None
    assert events(Verb.STORE_SILENT, store=store) == []


def test_a_store_that_is_switched_off_is_not_listened_to(beating: Store) -> None:
    Store.objects.update(is_active=False)
    take_pulse()
    assert Pulse.objects.get().silent_since is None
