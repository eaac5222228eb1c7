"""Why a decision needs two people (law 16), in sentences; none where one is enough."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from ordersops.accounts.roles import Perm
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import Lane, Reason, Subject
from ordersops.cases.models import Case
from ordersops.rollout.content import Content
from ordersops.rollout.queries import Book

BULK = "A bulk decision always needs two people."


class Limits:
    """The policies of a lane that are in force at this moment: three queries for any number of cases."""

    def __init__(self, lane: Lane) -> None:
        self.lane, self._book = lane, Book(lane)

    def content(self, store_id: UUID, recommendation: Recommendation) -> Content:
        return self._book.of(store_id, recommendation.snapshot.evidence).content

    def dear(self, case: Case, recommendation: Recommendation, totals: Iterable[tuple[Decimal | None, str]]) -> list[str]:
        """Money at stake from which on the policy in force asks for two people. `totals` are those of the subjects, with their currency."""
        limits, sums = self.content(case.store_id, recommendation).two_from, defaultdict[str, Decimal](Decimal)
        found = []
        for total, currency in totals:
            if total is None:
                found.append("Not everything says how much it is worth.")
            sums[currency] += total or Decimal(0)
        for currency, amount in sums.items():
            if currency not in limits:
                found.append(f"The policy names no limit for {currency or 'an unknown currency'}.")
            elif amount >= limits[currency]:
                found.append(f"{amount:,.2f} {currency} are at stake; from {limits[currency]:,.2f} {currency} on two people decide.")
        return list(dict.fromkeys(found))

    def why_two(
        self, case: Case, subjects: Sequence[Subject], recommendation: Recommendation, outcome: str, reason: Reason, *, bulk: bool = False
    ) -> list[str]:
        """All that asks for a second person: money, a block-list hit, the reason itself, and every bulk."""
        found = [BULK] if bulk else []
        found += self.dear(case, recommendation, [one.at_risk for one in subjects])
        return found + because_of(self.lane, recommendation, outcome, reason)


def because_of(lane: Lane, recommendation: Recommendation, outcome: str, reason: Reason | None = None) -> list[str]:
    """What asks for a second person whatever the amount."""
    found = []
    if lane.may_choose(recommendation, outcome) == Perm.OVERRIDE_BLOCK_LIST:
        found.append("It hits the block list.")
    if reason is not None and reason.two:
        found.append(f"“{reason.sentence}” always needs two people.")
    return found
