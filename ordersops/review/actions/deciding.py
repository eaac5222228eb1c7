"""Deciding: as recommended, against it, or in the name of the system. What a person may do now is computed once, in `queries.available`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Recommendation
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions.waking import AWAKE, end_snooze
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case, CaseState
from ordersops.effects import actions as effects
from ordersops.errors import Invalid
from ordersops.ids import uuid7
from ordersops.review.actions.choosing import ADVISED, Choice, choose, open_case, said
from ordersops.review.actions.confirming import end_links
from ordersops.review.actions.proposing import propose
from ordersops.review.models import Decision, Proposal, Result, Source
from ordersops.review.playbooks import fitting
from ordersops.review.two import Limits
from ordersops.rollout.actions import observe


@atomic
def approve(
    *,
    case: Case,
    by: User,
    version: int,
    reason: str = "",
    note: str = "",
    terms: Mapping[str, Any] | None = None,
    playbook: UUID | None = None,
) -> Decision | Proposal:
    """Decide as recommended. Needs the lane's right to decide; without a reason code the default one is taken.

    `terms` may differ from those advised only where the lane says that this is no other decision (the wording of a reply).
    `playbook` is the version that filled the step in: it is recorded, with whether what it prepared was kept.

    Where two people are needed (two.py) it waits for the second one, and nothing leaves until then.
    Raises Conflict if the case changed since `version`, is decided, or somebody else holds it.
    """
    case, subjects, recommendation = open_case(case, by, version)
    advised = recommendation.outcome
    choice = choose(
        case, subjects, recommendation, outcome=advised, reason=reason, note=note, by=by, terms=terms, as_advised=True, playbook=playbook
    )
    return _proposed(choice) or approved(choice)


@atomic
def override(
    *,
    case: Case,
    by: User,
    outcome: str,
    reason: str,
    note: str,
    version: int,
    terms: Mapping[str, Any] | None = None,
    playbook: UUID | None = None,
) -> Decision | Proposal:
    """Decide against the recommendation: another outcome, or the same under other terms.

    Needs `override` as well, a reason code, and a note of at least ten characters. Waits for a second person, names a playbook, and
    raises Conflict, as `approve` does; Invalid when outcome, terms, reason or note do not fit.
    """
    require(by, Perm.OVERRIDE, case.store_id, to="decide against a recommendation", case=case)
    case, subjects, recommendation = open_case(case, by, version)
    if outcome == recommendation.outcome and not terms:
        raise Invalid(ADVISED)
    said(note, needed=True)
    choice = choose(
        case, subjects, recommendation, outcome=outcome, reason=reason, note=note, by=by, terms=terms, as_advised=False, playbook=playbook
    )
    return _proposed(choice) or overridden(choice)


def decide_under(*, case: Case, recommendation: Recommendation, policy: str, mode: str) -> Decision:
    """Decide as advised, in the name of the system, under the policy version that allows it. Made as a person's decision is, and undone like one.

    In automation's unit, which has locked the case and asked every gate. The system has no right to decide of its own.
    """
    system = User.objects.system()
    choice = choose(
        case, lane_named(case.lane).lock([case.subject]), recommendation, outcome=recommendation.outcome, reason="", note="", by=system
    )
    decision = write(choice, source=Source.SYSTEM)
    record(
        Verb.CASE_DECIDED, by=system, case=choice.case, decision=decision.pk, recommendation=recommendation.pk, outcome=decision.outcome,
        policy=policy, mode=mode,
    )  # fmt: skip
    carry_out(decision, choice)
    return decision


def approved(choice: Choice) -> Decision:
    """The decision as recommended, its event, and what follows."""
    decision = write(choice)
    record(
        Verb.CASE_APPROVED, by=choice.by, case=choice.case, decision=decision.pk, recommendation=choice.recommendation.pk,
        outcome=decision.outcome, reason=decision.reason, playbook=decision.playbook_id, kept=decision.playbook_kept,
    )  # fmt: skip
    return followed(decision, choice)


def overridden(choice: Choice) -> Decision:
    """The decision against the recommendation, its event, and what follows."""
    decision = write(choice)
    record(
        Verb.CASE_OVERRIDDEN, by=choice.by, case=choice.case, decision=decision.pk, recommendation=choice.recommendation.pk,
        recommended=choice.recommendation.outcome, outcome=decision.outcome, reason=decision.reason,
        playbook=decision.playbook_id, kept=decision.playbook_kept,
    )  # fmt: skip
    return followed(decision, choice)


def followed(decision: Decision, choice: Choice) -> Decision:
    """What follows outside is planned, and the advice is measured against the decision. The decision's own event is told before."""
    carry_out(decision, choice)
    observe(decision=decision)
    return decision


def _proposed(choice: Choice) -> Proposal | None:
    """The wait for a second person, where one is needed."""
    why = Limits(choice.lane).why_two(choice.case, choice.open_to, choice.recommendation, choice.outcome.key, choice.reason)
    return propose(choice, why) if why else None


def write(choice: Choice, *, source: str = Source.PERSON, proposal: Proposal | None = None, second: User | None = None) -> Decision:
    """Write the decision and what follows from it in here. Its event is the caller's, and then what follows outside."""
    case, outcome = choice.case, choice.outcome
    decision = Decision.objects.create(
        id=uuid7(), store_id=case.store_id, case=case, recommendation=choice.recommendation, **choice.columns,
        fitted=[row.pk for row in fitting(case, choice.recommendation)], source=source, by=choice.by, second=second, proposal=proposal,
        case_version=case.version, supersedes=_standing(case), decided_at=timezone.now(),
    )  # fmt: skip
    case.state, case.decided_at, case.version = CaseState.DECIDED, decision.decided_at, case.version + 1
    case.leased_by = case.lease_until = None
    end_links(case=case, result=Result.DECIDED, by=second or choice.by)
    end_snooze(case)
    case.save(update_fields=["state", "decided_at", "version", "leased_by", "lease_until", *AWAKE])
    choice.lane.settle(subjects=choice.open_to, outcome=outcome, decision=decision, by=second or choice.by)
    return decision


def carry_out(decision: Decision, choice: Choice) -> None:
    """Plan what follows outside, once the decision's own event is told."""
    acts = [act for subject in choice.open_to for act in choice.lane.acts(subject, choice.outcome, choice.terms)]
    effects.plan(acts=acts, decision=decision, by=choice.by)


def _standing(case: Case) -> Decision | None:
    """The end of the case's chain of decisions: an undo, or what was decided before the case was opened again. A chain has no fork."""
    return case.decisions.filter(superseded_by__isnull=True).first()
