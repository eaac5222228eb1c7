"""Until when an order must be decided to ship today: by the clock and the working days of the place that it ships from."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.stock.cut_off import CutOff, cut_off_of, next_cut_off
from ordersops.stores.models import Store
from ordersops.stores.worktime import Calendar
from tests.factories import LocationFactory, OrderFactory

WEEK = frozenset(range(5))
BERLIN = Calendar(zone="Europe/Berlin", days=WEEK, country="DE")
THREE = time(15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "by", "leaves"),
    [
        ("2026-07-01 12:50", "2026-07-01 13:00", "2026-07-01"),  # summer: 15:00 is 13:00 UTC
        ("2026-07-01 13:00", "2026-07-02 13:00", "2026-07-02"),  # at the cut-off it is too late
        ("2026-07-03 13:01", "2026-07-06 13:00", "2026-07-06"),  # Friday afternoon: Monday
        ("2026-12-24 14:01", "2026-12-28 14:00", "2026-12-28"),  # winter, Christmas, a weekend
        ("2026-03-27 14:30", "2026-03-30 13:00", "2026-03-30"),  # over the weekend on which the clocks go forward
        ("2026-10-23 13:30", "2026-10-26 14:00", "2026-10-26"),  # and back
        ("2026-07-01 22:30", "2026-07-02 13:00", "2026-07-02"),  # already the next day there
    ],
)
def test_the_next_cut_off(now: str, by: str, leaves: str) -> None:
    assert next_cut_off(BERLIN, THREE, at(now)) == (at(by), date.fromisoformat(leaves))


def test_on_the_day_on_which_clocks_change_it_is_as_far_away_as_it_is() -> None:
    every_day = Calendar(zone="Europe/Berlin")
    found = next_cut_off(every_day, THREE, at("2026-03-28 23:00"))  # midnight there
    assert found is not None
    assert found[0] - at("2026-03-28 23:00") == timedelta(hours=14)


def test_a_time_that_the_clock_leaves_out_is_still_a_cut_off() -> None:
    found = next_cut_off(Calendar(zone="Europe/Berlin"), time(2, 30), at("2026-03-28 23:00"))
    assert found == (at("2026-03-29 01:30"), date(2026, 3, 29))


def test_handling_takes_working_days() -> None:
    """Two handling days: what is decided on Friday leaves on Monday."""
    assert next_cut_off(BERLIN, THREE, at("2026-07-03 10:00"), 2) == (at("2026-07-03 13:00"), date(2026, 7, 6))


def test_a_place_that_never_works_has_none() -> None:
    assert next_cut_off(Calendar(days=frozenset()), THREE, at("2026-07-03 10:00")) is None


@pytest.mark.parametrize(("leaves", "words"), [("2026-07-01", "today"), ("2026-07-02", "tomorrow"), ("2026-07-06", "Mon, Jul 6")])
def test_the_day_in_words(leaves: str, words: str) -> None:
    assert CutOff("Main", at("2026-07-01 13:00"), date.fromisoformat(leaves), date(2026, 7, 1)).words == words


@pytest.mark.django_db
class TestOfAnOrder:
    def place(self, store: Store, **more: Any) -> Any:
        return LocationFactory(**{"store": store, "cut_off": THREE, "time_zone": "UTC", **more})

    def of(self, store: Store, planned: tuple[Any, ...] = (), now: str = "2026-07-01 10:00", **order: Any) -> CutOff | None:
        return cut_off_of(OrderFactory(store=store, **order), lambda: {place.pk for place in planned}, at(now))

    def test_the_first_place_of_the_store(self, store: Store) -> None:
        self.place(store, name="Second", priority=2)
        self.place(store, name="First", priority=1)
        assert self.of(store) == CutOff("First", at("2026-07-01 15:00"), date(2026, 7, 1), date(2026, 7, 1))

    def test_the_place_that_is_planned(self, store: Store) -> None:
        self.place(store, name="First", priority=1)
        second = self.place(store, name="Second", priority=2, cut_off=time(16))
        found = self.of(store, (second,))
        assert found is not None
        assert (found.location, found.by) == ("Second", at("2026-07-01 16:00"))

    def test_of_several_places_the_one_that_closes_first(self, store: Store) -> None:
        late, soon = self.place(store, name="Late", cut_off=time(18)), self.place(store, name="Soon", cut_off=time(11))
        found = self.of(store, (late, soon))
        assert found is not None
        assert found.location == "Soon"

    def test_a_plan_that_must_not_be_told_is_not(self, store: Store) -> None:
        self.place(store)
        assert cut_off_of(OrderFactory(store=store), lambda: None, at("2026-07-01 10:00")) is None

    @pytest.mark.parametrize("more", [{"cut_off": None}, {"paused": True}, {"is_active": False}])
    def test_a_place_without_one_or_that_is_closed_says_nothing(self, store: Store, more: dict[str, Any]) -> None:
        assert self.of(store, (self.place(store, **more),)) is None
        assert self.of(store) is None

    def test_another_stores_place_says_nothing(self, store: Store, other_store: Store) -> None:
        assert self.of(store, (self.place(other_store),)) is None

    @pytest.mark.parametrize("order", [{"commercial": "cancelled", "cancelled_at": timezone.now()}, {"fulfilment": "shipped"}])
    def test_an_order_that_is_over_has_none(self, store: Store, order: dict[str, Any]) -> None:
        self.place(store)
        assert self.of(store, **order) is None

    def test_no_places_are_known(self, store: Store) -> None:
        assert self.of(store) is None
