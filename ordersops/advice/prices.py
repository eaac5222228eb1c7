"""What advice costs: a dated price table (settings.ADVICE_PRICES), and integer millionths of a US dollar.

A price of dollars for a million tokens is a price of millionths for one token, so nothing is divided. Costs are computed
from the usage that the service reports; spans report a sum of other parts and are not used. A model without a price has
no cost, so it is an error and never silently nothing.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from ordersops.advice.answers import Usage

ANY = "*"  # a model that is not listed
_DATED = re.compile(r"-(\d{8}|\d{4}-\d\d-\d\d)$")


@dataclass(frozen=True, slots=True)
class Price:
    """Millionths of a US dollar for a token of each kind, from a day on."""

    since: date
    model: str
    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal


def cost_micros(model: str, usage: "Usage", on: date) -> int:
    """The price of these tokens on that day, rounded up. Raises ImproperlyConfigured where the table has no price for them."""
    price = price_of(model, on)
    cost = (
        usage.input * price.input + usage.output * price.output
        + usage.cache_read * price.cache_read + usage.cache_write * price.cache_write
    )  # fmt: skip
    return _up(cost)


def most_micros(model: str, request_chars: int, max_tokens: int, on: date) -> int:
    """More than a call of this size will cost: a token for every character that is sent, at the dearest kind of input."""
    price = price_of(model, on)
    return _up(request_chars * max(price.input, price.cache_read, price.cache_write) + max_tokens * price.output)


def price_of(model: str, on: date) -> Price:
    """The newest price of the model on that day, also by its name without the date of a release, else the newest of any model."""
    table = _table(tuple(tuple(row) for row in settings.ADVICE_PRICES))
    for name in (model, _DATED.sub("", model), ANY):
        rows = [row for row in table if row.model == name and row.since <= on]
        if rows:
            return max(rows, key=lambda row: row.since)
    raise ImproperlyConfigured(
        f"ADVICE_PRICES has no price for {model!r} on {on}, and none for {ANY!r}: add a row, or the cost is unknown."
    )


def table_of(on: date) -> str:
    """The date of the table that is in force on that day: the newest row's."""
    days = [row.since for row in _table(tuple(tuple(row) for row in settings.ADVICE_PRICES)) if row.since <= on]
    if not days:
        raise ImproperlyConfigured(f"ADVICE_PRICES begins after {on}.")
    return max(days).isoformat()


@lru_cache(maxsize=4)
def _table(rows: tuple[tuple[Any, ...], ...]) -> list[Price]:
    table: list[Price] = []
    for row in rows:
        try:
            since, model, *prices = row
            price = Price(date.fromisoformat(since), model, *(Decimal(text) for text in prices))
        except (ValueError, TypeError, InvalidOperation) as error:
            raise ImproperlyConfigured(
                f"ADVICE_PRICES has a row that is not (day, model, input, output, cache read, cache write): {row!r}"
            ) from error
        if any(not amount.is_finite() or amount < 0 for amount in (price.input, price.output, price.cache_read, price.cache_write)):
            raise ImproperlyConfigured(f"ADVICE_PRICES has a price that is not a sum of money: {row!r}")
        if any((known.since, known.model) == (price.since, price.model) for known in table):
            raise ImproperlyConfigured(f"ADVICE_PRICES has two prices for {price.model} from {price.since} on.")
        table.append(price)
    return table


def _up(micros: Decimal) -> int:
    return int(micros.to_integral_value(rounding=ROUND_CEILING))
