"""The second person: approves what the first decided, sends it back, or decides otherwise. Each leaves an event (law 16)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from ordersops.accounts.access import can, require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record, record_refusal
from ordersops.audit.verbs import Verb
from ordersops.cases.duty import off_duty
from ordersops.cases.lanes import Subject
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case, CaseState
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.review.actions.choosing import as_seen, choose, lock, said
from ordersops.review.actions.deciding import followed, write
from ordersops.review.actions.proposing import propose
from ordersops.review.models import Decision, Proposal, ProposalState
from ordersops.review.queries import recommendation_for
from ordersops.review.two import Limits


@atomic
def approve_second(*, proposal: Proposal, by: User, version: int) -> Decision:
    """Approve, as the second person, what the first decided: the decision is made, and its effects are planned with their hold window.

    Needs `approve_second`, and never somebody who had a say in it. Raises Conflict if the case changed since `version` (new
    advice is looked at first), was settled, or if the first person may not decide it any more.
    """
    case, subjects, proposal = _waiting(proposal, by, "approve a decision as the second person")
    return approved_second(case, subjects, proposal, by, version)


def approved_second(case: Case, subjects: Sequence[Subject], proposal: Proposal, by: User, version: int) -> Decision:
    """In the unit of the verb, which has locked the case and looked at the person."""
    as_seen(case, version)
    this, first = lane_named(case.lane), proposal.by
    newest = recommendation_for(case) or proposal.recommendation
    needed = [this.decides, *filter(None, (this.may_choose(newest, proposal.outcome), Perm.OVERRIDE if proposal.overrides else None))]
    if missing := [perm for perm in needed if not can(first, perm, case.store_id)]:
        raise Conflict(
            f"{first} may not decide this any more: it needs the right “{missing[0].sentence}”. Send it back, or decide otherwise."
        )
    choice = choose(
        case, subjects, proposal.recommendation, outcome=proposal.outcome, reason=proposal.reason, note=proposal.note, by=first,
        agreed=proposal.terms,
    )  # fmt: skip
    choice = replace(choice, playbook=proposal.playbook)  # as it was then; it may have been changed since
    _settle(proposal, ProposalState.APPROVED, by)
    decision = write(choice, proposal=proposal, second=by)
    record(
        Verb.CASE_SECOND_APPROVED, by=by, case=case, proposal=proposal.pk, decision=decision.pk, first=first.name, outcome=decision.outcome,
        reason=decision.reason,
    )  # fmt: skip
    return followed(decision, choice)


@atomic
def send_back(*, proposal: Proposal, by: User, note: str) -> Case:
    """Do not approve: the case is open again, and assigned to the first person if they are at work. Needs what approving needs, and a note."""
    case, _, proposal = _waiting(proposal, by, "send a decision back as the second person")
    return sent_back(case, proposal, by, note)


def sent_back(case: Case, proposal: Proposal, by: User, note: str) -> Case:
    why = said(note, needed=True, why="why you send it back")
    _settle(proposal, ProposalState.SENT_BACK, by, why)
    first = proposal.by
    there = first.is_active and can(first, lane_named(case.lane).decides, case.store_id) and not off_duty(first, case.store)
    _open_again(case, first if there else None)
    record(Verb.CASE_SENT_BACK, by=by, case=case, proposal=proposal.pk, first=proposal.by.name, outcome=proposal.outcome)
    return case


@atomic
def decide_otherwise(*, proposal: Proposal, by: User, outcome: str, reason: str, note: str, version: int) -> Decision | Proposal:
    """Decide otherwise than the first person: a decision of one's own, on the newest advice. Where it needs two people too it waits again,
    and none of those who had a say so far can be its second.

    Needs `approve_second`, the lane's right to decide, `override` where it is against the advice; and a note.
    """
    case, subjects, proposal = _waiting(proposal, by, "decide otherwise than the first person")
    this = lane_named(case.lane)
    require(by, this.decides, case.store_id, to="decide this case", case=case)
    as_seen(case, version)
    if outcome == proposal.outcome:
        raise Invalid(f"That is what {proposal.by} decided: approve it instead.")
    recommendation = recommendation_for(case) or proposal.recommendation
    if outcome != recommendation.outcome:
        require(by, Perm.OVERRIDE, case.store_id, to="decide against a recommendation", case=case)
    why = said(note, needed=True, why="why you decide otherwise")
    choice = choose(case, subjects, recommendation, outcome=outcome, reason=reason, note=why, by=by)
    _settle(proposal, ProposalState.OTHERWISE, by, why)
    two = Limits(this).why_two(case, choice.open_to, recommendation, outcome, choice.reason)
    made = propose(choice, two, instead_of=proposal, tell=False) if two else write(choice)
    record(
        Verb.CASE_DECIDED_OTHERWISE, by=by, case=case, proposal=proposal.pk, first=proposal.by.name, proposed=proposal.outcome,
        recommendation=recommendation.pk, outcome=outcome, reason=made.reason, made=made.pk, waits=bool(two),
    )  # fmt: skip
    return followed(made, choice) if isinstance(made, Decision) else made


@atomic
def take_back_proposal(*, proposal: Proposal, by: User) -> Case:
    """Take one's own decision back while it waits: the case is open again, and with its first person. Conflict once it was settled."""
    require(by, lane_named(proposal.case.lane).decides, proposal.store_id, to="take this back", case=proposal.case)
    case, _, proposal = _locked(proposal)
    if proposal.by_id != by.pk:
        raise Forbidden(f"{proposal.by} decided this. A second person can send it back; only the first can take it back.")
    _settle(proposal, ProposalState.TAKEN_BACK, by)
    _open_again(case, by, hold=True)
    record(Verb.CASE_PROPOSAL_TAKEN_BACK, by=by, case=case, proposal=proposal.pk, outcome=proposal.outcome)
    return case


