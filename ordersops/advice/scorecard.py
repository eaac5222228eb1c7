"""The built-in advisor: adds up what the rules saw. It answers in the same form, through the same verifier, as any other advisor.

Pure: equal evidence, signals and weights give an equal answer, to the byte. It recommends out of `possible` and decides nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordersops.advice.answers import Answer, Reply
from ordersops.advice.justify import describe
from ordersops.advice.verify import Checked, Claim, examine, plain

if TYPE_CHECKING:
    from ordersops.advice.answers import Inquiry
    from ordersops.advice.facts import Evidence
    from ordersops.cases.lanes import Lane, Policy, Seen

ADVISOR = "scorecard"
VERSION = "2"

# Confidence: how far the score is from the nearest threshold, and how much of the evidence is missing. Ours, to be
# refitted on outcomes: a score that one more weak signal would move across a line is not a confident one.
FAR, NEAR = 15, 5
MUCH_MISSING, SOME_MISSING = 0.40, 0.15


@dataclass(frozen=True, slots=True)
class Advice:
    """What becomes a Recommendation row; the fields are its columns."""

    outcome: str
    score: int
    band: str
    confidence: str
    claims: list[Checked]
    missing: list[str]
    alternatives: list[dict[str, str]]
    justification: str
    verified: bool
    advisor: str
    advisor_version: str
    policy_version: str
    faults: list[dict[str, str]]
    set_aside: list[dict[str, str]]


class Scorecard:
    """The scorecard in the form of every advisor: it answers from the inquiry's signals, and needs no network."""

    key = ADVISOR

    def version(self, lane: "Lane") -> str:
        return f"{VERSION}/{lane.rules_version}"[:80]

    def ask(self, inquiry: "Inquiry") -> Reply:
        """Without the customer's words it does not see the signals that rest on them."""
        signals = [seen for seen in inquiry.signals if not (inquiry.without_customer and _customers(seen, inquiry.evidence))]
        return Reply(
            answer(lane=inquiry.lane, policy=inquiry.policy, evidence=inquiry.evidence, signals=signals, possible=inquiry.possible)
        )


def advise(
    *, lane: "Lane", evidence: "Evidence", signals: Sequence["Seen"], possible: Sequence[str], policy: "Policy | None" = None
) -> Advice:
    """The recommendation under `policy`, by default the lane's own.

    `possible` must name at least one outcome of the lane; a finished order has no question to answer.
    """
    policy = policy or lane.policy
    said = answer(lane=lane, policy=policy, evidence=evidence, signals=signals, possible=possible)
    examined = examine(said, lane=lane, evidence=evidence, signals=signals, possible=possible, policy=policy)
    return Advice(
        outcome=said.outcome,
        score=said.score,
        band=band(said.score, policy),
        confidence=said.confidence,
        claims=examined.checked,
        missing=list(said.missing),
        alternatives=[dict(one) for one in said.alternatives],
        justification=examined.justification,
        verified=examined.verified,
        advisor=ADVISOR,
        advisor_version=f"{VERSION}/{lane.rules_version}"[:80],
        policy_version=policy.version,
        faults=[fault.as_json() for fault in examined.faults],
        set_aside=[],
    )


def answer(*, lane: "Lane", policy: "Policy", evidence: "Evidence", signals: Sequence["Seen"], possible: Sequence[str]) -> Answer:
    """What the scorecard says, before anybody checks it."""
    if not possible:
        raise ValueError("No outcome is possible any more, so there is nothing to recommend.")
    score = total(signals)
    outcome = lane.choose(evidence, signals, score, possible, policy)
    claims = claims_of(signals, evidence)
    return Answer(
        outcome=outcome,
        score=score,
        confidence=confidence(score, policy, evidence),
        claims=claims,
        missing=evidence.missing(),
        alternatives=[{"outcome": other, "why_not": _why_not(lane, other, claims)} for other in possible if other != outcome],
    )


def without_customer(
    *, lane: "Lane", evidence: "Evidence", signals: Sequence["Seen"], possible: Sequence[str], policy: "Policy"
) -> dict[str, Any] | None:
    """Outcome and score without what the customer wrote; None where no points rest on that, and the answer is the same."""
    rest = [seen for seen in signals if not (seen.points and _customers(seen, evidence))]
    if len(rest) == len(signals):
        return None
    score = total(rest)
    return {"outcome": lane.choose(evidence, rest, score, possible, policy), "score": score}


def _customers(seen: "Seen", evidence: "Evidence") -> bool:
    """Whether a signal rests on what the customer wrote."""
    return any((fact := evidence.facts.get(key)) is not None and fact.trust == "customer" for key in seen.facts)


def total(signals: Sequence["Seen"]) -> int:
    """0 to 100: the sum of the points, cut off at both ends."""
    return max(0, min(100, sum(signal.points for signal in signals)))


def band(score: int, policy: "Policy") -> str:
    return "high" if score >= policy.high_from else "anomalous" if score >= policy.anomalous_from else "clear"


def confidence(score: int, policy: "Policy", evidence: "Evidence") -> str:
    """How likely a little more evidence is to leave the answer as it is."""
    room = min(abs(score - limit) for limit in (policy.anomalous_from, policy.decline_from))
    states = Counter([fact.state for fact in evidence.facts.values()])
    asked = states["present"] + states["unavailable"]
    missing = states["unavailable"] / asked if asked else 1.0
    if room < NEAR or missing > MUCH_MISSING:
        return "low"
    return "high" if room >= FAR and missing <= SOME_MISSING else "medium"


def claims_of(signals: Sequence["Seen"], evidence: "Evidence") -> list[Claim]:
    """The signals as claims, the heaviest first. The first claim of a signal carries its sentence, a further one its own fact's."""
    found: dict[tuple[str, str, str, str], Claim] = {}
    for signal in sorted((s for s in signals if s.points and s.state != "unavailable"), key=lambda s: (-abs(s.points), s.key)):
        direction = "for" if signal.points > 0 else "against"
        for number, (key, op, value) in enumerate(signal.claims):
            sentence = signal.says if number == 0 else describe(evidence.facts.get(key), op, value)
            found.setdefault((key, op, str(value), direction), Claim(key, op, value, direction, sentence))
    return list(found.values())


def fingerprint(data: Any) -> str:
    """Eight hex digits of the weights (any table of plain data): part of a version, so that a changed weight is a changed advisor."""
    return hashlib.sha256(repr(plain(data)).encode()).hexdigest()[:8]


def _why_not(lane: "Lane", other: str, claims: Sequence[Claim]) -> str:
    """The heaviest claim that speaks against this alternative."""
    against = "for" if lane.outcomes[other].tone == "good" else "against"
    for claim in claims:
        if claim.direction == against and claim.sentence:
            return claim.sentence
    return "Little speaks for risk." if against == "against" else "Little speaks against risk."
