"""Where a piece of advice comes from and how far it can be trusted: advisor, policy, mode, faults, in sentences for the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ordersops.advice.advisors import SCORECARD
from ordersops.advice.cleaning import clean
from ordersops.advice.facts import Evidence
from ordersops.advice.masking import masked
from ordersops.advice.models import Consultation, ConsultationState, Recommendation, Signal
from ordersops.advice.verify import FAULTS
from ordersops.advice.verify.faults import NOTES
from ordersops.cases.lanes import Lane, Policy
from ordersops.rollout.models import Consideration, Mode
from ordersops.rollout.queries import written

ADVISORS = {SCORECARD: "Scorecard", "claude": "Claude", "openai": "OpenAI-compatible model"}
SURE = {"high": "Sure", "medium": "Fairly sure", "low": "Not sure"}
ROOM = {
    "high": "far from a limit, and little is missing",
    "medium": "some way from a limit",
    "low": "close to a limit, or much is missing",
}  # fmt: skip
MODES: dict[str, str] = {
    Mode.OFF: "Off: only the scorecard is asked, a person decides",
    Mode.SHADOW: "Shadow: the scorecard advises, a person decides",
    Mode.ASSIST: "Assist: a person decides",
    Mode.SAMPLED: "Sampled: decided automatically where the policy allows, with a share for a person's check",
    Mode.AUTO: "Auto: decided automatically where the policy allows",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """One line about the advice. `tone` is risk, warn or "" for a quiet one."""

    text: str
    lead: str = ""
    tone: str = ""
    icon: str = "info"


def advisor_named(key: str) -> str:
    return ADVISORS.get(key, key.capitalize())


def baseline_of(recommendation: Recommendation) -> Recommendation | None:
    """The scorecard's advice beside which a model's stands; None for the scorecard's own."""
    consultation = getattr(recommendation, "consultation", None)
    return consultation.baseline if consultation is not None else None


def provenance(recommendation: Recommendation, about: Lane, evidence: Evidence, signals: Sequence[Signal]) -> dict[str, Any]:
    """What the page says of the advice besides its claims."""
    policy = _policy(recommendation)
    consideration: Consideration | None = getattr(recommendation, "consideration", None)
    faults = _faults(recommendation, about, evidence, signals)
    return {
        "policy": policy,
        "sure": SURE.get(recommendation.confidence, recommendation.confidence),
        "sure_why": ROOM.get(recommendation.confidence, "") if recommendation.advisor == SCORECARD else "by its own word",
        "advisor_label": advisor_named(recommendation.advisor),
        "rollout_anchor": _anchor(recommendation),
        "mode_words": MODES.get(recommendation.mode, recommendation.mode),
        "faults": [fault for fault in faults if fault.tone],
        "notes": [fault for fault in faults if not fault.tone],
        "warnings": [*_rests(recommendation, about), *_disagrees(recommendation, about)],
        "standing_in": clean(_standing_in(recommendation), most=600),
        "considered": _considered(consideration),
        **_own_words(recommendation, evidence),
        "set_aside": _set_aside(recommendation, signals),
    }  # fmt: skip


def _anchor(recommendation: Recommendation) -> str:
    """Where the page of rollout shows the scope: a store's own policy carries an @ in its version."""
    whose = recommendation.store_id if "@" in recommendation.policy_version else "all"
    return f"{recommendation.lane}-{recommendation.scope}-{whose}"


def _policy(recommendation: Recommendation) -> Policy:
    """The thresholds under which it was advised; those of the lane where nobody had written others."""
    return written(recommendation).policy(recommendation.policy_version)


def _faults(recommendation: Recommendation, about: Lane, evidence: Evidence, signals: Sequence[Signal]) -> list[Telling]:
    """What is wrong with the answer as a whole, in the words of the verifier; what takes nothing away from it is quiet."""
    says = {signal.key: signal.says for signal in signals}
    found = []
    for fault in recommendation.faults:
        code, thing = str(fault.get("code", "")), str(fault.get("about") or "")
        outcome, fact = about.outcomes.get(thing), evidence.facts.get(thing)
        named = says.get(thing) or (outcome.label if outcome else fact.label if fact else clean(thing, most=120))
        sentence = FAULTS.get(code, clean(code, most=40).replace("_", " ").capitalize() + ".")
        found.append(Telling(named, sentence, "" if code in NOTES else "risk", "unverified"))
    return found


