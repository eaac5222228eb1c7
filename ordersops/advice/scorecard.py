"""The built-in advisor: adds up what the rules saw. It answers in the same form, through the same verifier, as any other advisor.

Pure: equal evidence, signals and weights give an equal answer, to the byte. It recommends out of `possible` and decides nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordersops.advice import justify
from ordersops.advice.verify import Checked, Claim, plain, verify

if TYPE_CHECKING:
    from ordersops.advice.answers import Inquiry, Reply
    from ordersops.advice.facts import Evidence, Fact
    from ordersops.cases.lanes import Lane, Policy, Seen

ADVISOR = "scorecard"
VERSION = "1"

# Confidence: how far the score is from the nearest threshold, and how much of the evidence is missing. Ours, to be
# refitted on outcomes: a score that one more weak signal would move across a line is not a confident one.
FAR, NEAR = 15, 5
MUCH_MISSING, SOME_MISSING = 0.40, 0.15

WORDS = {
    "eq": "is", "ne": "is not", "ge": "is at least", "gt": "is more than", "le": "is at most", "lt": "is less than",
    "contains": "contains", "present": "is known", "absent": "is not known",
}  # fmt: skip


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


class Scorecard:
    """The scorecard in the form of every advisor: it answers from the inquiry's signals, and needs no network."""

    key = ADVISOR

    def version(self, lane: "Lane") -> str:
        return f"{VERSION}/{lane.rules_version}"[:80]

    def ask(self, inquiry: "Inquiry") -> "Reply":
        raise NotImplementedError  # replaced with the shared verifier


def advise(*, lane: "Lane", evidence: "Evidence", signals: Sequence["Seen"], possible: Sequence[str]) -> Advice:
    """The recommendation. `possible` must name at least one outcome of the lane; a finished order has no question to answer."""
    if not possible:
        raise ValueError("No outcome is possible any more, so there is nothing to recommend.")
    score = total(signals)
    outcome = _outcome(lane, score, possible)
    checked = verify(claims_of(signals, evidence), evidence)
    missing = evidence.missing()
    return Advice(
        outcome=outcome,
        score=score,
        band=band(score, lane.policy),
        confidence=confidence(score, lane.policy, evidence),
        claims=checked,
        missing=missing,
        alternatives=[{"outcome": other, "why_not": _why_not(lane, other, checked)} for other in possible if other != outcome],
        justification=justify.compose(checked, missing=missing, evidence=evidence),
        verified=all(claim.verified for claim in checked),
        advisor=ADVISOR,
        advisor_version=f"{VERSION}/{lane.rules_version}"[:80],
        policy_version=lane.policy.version,
    )


def total(signals: Sequence["Seen"]) -> int:
    """0 to 100: the sum of the points, cut off at both ends."""
    return max(0, min(100, sum(signal.points for signal in signals)))


def band(score: int, policy: "Policy") -> str:
    return "high" if score >= policy.high_from else "anomalous" if score >= policy.anomalous_from else "clear"


def confidence(score: int, policy: "Policy", evidence: "Evidence") -> str:
    """How likely a little more evidence is to leave the answer as it is."""
    room = min(abs(score - limit) for limit in (policy.anomalous_from, policy.decline_from))
    asked = [fact for fact in evidence if fact.state != "not_collected"]
    missing = sum(fact.state == "unavailable" for fact in asked) / len(asked) if asked else 1.0
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


def describe(fact: "Fact | None", op: str, value: Any) -> str:
    """A claim in words, for claims that come without any."""
    if fact is None:
        return ""
    if fact.kind == "flag":
        return f"{fact.label}: {'yes' if value is (op == 'eq') else 'no'}"
    words = f"{fact.label} {WORDS.get(op, op)}"
    return words if op in {"present", "absent"} else f"{words} {plain(value)}"


def fingerprint(data: Any) -> str:
    """Eight hex digits of the weights (any table of plain data): part of a version, so that a changed weight is a changed advisor."""
    return hashlib.sha256(repr(plain(data)).encode()).hexdigest()[:8]


def _outcome(lane: "Lane", score: int, possible: Sequence[str]) -> str:
    """Against the order from the policy's score on, else for it; the first possible outcome of that tone, or what is left."""
    tone = "bad" if score >= lane.policy.decline_from else "good"
    return next((key for key in possible if lane.outcomes[key].tone == tone), possible[0])


def _why_not(lane: "Lane", other: str, checked: Sequence[Checked]) -> str:
    """The heaviest verified claim that speaks against this alternative."""
    against = "for" if lane.outcomes[other].tone == "good" else "against"
    for claim in checked:
        if claim.verified and claim.direction == against and claim.sentence:
            return claim.sentence
    return "Little speaks for risk." if against == "against" else "Little speaks against risk."
