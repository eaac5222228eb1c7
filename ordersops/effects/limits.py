"""How much may be done, and from where on two people are needed: policy data, each table in force from its day (law 16).

Amounts are per currency. A currency that a table does not name always needs two people: nobody said what is dear in it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """`alone`: the most that one person may send back at once. `a_day`: per person; beyond it, and for what it does not name, two people.

    `acts_a_day` counts everything that one person asks for in one store.
    """

    since: date
    alone: dict[str, Decimal]
    a_day: dict[str, Decimal]
    acts_a_day: int

    def one_person(self, currency: str) -> Decimal:
        return self.alone.get(currency, NOTHING)

    def one_day(self, currency: str) -> Decimal:
        return self.a_day.get(currency, NOTHING)


_alone = {
    "USD": 200,
    "EUR": 200,
    "GBP": 150,
    "CAD": 250,
    "AUD": 300,
    "CHF": 200,
    "SEK": 2000,
    "NOK": 2000,
    "DKK": 1500,
    "PLN": 800,
    "JPY": 30_000,
}
TABLES = [
    Limits(
        date(2026, 1, 1),
        {currency: Decimal(amount) for currency, amount in _alone.items()},
        {currency: Decimal(amount) * 5 for currency, amount in _alone.items()},
        300,
    )
]


def in_force(on: date) -> Limits:
    """The table of that day: the newest that has begun."""
    return max((table for table in TABLES if table.since <= on), key=lambda table: table.since)
