"""The answer as a whole: its claims, its words, its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordersops.advice import justify
from ordersops.advice.verify.claims import Checked, verify

if TYPE_CHECKING:
    from ordersops.advice.answers import Answer
    from ordersops.advice.facts import Evidence
    from ordersops.cases.lanes import Lane, Policy, Seen

FAULTS = {
    "outcome_not_possible": "This outcome is not possible for the order now.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer beyond a single claim. `about` names the number, fact, signal or outcome."""

    code: str
    about: str

    def as_json(self) -> dict[str, str]:
        """The row of Recommendation.faults."""
        return {"code": self.code, "about": self.about}


@dataclass(frozen=True, slots=True)
class Examined:
    """An answer and what became of it. `verified` only where every claim holds and nothing else is wrong."""

    checked: list[Checked]
    faults: list[Fault]
    verified: bool
    justification: str


def examine(
    answer: "Answer",
    *,
    lane: "Lane",
    evidence: "Evidence",
    signals: "Sequence[Seen]",
    possible: Sequence[str],
    policy: "Policy | None" = None,
) -> Examined:
    """The verdict on an answer. `policy` is the one in force (its thresholds), by default the lane's own. Never raises."""
    checked = verify(answer.claims, evidence)
    faults = [] if answer.outcome in possible else [Fault("outcome_not_possible", str(answer.outcome)[:80])]
    justification = justify.compose(checked, missing=list(answer.missing), evidence=evidence)
    return Examined(checked, faults, not faults and all(claim.verified for claim in checked), justification)
