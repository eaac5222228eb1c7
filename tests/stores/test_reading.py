"""Reading what somebody else wrote."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ordersops.stores.facts import RefundFacts
from ordersops.stores.platforms.reading import moment, money, text, units


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (" a\x00b ", "ab"),
        ("\ud800", "?"),
        (2**63, "9223372036854775808"),
        (10**50, ""),
        (Decimal("1.5"), "1.5"),
        (float("nan"), ""),
        (True, ""),
        (None, ""),
        ({}, ""),
        (["x"], ""),
    ],
)
def test_text(value: Any, read: str) -> None:
    assert text(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("12.345", "12.34"),
        (12, "12.00"),
        (0.1, "0.10"),
        (" 5 ", "5.00"),
        ("-3", "-3.00"),
        ("99999999999.99", "99999999999.99"),
        ("1e11", None),
        ("NaN", None),
        ("Infinity", None),
        ("", None),
        ("1,5", None),
        (True, None),
        (Decimal("1E+400000"), None),
        (10**4000, None),
    ],
)
def test_money(value: Any, read: str | None) -> None:
    assert money(value) == (None if read is None else Decimal(read))


def test_the_largest_amount_fits_its_column() -> None:
    largest = money("99999999999.999")
    assert RefundFacts(external_id="1", amount=largest).amount == Decimal("100000000000.00")


@pytest.mark.parametrize(
    ("value", "read"),
    [(3, 3), ("3", 3), (Decimal("3.0"), 3), (0, 0), (1_000_000, 1_000_000), (1_000_001, None), (-1, None), ("3.5", None), (None, None)],
)
def test_units(value: Any, read: int | None) -> None:
    assert units(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00-05:00", datetime(2026, 3, 1, 17, tzinfo=UTC)),
        ("2026-03-01T12:00:00", None),
        ("2026-03-01", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        (5, None),
        (None, None),
    ],
)
def test_moment(value: Any, read: datetime | None) -> None:
    assert moment(value) == read
