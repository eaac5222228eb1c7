"""What every decision goes through before it is made: the locked case, its newest advice, and a choice that fits both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.advice.models import Recommendation
from ordersops.cases.actions.snoozing import subject_ids
from ordersops.cases.escalation import require_work
from ordersops.cases.lanes import Lane, Outcome, Reason, Subject
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Invalid
from ordersops.review.checklist import in_the_way
from ordersops.review.impressions import closed_to
from ordersops.review.models import PlaybookVersion
from ordersops.review.playbooks import kept, usable
from ordersops.review.queries import reasons_of, recommendation_for
from ordersops.review.terms import terms_for
from ordersops.rollout.queries import written

LEAST_NOTE, LONGEST_NOTE = 10, 4000
ADVISED = "That is what the recommendation says: approve it instead."
NOT_ADVISED = "That is not what is recommended: decide against it, with a reason and a note."


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that may be made: on which advice, for which of the case's subjects, and in whose name."""

    case: Case
    subjects: Sequence[Subject]
    recommendation: Recommendation
    outcome: Outcome
    reason: Reason
    note: str
    by: User
    open_to: Sequence[Subject] = field(default_factory=list)  # those for which the outcome is still possible
    terms: Mapping[str, Any] = field(default_factory=dict)  # what the outcome means here in particular
    playbook: PlaybookVersion | None = None  # which filled it in

    @property
    def lane(self) -> Lane:
        return lane_named(self.case.lane)

    @property
    def overrides(self) -> bool:
        return against(self.lane, self.recommendation, self.outcome.key, self.terms)

    @property
    def playbook_kept(self) -> bool | None:
        """Whether it is what the playbook prepared; None without one."""
        if self.playbook is None:
            return None
        return kept(
            self.playbook, outcome=self.outcome.key, reason=self.reason.code, default=self.reason.default, overrides=self.overrides,
            terms=self.terms,
        )  # fmt: skip

    @property
    def columns(self) -> dict[str, Any]:
        """What was chosen, as decisions and proposals keep it (models.Chosen)."""
        return {
            "outcome": self.outcome.key, "terms": dict(self.terms), "overrides": self.overrides, "reason": self.reason.code,
            "reason_version": self.reason.version, "note": self.note, "label": self.reason.label, "playbook": self.playbook,
            "playbook_kept": self.playbook_kept,
        }  # fmt: skip


def against(this: Lane, advice: Recommendation, outcome: str, terms: Mapping[str, Any]) -> bool:
    """Whether this is a decision against the advice."""
    return outcome != advice.outcome or this.differs(advice.terms, terms)


def open_case(case: Case, by: User, version: int) -> tuple[Case, Sequence[Subject], Recommendation]:
    """The locked case with its subjects and newest advice, once it is sure that this person may decide it now."""
    require_work(case, by, to="decide this case")
    case, subjects = lock(case)
    require_work(case, by, to="decide this case")  # it may have been escalated while we waited for the lock
    return case, subjects, decidable(case, by, version)


def decidable(case: Case, by: User, version: int) -> Recommendation:
    """The newest advice of a locked case. Conflict unless it is open, free for this person, and as they saw it."""
    if not case.is_open:
        raise Conflict(f"This case {_closed(case)}. Nothing was changed; press n for the next one.")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    as_seen(case, version)
    recommendation = recommendation_for(case)
    if recommendation is None:
        raise Conflict("There is no recommendation for this case yet; it comes within moments. Reload.")
    policy = written(recommendation)
    if closed_to(case, by, recommendation, policy):
        raise Conflict("Say first what you think of this case; then its advice opens, and you decide. Nothing was changed.")
    if open_items := in_the_way(case, recommendation, policy):
        raise Conflict(f"{open_items} Nothing was changed.")
    return recommendation


def as_seen(case: Case, version: int) -> None:
    if case.version != version:
        raise Conflict("New facts or new advice arrived while you were looking. Nothing was changed; reload and look again.")


