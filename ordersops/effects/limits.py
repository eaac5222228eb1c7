"""How much may be done, and from where on two people are needed: policy data, each table in force from its day (law 16).

Amounts are per currency, and each role may say so much of them alone; of several roles in a store the highest counts. A
currency that a table does not name always needs two people: nobody said what is dear in it. So does a role it does not name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ordersops.accounts.roles import Role

NOTHING, CENT = Decimal(0), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Limits:
    """`alone`: the most that one person may send back of one order in a day. `a_day`: of all orders of a store; beyond it two people.

    `shares`: how much of both each role may, 1 being all of it. `acts_a_day` counts everything that one person asks for in one store.
    """

    since: date
    alone: dict[str, Decimal]
    a_day: dict[str, Decimal]
    acts_a_day: int
    shares: dict[str, Decimal] = field(default_factory=dict)

    def share(self, roles: Iterable[str]) -> Decimal:
        return max((self.shares.get(role, NOTHING) for role in roles), default=NOTHING)

    def one_person(self, currency: str, roles: Iterable[str]) -> Decimal:
        return (self.alone.get(currency, NOTHING) * self.share(roles)).quantize(CENT)

    def one_day(self, currency: str, roles: Iterable[str]) -> Decimal:
        return (self.a_day.get(currency, NOTHING) * self.share(roles)).quantize(CENT)


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
        {
            Role.SUPPORT_AGENT: Decimal("0.25"),
            Role.FRAUD_REVIEWER: Decimal("0.5"),
            Role.OPS_REVIEWER: Decimal(1),
            Role.RETURNS_REVIEWER: Decimal(1),
            Role.SENIOR_FRAUD_REVIEWER: Decimal(1),
            Role.SUPERVISOR: Decimal("2.5"),
        },
    )
]


def in_force(on: date) -> Limits:
    """The table of that day: the newest that has begun."""
    return max((table for table in TABLES if table.since <= on), key=lambda table: table.since)
