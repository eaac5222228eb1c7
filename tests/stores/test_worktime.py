"""Business time: properties that hold for any hours, zone and holidays, and the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.stores.worktime import Calendar, add, between, countries, public_holidays

BERLIN = Calendar("Europe/Berlin", frozenset(range(5)), time(9), time(17), "DE")
calendars = st.builds(
    lambda zone, days, hours, country: Calendar(zone, days, time(min(hours)), time(max(hours)), country),
    st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo"]
    ),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sets(st.integers(0, 23), min_size=2, max_size=2),
    st.sampled_from(["", "DE", "US", "GB", "IN"]),
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(minutes=1), timedelta(hours=40))


@given(calendars, moments, spans)
def test_so_much_time_lies_before_the_deadline(calendar: Calendar, start: datetime, work: timedelta) -> None:
    assert between(calendar, start, add(calendar, start, work)) == work


@given(calendars, moments, spans, spans)
def test_two_spans_are_their_sum(calendar: Calendar, start: datetime, one: timedelta, two: timedelta) -> None:
    assert add(calendar, add(calendar, start, one), two) == add(calendar, start, one + two)


@given(calendars, moments, spans, spans)
def test_what_starts_later_is_due_later(calendar: Calendar, start: datetime, wait: timedelta, work: timedelta) -> None:
    assert add(calendar, start, work) <= add(calendar, start + wait, work)


@given(calendars, moments, st.lists(spans, min_size=2, max_size=2))
def test_time_between_adds_up(calendar: Calendar, start: datetime, waits: list[timedelta]) -> None:
    middle = start + waits[0]
    end = middle + waits[1]
    assert between(calendar, start, middle) + between(calendar, middle, end) == between(calendar, start, end) <= end - start


@given(calendars, moments, spans)
def test_a_deadline_lies_in_working_hours(calendar: Calendar, start: datetime, work: timedelta) -> None:
    local = add(calendar, start, work).astimezone(ZoneInfo(calendar.zone))
    assert calendar.works_on(local.date())
    assert (calendar.opens or time.min) <= local.time() <= (calendar.closes or time.max)


@given(moments, spans)
def test_around_the_clock_is_plain_time(start: datetime, work: timedelta) -> None:
    assert add(Calendar(), start, work) == start + work


def test_a_weekend_and_a_holiday_lie_in_between() -> None:
    thursday = datetime(2026, 4, 2, 16, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # then Good Friday, a weekend, Easter Monday
    assert add(BERLIN, thursday, timedelta(hours=2)) == datetime(2026, 4, 7, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_holiday_is_a_day_of_the_stores_own_zone() -> None:
    auckland = Calendar("Pacific/Auckland", country="NZ")
    eve = datetime(2026, 2, 5, 10, 30, tzinfo=UTC)  # 23:30 there, on the day before Waitangi Day
    assert add(auckland, eve, timedelta(hours=1)) == datetime(2026, 2, 6, 11, 30, tzinfo=UTC)  # 00:30 on the seventh


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)])
def test_a_day_on_which_clocks_change_is_shorter_or_longer(day: date, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    calendar = Calendar("Europe/Berlin", country="SE")
    start = datetime.combine(day, time.min, zone)
    assert between(calendar, start, datetime.combine(day + timedelta(days=1), time.min, zone)) == timedelta(hours=hours)


def test_hours_that_the_clock_swallows_are_none() -> None:
    night = Calendar("Europe/Berlin", opens=time(2), closes=time(3))
    start = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)  # the next night goes from two straight to three
    assert add(night, start, timedelta(hours=1)) == datetime(2026, 3, 30, 1, 0, tzinfo=UTC)


def test_nobody_ever_works() -> None:
    with pytest.raises(ValueError, match="working days"):
        add(Calendar(days=frozenset()), datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1))


def test_countries_are_known() -> None:
    assert {"DE", "US", "GB", "JP"} <= set(countries())
    assert date(2026, 12, 25) in public_holidays("US", 2026)
    assert public_holidays("XX", 2026) == frozenset()
