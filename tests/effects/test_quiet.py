"""Customers are not written to at night: by the clock of where the order ships to, else by the store's."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.effects import sending
from ordersops.effects.actions import ask
from ordersops.effects.kinds import arguments
from ordersops.effects.models import Effect
from ordersops.effects.quiet import CLOCKS, TABLES, TRANSACTIONAL, clocks, first_not_quiet
from ordersops.errors import Conflict, Invalid
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.factories import OrderFactory

WHY = "The customer wrote to us"
LETTER = {"subject": "Your order", "text": "We are looking into it."}
BERLIN = ("Europe/Berlin",)


@pytest.mark.parametrize(
    ("zones", "at", "due"),
    [
        (BERLIN, "2026-03-02T11:00", "2026-03-02T11:00"), (BERLIN, "2026-03-02T20:00", "2026-03-03T07:00"),  # 21:00 there, then 8:00
        (BERLIN, "2026-03-02T06:59", "2026-03-02T07:00"), (BERLIN, "2026-03-02T07:00", "2026-03-02T07:00"),
        (BERLIN, "2026-03-28T22:00", "2026-03-29T06:00"),  # the night in which the clock is put forward
        (CLOCKS["US"], "2026-03-02T14:00", "2026-03-02T16:00"),  # 9:00 in New York, 6:00 in Los Angeles
        (CLOCKS["US"], "2026-03-03T03:00", "2026-03-03T16:00"), (("UTC",), "2026-03-02T23:59", "2026-03-03T08:00"),
    ],
)  # fmt: skip
def test_what_is_due_at_night_is_due_in_the_morning(zones: tuple[str, ...], at: str, due: str) -> None:
    found = first_not_quiet(zones, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_every_country_has_clocks_that_exist_and_a_time_that_is_quiet_by_none() -> None:
    for zones in CLOCKS.values():
        for hour in range(24):
            found = first_not_quiet(zones, datetime(2026, 7, 1, hour, tzinfo=UTC))
            for zone in zones:
                local = found.astimezone(ZoneInfo(zone)).time()
                assert time(8) <= local < time(21), (zone, local)
    assert all(table.begins != table.ends for table in TABLES)


def test_the_subjects_are_those_that_a_letter_can_have() -> None:
    schema = arguments.Letter.model_json_schema()
    assert tuple(schema["properties"]["about"]["enum"]) == TRANSACTIONAL


@pytest.fixture(autouse=True)
def nights(settings: Any) -> None:
    """Other tests pass at any hour: there are no quiet hours in them."""
    settings.QUIET_HOURS = True


@pytest.fixture
def order(store: Store) -> Order:
    found: Order = OrderFactory(store=store, shipping_address={"country": "DE"}, payment="paid", risk="clear")
    return found


def letter(order: Order, by: User, **more: str) -> Effect:
    return ask(order=order, kind="message.send", arguments={**LETTER, **more}, reason=WHY, by=by)


@pytest.mark.django_db
def test_a_message_asked_for_at_night_waits_and_can_be_undone_until_then(order: Order, ops_reviewer: User) -> None:
    with time_machine.travel(datetime(2026, 12, 1, 22, 30, tzinfo=UTC), tick=False):
        effect = letter(order, ops_reviewer)
        assert effect.due_at == effect.not_before == datetime(2026, 12, 2, 7, tzinfo=UTC)
        assert effect.can_be_undone
        tag = ask(order=order, kind="order.tag", arguments={"add": ["vip"]}, reason=WHY, by=ops_reviewer)
        assert tag.due_at < timezone.now() + timedelta(hours=1), "the store is told at any hour"


@pytest.mark.django_db
def test_a_message_whose_retry_falls_into_the_night_waits_for_the_morning(
    order: Order, ops_reviewer: User, settings: Any, mailoutbox: list[Any]
) -> None:
    settings.MAIL_LEAVES = True
    evening, night, morning = (datetime(2026, 12, *at, tzinfo=UTC) for at in ((1, 19, 40), (1, 20, 5), (2, 7, 0)))
    with time_machine.travel(evening, tick=False):
        effect = letter(order, ops_reviewer)
        assert effect.not_before < evening + timedelta(minutes=10)

    def second_attempt() -> None:
        """The first one has failed, its pause is over, and a worker has just claimed it."""
        Effect.objects.filter(pk=effect.pk).update(state="sending", attempts=2, lease_until=timezone.now() + timedelta(minutes=1))
        sending.send(Effect.objects.get(pk=effect.pk))
        effect.refresh_from_db()

    with time_machine.travel(night, tick=False):
        second_attempt()
        assert (effect.state, effect.attempts, effect.not_before, mailoutbox) == ("planned", 1, morning, [])
        assert not effect.tries.exists(), "nothing was tried"
    with time_machine.travel(morning, tick=False):
        second_attempt()
        assert (effect.state, len(mailoutbox)) == ("done", 1)


@pytest.mark.django_db
def test_where_the_setting_has_no_quiet_hours_a_message_is_due_at_any_hour(order: Order, ops_reviewer: User, settings: Any) -> None:
    settings.QUIET_HOURS = False
    with time_machine.travel(datetime(2026, 12, 1, 22, 30, tzinfo=UTC), tick=False):
        assert letter(order, ops_reviewer).due_at < timezone.now() + timedelta(hours=1)


@pytest.mark.django_db
def test_without_a_country_the_stores_clock_counts(order: Order, store: Store) -> None:
    order.shipping_address = {}
    order.store.time_zone = "Asia/Tokyo"
    assert clocks(order) == ("Asia/Tokyo",)


@pytest.mark.django_db
def test_the_same_words_are_sent_once_in_a_day(order: Order, ops_reviewer: User) -> None:
    first = letter(order, ops_reviewer)
    with pytest.raises(Conflict, match="within a day"):
        letter(order, ops_reviewer, subject="Another subject", text="we are  looking\ninto it.")
    letter(order, ops_reviewer, text="Something else.")
    Effect.objects.filter(pk=first.pk).update(planned_at=timezone.now() - timedelta(days=1, minutes=1))
    letter(order, ops_reviewer)


@pytest.mark.django_db
def test_only_what_is_about_the_order_is_sent_and_only_to_an_address_that_was_left(order: Order, ops_reviewer: User) -> None:
    with pytest.raises(Invalid):
        letter(order, ops_reviewer, about="offer")
    Order.objects.filter(pk=order.pk).update(email="")
    order.refresh_from_db()
    with pytest.raises(Conflict, match="no e-mail address"):
        letter(order, ops_reviewer)
    assert not Effect.objects.exists()