def _waiting(proposal: Proposal, by: User, to: str) -> tuple[Case, Sequence[Subject], Proposal]:
    """The locked case and proposal, once it is sure that this person may be the second one."""
    require_second(proposal, by, to)
    return _locked(proposal)


def require_second(proposal: Proposal, by: User, to: str) -> None:
    """Raise Forbidden for somebody without the right, and for those who had a say already; both are recorded."""
    require(by, Perm.APPROVE_SECOND, proposal.store_id, to=to, case=proposal.case_id)
    if by.pk in proposal.parties:
        record_refusal(by=by, perm=Perm.APPROVE_SECOND, store_id=proposal.store_id, case=proposal.case_id, proposal=proposal.pk)
        raise Forbidden("You had a say in this already: somebody else has to look at it.")


def _locked(proposal: Proposal) -> tuple[Case, Sequence[Subject], Proposal]:
    case, subjects = lock(proposal.case)
    return (
        case,
        subjects,
        still_waiting(Proposal.objects.select_related("by", "settled_by", "recommendation__snapshot").get(pk=proposal.pk)),
    )


def still_waiting(proposal: Proposal) -> Proposal:
    """Under the lock of the case, which every verb on it takes first."""
    if proposal.state != ProposalState.WAITING:
        who = f" by {proposal.settled_by}" if proposal.settled_by else ""
        raise Conflict(f"It does not wait any more: {proposal.get_state_display().lower()}{who}. Nothing was changed.")
    return proposal


def _settle(proposal: Proposal, state: str, by: User, note: str = "") -> None:
    proposal.state, proposal.settled_by, proposal.settled_at, proposal.settled_note = state, by, timezone.now(), note
    proposal.save(update_fields=["state", "settled_by", "settled_at", "settled_note"])


def _open_again(case: Case, to: User | None = None, *, hold: bool = False) -> None:
    """In the queue again: assigned to somebody, and with `hold` in their hands for the time of a lease."""
    case.state, case.version, case.assigned_to = CaseState.OPEN, case.version + 1, to
    case.leased_by, case.lease_until = (to, timezone.now() + timedelta(minutes=settings.LEASE_MINUTES)) if hold else (None, None)
    case.save(update_fields=["state", "version", "assigned_to", "leased_by", "lease_until", "changed_at"])
