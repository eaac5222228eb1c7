"""Which way a claim can speak: what the rules saw in this evidence decides, and for the rest the lane's table of leanings.

A signal that fired with points for risk rests on facts; whoever claims that one of these speaks against risk misreads it.
A leaning says what more of a fact (or its being true) speaks for: `for` or `against` risk.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ordersops.advice.verify.claims import Claim, number_of

if TYPE_CHECKING:
    from ordersops.advice.facts import Fact
    from ordersops.cases.lanes import Seen

DIRECTIONS = ("for", "against")
MUCH, LITTLE = frozenset({"ge", "gt"}), frozenset({"le", "lt"})


class Directions:
    """What the signals of one question and the lane's leanings allow."""

    def __init__(self, signals: "Sequence[Seen]", leanings: Mapping[str, str]) -> None:
        self.leanings = leanings
        self.signals = [signal for signal in signals if signal.points and signal.state != "unavailable"]
        self.of_fact: dict[str, str] = {}
        self.two_sided: set[str] = set()  # facts on which signals of both directions rest
        for signal in self.signals:
            direction = "for" if signal.points > 0 else "against"
            for fact, _, _ in signal.claims:
                if self.of_fact.setdefault(fact, direction) != direction:
                    self.two_sided.add(fact)

    def fault(self, claim: Claim, fact: "Fact") -> str:
        """The code of what is wrong with a true claim's direction, or ""."""
        direction = claim.direction
        if direction not in DIRECTIONS:
            return "bad_direction"
        if claim.op == "absent":
            return "neutral"
        if fact.trust == "customer" and direction == "against":
            return "own_cause"
        if claim.fact in self.two_sided:
            return "implausible" if direction not in self._of_claim(claim) else ""
        speaks = self.of_fact.get(claim.fact) or leaning(self.leanings.get(claim.fact, ""), claim, fact)
        return "implausible" if speaks and speaks != direction else ""

    def _of_claim(self, claim: Claim) -> set[str]:
        """Where the rules see both sides of a fact, a rule's own claim keeps its side and any other may take either."""
        said = (claim.fact, claim.op, str(claim.value))
        sides = {
            "for" if signal.points > 0 else "against"
            for signal in self.signals
            for fact, op, value in signal.claims
            if (fact, op, str(value)) == said
        }
        return sides or set(DIRECTIONS)


def leaning(more: str, claim: Claim, fact: "Fact") -> str:
    """Which way the claim speaks by the table: `for`, `against`, or "" where the table does not say."""
    if not more or (claim.op in {"present", "ne"} and fact.kind != "flag"):
        return ""
    match fact.kind:
        case "flag":
            much = claim.value is (claim.op == "eq") if claim.op in {"eq", "ne"} else None
        case "count" | "number" | "money":
            much = True if claim.op in MUCH else False if claim.op in LITTLE else None
            if claim.op == "eq":
                much = False if number_of(claim.value, fact.unit, unit_needed=False) == 0 else None
        case "list":
            much = True
        case _:
            much = None
    return "" if much is None else more if much else DIRECTIONS[more == "for"]
