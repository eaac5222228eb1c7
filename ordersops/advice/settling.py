"""The end of a consultation: its answer becomes advice beside the scorecard's, or the scorecard's stands and it is said why."""

from typing import Any

from django.apps import apps
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice import scorecard
from ordersops.advice.actions import write_signals
from ordersops.advice.advisors import advisor
from ordersops.advice.answers import Inquiry
from ordersops.advice.following import Assessed, follow
from ordersops.advice.hearing import Heard
from ordersops.advice.models import Call, Consultation, ConsultationState, Recommendation
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import Subject
from ordersops.ids import uuid7
from ordersops.jobs import enqueue
from ordersops.rollout.actions import observe
from ordersops.rollout.models import AUTOMATED, LADDER, Mode
from ordersops.rollout.queries import Book, lower


@atomic
def settle(consultation: Consultation, *, inquiry: Inquiry, heard: Heard, call: Call | None, second: Heard | None) -> Recommendation | None:
    """Write the answer as advice. In shadow, and where newer facts or a decision came first, it is only measured.

    None where this attempt has lost its say: another worker took over after the lease, or newer facts have overtaken it.
    """
    this, system = inquiry.lane, User.objects.system()
    (subject,) = this.lock([consultation.baseline.subject])
    if not Consultation.objects.select_for_update().filter(
        pk=consultation.pk, state=ConsultationState.PENDING, attempts=consultation.attempts
    ):
        return None
    assert heard.answer is not None
    consultation.mode = _mode_now(consultation, inquiry)
    # Where a decision has been made, late advice is measured and changes nothing.
    shown = not lower(consultation.mode, Mode.ASSIST) and this.undecided(subject)
    given = _recommendation(consultation, inquiry, heard, call, second, subject, shown=shown)
    given.save(force_insert=True)
    one = Assessed(subject, inquiry.evidence, inquiry.signals, given, inquiry.policy)
    write_signals([one])
    told: dict[str, Any] = {"recommendation": given.pk, "advisor": consultation.advisor, "verified": given.verified}
    if shown:
        record(Verb.ADVISOR_CONSULTED, by=system, order=subject.order, outcome=given.outcome, score=given.score, **told)
    else:
        record(Verb.ADVISOR_MEASURED, by=system, order=subject.order, **told)
    _close(consultation, ConsultationState.ANSWERED, answer=given, code=heard.code)
    if shown:
        follow(this, [one], system)
        if given.mode in AUTOMATED:
            enqueue("review.automate")
    _measure(given)
    return given


@atomic
def give_up(consultation: Consultation, code: str, why: str, *, state: str = ConsultationState.GIVEN_UP) -> None:
    """Close it without an answer. Nothing is approved by that; the scorecard's advice stands, and the case is a person's."""
    if not Consultation.objects.select_for_update().filter(pk=consultation.pk, state=ConsultationState.PENDING):
        return
    _close(consultation, state, code=code, why=why)
    if state == ConsultationState.GIVEN_UP:
        record(
            Verb.ADVISOR_SILENT, by=User.objects.system(), order=consultation.order, advisor=consultation.advisor, code=code[:20], why=why[:300]
        )  # fmt: skip


def _mode_now(consultation: Consultation, inquiry: Inquiry) -> str:
    """The mode in which it was asked, or the one that holds now where that is lower: a fall down the ladder counts at once."""
    now = Book(inquiry.lane).of(consultation.store_id, inquiry.evidence)
    if now.version != consultation.policy_version or now.advisor != consultation.advisor:
        return min(consultation.mode, Mode.SHADOW.value, key=LADDER.index)
    return min(consultation.mode, now.mode, key=LADDER.index)


def _close(consultation: Consultation, state: str, **more: Any) -> None:
    consultation.state, consultation.settled_at, consultation.lease_until = state, timezone.now(), None
    consultation.code, consultation.why = more.get("code", "")[:20], more.get("why", "")[:300]
    consultation.answer = more.get("answer")
    consultation.save(update_fields=["state", "settled_at", "lease_until", "code", "why", "answer", "mode"])


def _recommendation(
    consultation: Consultation, inquiry: Inquiry, heard: Heard, call: Call | None, second: Heard | None, subject: Subject, *, shown: bool
) -> Recommendation:
    answer, policy = heard.answer, inquiry.policy
    assert answer is not None
    without = second.answer if second is not None else None
    return Recommendation(
        id=uuid7(), store_id=subject.store_id, lane=inquiry.lane.key, order=subject.order, subject=subject.pk,
        snapshot_id=inquiry.snapshot, advisor=consultation.advisor, terms=inquiry.lane.terms(inquiry.evidence, answer.outcome, policy),
        advisor_version=advisor(consultation.advisor).version(inquiry.lane), chosen_because=consultation.chosen_because,
        policy_version=consultation.policy_version, scope=consultation.scope, mode=consultation.mode, shown=shown,
        outcome=answer.outcome, score=answer.score, band=scorecard.band(answer.score, policy),
        confidence=answer.confidence, justification=heard.justification, claims=[claim.as_json() for claim in heard.checked],
        faults=[fault.as_json() for fault in heard.faults],
        set_aside=[{"signal": one.signal, "reason": one.reason} for one in answer.set_aside], prose=answer.prose, draft=answer.draft,
        without_customer={} if without is None else {"outcome": without.outcome, "score": without.score},
        rests_on_customer=without is not None and without.outcome != answer.outcome, call=call, missing=list(answer.missing),
        alternatives=[dict(one) for one in answer.alternatives], verified=heard.verified, advised_at=timezone.now(),
    )  # fmt: skip


def _measure(given: Recommendation) -> None:
    """Where a person has decided on this evidence already, the late answer is measured against that."""
    decisions = apps.get_model("review.Decision")._default_manager
    decided = decisions.filter(recommendation__snapshot=given.snapshot_id, case__lane=given.lane, superseded_by=None, source="person")
    for decision in decided.exclude(outcome="undo")[:1]:
        observe(decision=decision)
