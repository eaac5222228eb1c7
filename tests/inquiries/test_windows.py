"""Delivery windows in business days."""

from datetime import UTC, date, datetime

import pytest

from inquiries.policy import DEFAULTS
from inquiries.windows import Days, Service, after, delivery_window, late, service_of

SERVICE = Service(Days(2, 4), Days(4, 8))


def window(placed=None, shipped=None, home="DE", to="DE", zone="Europe/Berlin", cut_off_hour=14, service=SERVICE):
    return delivery_window(
        placed_at=placed, shipped_at=shipped, home=home, to=to, zone=zone, cut_off_hour=cut_off_hour, handling=Days(1, 2), service=service
    )


@pytest.mark.parametrize(
    ("day", "days", "country", "expected"),
    [
        (date(2026, 11, 20), 0, "DE", date(2026, 11, 20)),  # a Friday
        (date(2026, 11, 21), 0, "DE", date(2026, 11, 23)),  # a Saturday counts as the Monday
        (date(2026, 11, 20), 1, "DE", date(2026, 11, 23)),
        (date(2026, 11, 20), 5, "DE", date(2026, 11, 27)),
        (date(2026, 12, 24), 1, "DE", date(2026, 12, 28)),  # Christmas Day and Boxing Day, then a weekend
        (date(2026, 12, 24), 1, "US", date(2026, 12, 28)),
        (date(2026, 11, 25), 1, "US", date(2026, 11, 27)),  # Thanksgiving
        (date(2026, 11, 25), 1, "DE", date(2026, 11, 26)),
        (date(2026, 12, 31), 1, "", date(2027, 1, 1)),  # no country, no holidays
    ],
)
def test_business_days(day, days, country, expected):
    assert after(day, days, country) == expected


def test_from_the_shipment_where_there_is_one():
    found = window(placed=datetime(2026, 11, 2, 9, tzinfo=UTC), shipped=datetime(2026, 11, 19, 15, tzinfo=UTC))
    assert (found.first, found.last, found.basis) == (date(2026, 11, 23), date(2026, 11, 25), "shipped")


def test_from_the_order_with_handling_else():
    found = window(placed=datetime(2026, 11, 16, 9, tzinfo=UTC))  # a Monday morning
    assert (found.first, found.last, found.basis) == (date(2026, 11, 19), date(2026, 11, 24), "placed")


def test_after_the_cut_off_it_counts_from_the_next_business_day():
    early, late_ = window(placed=datetime(2026, 11, 20, 12, 59, tzinfo=UTC)), window(placed=datetime(2026, 11, 20, 13, 0, tzinfo=UTC))
    assert early.first == date(2026, 11, 25)
    assert late_.first == date(2026, 11, 26)  # 14:00 in Berlin on a Friday: Monday


def test_the_day_is_the_stores_day():
    moment = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)  # Wednesday in Berlin, Tuesday in New York
    berlin, new_york = window(shipped=moment), window(shipped=moment, home="US", to="US", zone="America/New_York")
    assert (berlin.first, new_york.first) == (date(2026, 11, 20), date(2026, 11, 19))


def test_abroad_takes_longer_and_keeps_their_holidays():
    found = window(shipped=datetime(2026, 11, 20, 9, tzinfo=UTC), to="US")
    assert (found.first, found.last) == (date(2026, 11, 27), date(2026, 12, 3))  # Thanksgiving is no business day there


def test_nothing_to_count_from_is_no_window():
    assert window() is None


def test_late_is_past_the_last_day():
    found = window(shipped=datetime(2026, 11, 19, 15, tzinfo=UTC))
    assert not late(found, found.last)
    assert late(found, date(2026, 11, 26))


@pytest.mark.parametrize(
    ("method", "key"), [("DHL Express", "express"), ("Next day delivery", "express"), ("Standard", "standard"), ("", "standard")]
)
def test_the_way_of_shipping_by_its_name(method, key):
    assert service_of(method, DEFAULTS.services, DEFAULTS.express_words) == DEFAULTS.services[key]