def choose(
    case: Case,
    subjects: Sequence[Subject],
    recommendation: Recommendation,
    *,
    outcome: str,
    reason: str,
    note: str,
    by: User,
    terms: Mapping[str, Any] | None = None,
    as_advised: bool | None = None,
    agreed: Mapping[str, Any] | None = None,
    playbook: UUID | None = None,
) -> Choice:
    """The choice, once it fits the subject, the lane and the person. Raises Conflict, Invalid or Forbidden.

    `terms` as the person typed them, which the lane looks at; without them as the rules computed them. `as_advised`: whether it must
    be, or must not be, what the advice says.

    `agreed`: the terms of what somebody decided before. They stand word for word, as does a reason that was retired meanwhile.
    `playbook`: the version that filled it in, which must be in force and fit; what it prepared may have been changed.
    """
    this = lane_named(case.lane)
    chosen = this.outcomes.get(outcome)
    open_to = [subject for subject in subjects if outcome in this.possible(subject)]
    if chosen is None or not open_to:
        raise Conflict(f"“{chosen.label if chosen else outcome}” is no longer possible: the order has shipped or is cancelled.")
    stands = _terms(this, recommendation, outcome, terms) if agreed is None else dict(agreed)
    overrides = against(this, recommendation, outcome, stands)
    if as_advised is not None and overrides == as_advised:
        raise Invalid(NOT_ADVISED if as_advised else ADVISED)
    because = _reason(this, chosen, reason, overrides=overrides, retired=agreed is not None)
    for perm in filter(None, (because.needs, this.may_choose(recommendation, outcome))):
        require(by, perm, case.store_id, to=f"choose “{chosen.label}” here", case=case)
    used = usable(playbook, case, recommendation) if playbook else None
    return Choice(case, subjects, recommendation, chosen, because, said(note, needed=overrides), by, open_to, stands, used)


def _terms(this: Lane, recommendation: Recommendation, outcome: str, wanted: Mapping[str, Any] | None) -> dict[str, Any]:
    """The terms under which it is decided. Invalid where the lane does not allow what is wanted."""
    computed = terms_for(this, recommendation, outcome)
    form = this.terms_form(recommendation.snapshot.evidence, outcome, computed, data=wanted) if wanted is not None else None
    if form is None:
        return computed
    if not form.is_valid():
        raise Invalid(" ".join(str(error) for found in form.errors.values() for error in found))
    return dict(form.cleaned_data)


def said(note: str, *, needed: bool = False, why: str = "why you decide against the recommendation") -> str:
    note = note.replace("\x00", "").strip()
    if needed and len(note) < LEAST_NOTE:
        raise Invalid(f"Say in at least {LEAST_NOTE} characters {why}.")
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"The note is too long; {LONGEST_NOTE:,} characters are the most.")
    return note


def _reason(this: Lane, outcome: Outcome, code: str, *, overrides: bool, retired: bool) -> Reason:
    fitting = [reason for reason in reasons_of(this, retired=retired) if outcome.key in reason.outcomes and reason.overrides == overrides]
    for reason in fitting:
        if reason.code == code or (not code and reason.default):
            return reason
    raise Invalid(f"Choose a reason for “{outcome.label}”: {', '.join(reason.code for reason in fitting)}.")


def _closed(case: Case) -> str:
    if case.is_waiting:
        first = case.proposals.waiting().select_related("by").first()
        return f"waits for a second person already{f': {first.by} decided first' if first else ''}"
    decision = case.decisions.select_related("by").first()
    return f"is {case.get_state_display().lower()} already{f' by {decision.by}' if decision else ''}"


def lock(case: Case) -> tuple[Case, Sequence[Subject]]:
    """The case and all its subjects, locked. They come before cases, as where facts and advice arrive, or two could wait for each other."""
    ids = subject_ids(case)
    subjects = lane_named(case.lane).lock(ids)
    locked = Case.objects.select_for_update(of=("self",)).select_related("order", "store").get(pk=case.pk)
    if subject_ids(locked) != ids:
        raise Conflict("More orders came to this case at this moment. Nothing was changed; reload and look again.")
    return locked, subjects
