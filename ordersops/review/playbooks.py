"""Which playbooks fit a case, and what each prepares: computed once, drawn, and asked again by the verbs.

Conditions are asked of the frozen evidence, as rules of scopes are, and of what the rules and the advisor made of it. What is not
known fits nothing (law 8). A playbook that tells of the advice, or prepares a decision, stays away while the advice is closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ordersops.advice.catalogue import Row
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import Known, Lane, Outcome, lane
from ordersops.cases.models import Case
from ordersops.errors import Conflict
from ordersops.review.models import PlaybookVersion
from ordersops.rollout.queries import meets
from ordersops.rollout.rules import WORDS, facts_for_rules, words

if TYPE_CHECKING:
    from ordersops.review.queries import Available

SAW, OUTCOME, SCORE, BAND = "rules.saw", "advice.outcome", "advice.score", "advice.band"
# What can be asked for beside the facts of the lane.
BESIDES: dict[str, Row] = {
    SAW: Row("What the rules saw", "list", "system", "rules"),
    OUTCOME: Row("What is advised", "text", "system", "advice"),
    SCORE: Row("Score", "number", "system", "advice"),
    BAND: Row("Band", "text", "system", "advice"),
}
ADVICE = frozenset({OUTCOME, SCORE, BAND})
COMPARISONS = {op: said for op, said in WORDS.items() if op != "absent"}
SEEN = frozenset({"fired", "clearing"})
GONE = "That playbook was changed or retired meanwhile, or does not fit this case any more. Nothing was changed; look at the case again."


def facts_of(about: Lane) -> Mapping[str, Known]:
    """What conditions can ask for, by key: no customer's word, and nothing that leads to a person, as a version is kept for good."""
    return {**{key: one for key, one in facts_for_rules(about).items() if not getattr(one, "personal", False)}, **BESIDES}


def looked_at(recommendation: Recommendation) -> Evidence:
    """The frozen evidence, with what the rules saw in it and what was advised."""
    seen = [signal.key for signal in recommendation.signals.all() if signal.state in SEEN]
    values = {SAW: seen, OUTCOME: recommendation.outcome, SCORE: Decimal(recommendation.score), BAND: recommendation.band}
    more = [Fact(key, row.label, row.kind, values[key], source=row.source, trust=row.trust) for key, row in BESIDES.items()]
    return Evidence([*recommendation.snapshot.evidence, *more])


def fits(conditions: Sequence[Sequence[Any]], evidence: Evidence) -> bool:
    """Whether all conditions hold in what `looked_at` gives. Without a condition nothing fits, and no condition holds on what is not known."""
    known = all(evidence.has(fact) and op in COMPARISONS for fact, op, _ in conditions)
    return bool(conditions) and known and meets(conditions, evidence)


def asks_advice(conditions: Sequence[Sequence[Any]]) -> bool:
    """Whether that it fits tells something about the advice."""
    return any(fact in ADVICE for fact, _, _ in conditions)


def tells(version: PlaybookVersion) -> bool:
    """Whether it stays away while the advice is closed: it would say what was advised, or what to think."""
    return bool(version.outcome) or asks_advice(version.conditions)


def said_of(about: Lane, conditions: Sequence[Sequence[Any]]) -> list[str]:
    """Each condition in words; a signal by its name."""
    facts = facts_of(about)
    return [
        f"The rules saw: {about.signs[value].label}" if fact == SAW and value in about.signs else words(facts, [(fact, op, value)])[0]
        for fact, op, value in conditions
    ]


def fitting(case: Case, recommendation: Recommendation | None) -> list[PlaybookVersion]:
    """The playbooks in force in the case's store that fit what was advised on."""
    if recommendation is None:
        return []
    rows = [row for row in PlaybookVersion.objects.current(case.lane, [case.store_id]) if row.active]
    if not rows:
        return []
    evidence = looked_at(recommendation)
    return [row for row in rows if fits(row.conditions, evidence)]


def usable(version: UUID, case: Case, recommendation: Recommendation) -> PlaybookVersion:
    """The version that a decision names. Conflict unless it is in force, fits, and prepares a decision."""
    for row in fitting(case, recommendation):
        if row.pk == version and row.outcome:
            return row
    raise Conflict(GONE)


def playbook_of(named: Any, case: Case, may: "Available", recommendation: Recommendation | None, act: str) -> PlaybookVersion | None:
    """The playbook that a confirm step begins with, by the id that its address or form names; None without one.

    Conflict where it does not lead there.
    """
    if not named or recommendation is None:
        return None
    for row in fitting(case, recommendation):
        if str(row.pk) == str(named) and act_of(row, lane(case.lane), may, recommendation) == act:
            return row
    raise Conflict(GONE)


# --- On the page of a case ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Fitting:
    """A playbook that fits. `act` is the confirm step that it fills in, "" where the person cannot take it now."""

    version: PlaybookVersion
    when: list[str]
    outcome: Outcome | None
    act: str

    @property
    def prepared_reason(self) -> str:
        """Of the step that it leads to."""
        return str(filled(self.version, self.act)["reason"])


def shown(case: Case, about: Lane, may: "Available", recommendation: Recommendation | None) -> list[Fitting]:
    """The fitting playbooks as a person may see them, those that prepare a decision first; while the advice is closed to them, none that tells."""
    found = sorted((row for row in fitting(case, recommendation) if not (may.closed and tells(row))), key=lambda row: not row.outcome)
    return [
        Fitting(row, said_of(about, row.conditions), about.outcomes.get(row.outcome), act_of(row, about, may, recommendation))
        for row in found
    ]


def act_of(version: PlaybookVersion, about: Lane, may: "Available", recommendation: Recommendation | None) -> str:
    """The confirm step that the playbook leads to: approve, override, or "" where neither is open to the person."""
    if not version.outcome or recommendation is None or may.closed:
        return ""
    as_advised = version.outcome == recommendation.outcome and not about.differs(
        recommendation.terms, {**recommendation.terms, **version.terms}
    )
    if as_advised:
        return "approve" if may.approve else ""
    return "override" if may.override and any(outcome.key == version.outcome for outcome in may.others) else ""


def filled(version: PlaybookVersion, act: str) -> dict[str, Any]:
    """The fields of the confirm step as the playbook fills them in."""
    reason = version.reason if act == "approve" else version.reason_against
    return {"playbook": version.pk, "outcome": version.outcome, "reason": reason, "note": version.note}


def kept(version: PlaybookVersion, *, outcome: str, reason: str, default: bool, overrides: bool, terms: Mapping[str, Any]) -> bool:
    """Whether a decision is what the playbook prepared. The note may say more; a reason that it left open is the person's."""
    prepared = version.reason_against if overrides else version.reason
    same_reason = reason == prepared if prepared else overrides or default
    return (
        outcome == version.outcome and same_reason and all(_plain(terms.get(name)) == _plain(said) for name, said in version.terms.items())
    )


def _plain(text: Any) -> str:
    return "\n".join(str(text).split("\r\n")).strip()