def _rests(recommendation: Recommendation, about: Lane) -> list[Telling]:
    """The second question, without the customer's text: a changed outcome is a warning, the same one worth a quiet word."""
    second = recommendation.without_customer or {}
    if not second or (recommendation.advisor == SCORECARD and not recommendation.rests_on_customer):
        return []
    name, score = advisor_named(recommendation.advisor), second.get("score")
    if not recommendation.rests_on_customer:
        return [Telling(f"Asked again without the customer's text, {name} advises the same, score {score}.", icon="quote")]
    outcome = about.outcomes.get(str(second.get("outcome", "")))
    said = outcome.label if outcome else clean(str(second.get("outcome")), most=40)
    return [
        Telling(f"Without it, {name} advises: {said}, score {score}.", "This advice rests on what the customer wrote.", "warn", "quote")
    ]


def _disagrees(recommendation: Recommendation, about: Lane) -> list[Telling]:
    baseline = baseline_of(recommendation)
    if baseline is None or baseline.outcome == recommendation.outcome:
        return []
    outcome = about.outcomes.get(baseline.outcome)
    text = f"It advises: {outcome.label if outcome else baseline.outcome}, score {baseline.score}."
    return [Telling(text, "The scorecard disagrees.", "warn", "differs")]


def _standing_in(recommendation: Recommendation) -> str:
    """Why nobody but the scorecard speaks here; "" where a model does."""
    if recommendation.advisor != SCORECARD:
        return ""
    consultation: Consultation | None = next(iter(recommendation.consultations.all()), None)
    if consultation is None:
        return recommendation.chosen_because
    name = advisor_named(consultation.advisor)
    quietly = consultation.mode == Mode.SHADOW
    match consultation.state:
        case ConsultationState.PENDING:
            return (
                f"{name} is asked too; in shadow its advice is only measured."
                if quietly
                else f"{name} is asked; its advice comes within moments."
            )
        case ConsultationState.GIVEN_UP:
            return f"No answer of {name}: {consultation.why} The scorecard's advice stands."
        case ConsultationState.ANSWERED if quietly:
            return f"{name} has answered too; in shadow its advice is only measured."
        case _:
            return recommendation.chosen_because


def _considered(consideration: Consideration | None) -> Telling | None:
    """What automation made of it."""
    if consideration is None:
        return None
    match consideration.result:
        case Consideration.Result.DECIDED:
            return Telling("Decided automatically.", icon="auto")
        case Consideration.Result.SAMPLED:
            return Telling("Drawn for a person's check; automation would have decided as advised.", icon="person")
        case _:
            return Telling(f"Left to a person: {consideration.why}", icon="person")


def _own_words(recommendation: Recommendation, evidence: Evidence) -> dict[str, str]:
    """The model's own texts. Personal values stand in the row as tokens and are put back here, on our side (law 10)."""
    if not (recommendation.prose or recommendation.draft):
        return {"prose": "", "draft": ""}
    known = masked(evidence)
    return {"prose": clean(known.unmask(recommendation.prose), most=6000), "draft": clean(known.unmask(recommendation.draft), most=6000)}


def _set_aside(recommendation: Recommendation, signals: Sequence[Signal]) -> list[dict[str, str]]:
    """Signals that the advisor does not follow; each signal of the list learns it too."""
    by_key = {signal.key: signal for signal in signals}
    found = []
    for row in recommendation.set_aside:
        key, reason = str(row.get("signal", "")), clean(str(row.get("reason", "")), most=400)
        signal = by_key.get(key)
        if signal is not None:
            signal.set_aside = reason
        found.append({"signal": key if signal else "", "says": signal.says if signal else clean(key, most=60), "reason": reason})
    return found
