"""What an answer has to speak of: the weightiest signals, the ground of its outcome, the alternatives, and what is really missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ordersops.advice.verify.claims import Checked
from ordersops.advice.verify.faults import Fault
from ordersops.advice.verify.tame import Said, short

if TYPE_CHECKING:
    from ordersops.advice.facts import Evidence
    from ordersops.cases.lanes import Lane, Policy, Seen

TOP = 3  # signals that must be addressed or set aside
REASON = 10  # characters of the shortest reason
SIDE = {"good": "against", "bad": "for"}  # direction of the claims that carry an outcome of this tone


def of_signals(said: Said, checked: Sequence[Checked], signals: "Sequence[Seen]", heavy: "Sequence[Seen]") -> list[Fault]:
    """Each of the top signals by points is addressed by a verified claim on one of its facts, or set aside with a reason.

    `heavy` are those that moved the score; one that rests on no fact cannot be addressed and is not asked for.
    """
    spoken = {claim.fact for claim in checked if claim.verified}
    aside = {signal for signal, _ in said.set_aside}
    silent = {one.key for one in heavy if one.claims and one.key not in aside and not any(fact in spoken for fact, _, _ in one.claims)}
    faults = []
    if silent:
        top = sorted((one for one in heavy if one.claims), key=lambda one: (-abs(one.points), one.key))[:TOP]
        faults = [Fault("not_addressed", one.key) for one in top if one.key in silent]
    if said.set_aside:
        faults += _set_aside(said.set_aside, checked, signals, heavy)
    return faults


def _set_aside(
    rows: Sequence[tuple[str, str]], checked: Sequence[Checked], signals: "Sequence[Seen]", heavy: "Sequence[Seen]"
) -> list[Fault]:
    known, faults, met = {one.key: one for one in signals}, [], set()
    aside = {key for key, _ in rows}
    followed = {(fact, one.points > 0) for one in heavy if one.key not in aside for fact, _, _ in one.claims}
    used = {(claim.fact, claim.direction == "for") for claim in checked if claim.verified}
    for key, reason in rows:
        if key in met:
            faults.append(Fault("duplicate", short(key)))
        met.add(key)
        if (signal := known.get(key)) is None:
            faults.append(Fault("no_such_signal", short(key)))
            continue
        if len(reason.strip()) < REASON:
            faults.append(Fault("no_reason", key))
        # A fact that carries a signal which is followed as well may be claimed; one that carries only this signal may not.
        if signal.points and any((fact, signal.points > 0) in used - followed for fact, _, _ in signal.claims):
            faults.append(Fault("contradiction", key))
    return faults


def of_outcome(
    said: Said,
    checked: Sequence[Checked],
    signals: "Sequence[Seen]",
    evidence: "Evidence",
    lane: "Lane",
    policy: "Policy",
    possible: Sequence[str],
) -> list[Fault]:
    """The outcome is possible, the score does not say the opposite, and something that holds supports it.

    The score says the opposite where a good outcome stands beside a score that the policy calls high, or a bad one beside a score that it
    calls clear. A good outcome needs no support where the rules' own sum stays below the policy's line: that nothing speaks for risk is its
    support. Where only outcomes of one tone are possible there is nothing to argue about.
    """
    if said.outcome not in possible or said.outcome not in lane.outcomes:
        return [Fault("outcome_not_possible", short(said.outcome))]
    tone = lane.outcomes[said.outcome].tone
    if tone not in SIDE or not any(lane.outcomes[key].tone != tone for key in possible if key in lane.outcomes):
        return []
    faults = []
    if said.score is not None:
        high, low = max(policy.high_from, policy.decline_from), min(policy.anomalous_from, policy.decline_from)
        if said.score >= high if tone == "good" else said.score < low:
            faults.append(Fault("score_against_outcome", str(said.score)))
    held = any(claim.verified and claim.direction == SIDE[tone] and evidence.facts[claim.fact].trust != "customer" for claim in checked)
    if not held and not (tone == "good" and sum(one.points for one in signals) < policy.decline_from):
        faults.append(Fault("unsupported", said.outcome))
    return faults


def of_alternatives(said: Said, possible: Sequence[str]) -> list[Fault]:
    """Every other possible outcome once, with why it is not advised."""
    faults, met = [], set()
    for other, why in said.alternatives:
        if other == said.outcome or other not in possible or other in met:
            faults.append(Fault("alternative_not_possible", short(other)))
        elif why.strip():
            met.add(other)
    return faults + [Fault("alternative_left_out", other) for other in possible if other != said.outcome and other not in met]


def of_missing(said: Said, evidence: "Evidence") -> list[Fault]:
    """What is said to be missing is in the catalogue of facts, and has no value."""
    return [
        Fault("not_missing", short(key)) for key in said.missing if (fact := evidence.facts.get(key)) is None or fact.state == "present"
    ]
