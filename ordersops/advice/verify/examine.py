"""The answer as a whole: its claims, its words, its outcome. Never believes, never raises, and takes no longer for a hostile answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordersops.advice import justify
from ordersops.advice.verify import coverage
from ordersops.advice.verify.claims import Checked, Claim, actual, verdict
from ordersops.advice.verify.contradictions import contradictions
from ordersops.advice.verify.directions import Directions
from ordersops.advice.verify.faults import NOTES, Fault
from ordersops.advice.verify.prose import Reader, loose_in_sentence
from ordersops.advice.verify.tame import Said, tame

if TYPE_CHECKING:
    from ordersops.advice.answers import Answer
    from ordersops.advice.facts import Evidence
    from ordersops.cases.lanes import Lane, Policy, Seen


@dataclass(frozen=True, slots=True)
class Examined:
    """An answer and what became of it. `verified` only where every claim holds and no fault is more than a note."""

    checked: list[Checked]
    faults: list[Fault]
    verified: bool
    justification: str  # of verified claims alone, in our words


def examine(
    answer: "Answer",
    *,
    lane: "Lane",
    evidence: "Evidence",
    signals: "Sequence[Seen]",
    possible: Sequence[str],
    policy: "Policy | None" = None,
) -> Examined:
    """The verdict on an answer about `evidence` as it is, with personal values; in its prose and draft they may be tokens.

    `policy` is the one in force, by default the lane's own. Whatever the answer holds, this returns.
    """
    said = tame(answer)
    directions = Directions(signals, getattr(lane, "leanings", {}))
    checked = [_check(claim, evidence, directions) for claim in said.claims]
    faults = [
        *said.faults,
        *coverage.of_outcome(said, checked, signals, evidence, lane, policy or lane.policy, possible),
        *coverage.of_signals(said, checked, signals, directions.signals),
        *coverage.of_alternatives(said, possible),
        *coverage.of_missing(said, evidence),
        *contradictions(said.claims, evidence, directions.two_sided),
        *_of_texts(said, checked, signals, evidence, lane, possible),
    ]
    faults = list(dict.fromkeys(faults))
    return Examined(
        checked,
        faults,
        all(claim.verified for claim in checked) and all(fault.code in NOTES for fault in faults),
        justify.compose(checked, missing=said.missing, evidence=evidence, signals=signals),
    )


def _check(claim: Claim, evidence: "Evidence", directions: Directions) -> Checked:
    fact = evidence.facts.get(claim.fact)
    code = "unknown_fact" if fact is None else verdict(claim.op, claim.value, fact)
    if code == "ok" and fact is not None:
        code = directions.fault(claim, fact) or "ok"
    checked = Checked(claim.fact, claim.op, claim.value, claim.direction, claim.sentence, code == "ok", actual(fact), code)
    if code == "ok" and fact is not None and loose_in_sentence(checked, fact):
        return Checked(claim.fact, claim.op, claim.value, claim.direction, claim.sentence, False, checked.actual, "loose_number")
    return checked


def _of_texts(
    said: Said, checked: Sequence[Checked], signals: "Sequence[Seen]", evidence: "Evidence", lane: "Lane", possible: Sequence[str]
) -> list[Fault]:
    """What the answer says in its own words: prose, draft, and its reasons."""
    faults = []
    if said.draft and not getattr(lane, "drafts", False):
        faults.append(Fault("draft_not_asked", "draft"))
    ours = {claim.sentence for claim in checked if claim.verified}
    reasons = [why for _, why in said.alternatives if why not in ours]
    if not (said.prose or said.draft or said.set_aside or reasons):
        return faults
    reader = Reader(checked, evidence, lane=lane, possible=possible, score=said.score)
    for text in (said.prose, said.draft, *reasons):
        faults += reader.faults(text)
    known = {one.key: one for one in signals}
    for key, reason in said.set_aside:
        faults += reader.faults(reason, reader.of_signal(known[key]) if key in known else None)
    return faults
