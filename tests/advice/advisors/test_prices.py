"""What a call costs, in integer millionths of a US dollar, by the table of the day."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from ordersops.advice import prices
from ordersops.advice.answers import Usage

DAY = date(2026, 11, 21)
TABLE = [
    ("2026-11-01", "small", "0.10", "0.50", "0.01", "0.125"),
    ("2026-11-01", "large", "2", "10", "0.10", "2.50"),
    ("2026-12-01", "large", "3", "15", "0.30", "3.75"),
    ("2026-11-15", "*", "5", "25", "5", "6.25"),
]
SetTable = Callable[[list[Any]], None]


@pytest.fixture(autouse=True)
def table(settings: Any) -> SetTable:
    def use(rows: list[Any]) -> None:
        settings.ADVICE_PRICES = rows

    use(TABLE)
    return use


def test_each_kind_of_token_has_its_price() -> None:
    assert prices.cost_micros("large", Usage(input=1000), on=DAY) == 2_000
    assert prices.cost_micros("large", Usage(output=1000), on=DAY) == 10_000
    assert prices.cost_micros("large", Usage(cache_read=1000), on=DAY) == 100
    assert prices.cost_micros("large", Usage(cache_write=1000), on=DAY) == 2_500
    assert prices.cost_micros("large", Usage(1000, 1000, 1000, 1000), on=DAY) == 14_600


def test_three_thousand_in_and_five_hundred_out_cost_about_a_cent(settings: Any) -> None:
    """The example of platform.md 1, by the table as it is delivered."""
    settings.ADVICE_PRICES = [("2026-11-01", "claude-sonnet-5-5", "2", "10", "0.10", "2.50")]
    assert prices.cost_micros("claude-sonnet-5-5", Usage(input=3000, output=500), on=DAY) == 11_000


def test_a_part_of_a_millionth_counts_as_one() -> None:
    assert prices.cost_micros("small", Usage(cache_read=1), on=DAY) == 1
    assert prices.cost_micros("small", Usage(), on=DAY) == 0


def test_the_price_is_that_of_the_day() -> None:
    assert prices.cost_micros("large", Usage(input=1), on=date(2026, 11, 30)) == 2
    assert prices.cost_micros("large", Usage(input=1), on=date(2026, 12, 1)) == 3
    assert [prices.table_of(date(2026, 11, day)) for day in (1, 14, 15)] == ["2026-11-01", "2026-11-01", "2026-11-15"]


def test_a_release_has_the_price_of_its_model_and_an_unknown_model_that_of_any() -> None:
    for released in ("small-20261101", "small-2026-11-01"):
        assert prices.cost_micros(released, Usage(output=1000), on=DAY) == 500
    assert prices.cost_micros("small-mini", Usage(output=1000), on=DAY) == 25_000


def test_the_table_as_delivered_has_a_price_for_any_model() -> None:
    from ordersops import settings as delivered

    for row in delivered.ADVICE_PRICES:
        assert len(row) == 6
    assert any(row[1] == "*" for row in delivered.ADVICE_PRICES)


@pytest.mark.parametrize("on", [date(2026, 10, 31), date(2026, 11, 14)])
def test_without_a_price_there_is_no_cost_rather_than_none(on: date) -> None:
    with pytest.raises(ImproperlyConfigured, match="no price for 'unlisted'"):
        prices.cost_micros("unlisted", Usage(input=1), on=on)
    with pytest.raises(ImproperlyConfigured):
        prices.most_micros("unlisted", 10, 10, on=on)


def test_before_the_first_table_there_is_none() -> None:
    with pytest.raises(ImproperlyConfigured, match="begins after"):
        prices.table_of(date(2026, 10, 31))


@pytest.mark.parametrize(
    "row",
    [
        ("2026-11-01", "m", "1", "1", "1"),
        ("2026-11-01", "m", "1", "1", "1", "1", "1"),
        ("soon", "m", "1", "1", "1", "1"),
        ("2026-11-01", "m", "one", "1", "1", "1"),
        ("2026-11-01", "m", "-1", "1", "1", "1"),
        ("2026-11-01", "m", "NaN", "1", "1", "1"),
        ("2026-11-01", "m", "1", "Infinity", "1", "1"),
        TABLE[0],
    ],
)
def test_a_table_that_is_none_is_refused(row: Any, table: SetTable) -> None:
    table([*TABLE, row])
    with pytest.raises(ImproperlyConfigured):
        prices.cost_micros("large", Usage(input=1), on=DAY)


tokens = st.integers(0, 100_000)


@given(model=st.sampled_from(["small", "large", "other"]), parts=st.tuples(tokens, tokens, tokens), output=tokens)
def test_what_is_reserved_is_enough(model: str, parts: tuple[int, int, int], output: int) -> None:
    """However the input is split between fresh, read from the cache and written to it, at one token for each character."""
    fresh, read, written = parts
    spent = prices.cost_micros(model, Usage(fresh, output, read, written), on=DAY)
    assert spent <= prices.most_micros(model, sum(parts), output, on=DAY)
