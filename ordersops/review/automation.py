"""Automatic decisions: where a policy of two people allows it, and measured agreement has earned it (policies.md 4.11).

The advice is the queue: shown, given in an automated mode, and without a Consideration. Each piece of advice is
considered once, in one transaction with all that follows from it: a crash at any instant leaves nothing or all of it.
Automation does as advised or leaves the case to a person, and says why. It never overrides and never takes an attack.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.advisors import SCORECARD
from ordersops.advice.models import Consultation, ConsultationState, Question, QuestionState, Recommendation
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import Subject
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case
from ordersops.errors import Conflict
from ordersops.review.actions import decide_under, lock
from ordersops.review.models import Source
from ordersops.review.two import Limits, because_of
from ordersops.rollout.mandate import drawn, drawn_before, refusal
from ordersops.rollout.models import AUTOMATED, Consideration
from ordersops.rollout.queries import Book
from ordersops.rollout.turns import keep_still

log = logging.getLogger(__name__)
BATCH = 20
TOO_OLD = timedelta(days=1)  # what nobody considered for so long is a person's; it also bounds what has to be looked through


def automate() -> int:
    """Consider the advice that is ready, one small batch. Returns how many pieces were considered."""
    ids = list(_ready().order_by("advised_at", "id").values_list("pk", flat=True)[:BATCH])
    return sum(_considered(pk) for pk in ids)


def oldest_ready() -> datetime | None:
    """Since when the oldest advice has waited for automation."""
    return _ready().order_by("advised_at").values_list("advised_at", flat=True).first()


def _ready() -> "QuerySet[Recommendation]":
    """Advice to consider: the newest on a subject whose case is open, while no newer facts or advice are on their way."""
    same = {"subject": OuterRef("subject"), "lane": OuterRef("lane")}
    consulted = {"baseline__subject": OuterRef("subject"), "lane": OuterRef("lane")}
    return Recommendation.objects.filter(
        Exists(Case.objects.open().filter(**same)),
        ~Exists(Consideration.objects.filter(recommendation=OuterRef("pk"))),
        ~Exists(Recommendation.objects.filter(**same, order=OuterRef("order"), shown=True, advised_at__gt=OuterRef("advised_at"))),
        ~Exists(Question.objects.filter(**same, state=QuestionState.PENDING)),
        ~Exists(Consultation.objects.filter(**consulted, order=OuterRef("order"), state=ConsultationState.PENDING)),
        mode__in=sorted(AUTOMATED),
        shown=True,
        advised_at__gt=timezone.now() - TOO_OLD,
    )


def _considered(pk: UUID) -> bool:
    """Consider one piece of advice. What breaks at it leaves it to a person; the others go on (law 11)."""
    try:
        return _consider(pk)
    except (Conflict, OperationalError) as error:
        log.info("Advice %s is considered later: %s", pk, error)
        return False
    except Exception:
        log.exception("Automation broke at advice %s; the case is left to a person.", pk)
        return _give_up(pk)


@atomic
def _consider(pk: UUID) -> bool:
    recommendation = Recommendation.objects.select_related("snapshot").get(pk=pk)
    case = Case.objects.open().filter(subject=recommendation.subject, lane=recommendation.lane).first()
    if case is None:
        return False
    case, subjects = lock(case)
    keep_still(case.lane)  # from here to the commit nobody demotes, stops or changes the policy
    if not case.is_open or not _ready().filter(pk=pk).exists():
        return False  # decided, overtaken or considered while we waited for the lock
    now, evidence = timezone.now(), recommendation.snapshot.evidence
    in_force = Book(lane_named(recommendation.lane)).of(recommendation.store_id, evidence)
    why = _obstacle(case, recommendation)
    why = why or refusal(in_force, recommendation, baseline=_baseline(recommendation), case=case, subject=subjects[0], now=now)
    why = why or _needs_two(case, subjects[0], recommendation)
    if why:
        _leave(case, recommendation, why)
    elif drawn_before(case):
        _leave(case, recommendation, "The case was drawn for a person's check.", sampled=True)
    elif drawn(in_force, now=now):
        _leave(case, recommendation, "It was drawn for a person's check.", sampled=True)
    else:
        decision = decide_under(case=case, recommendation=recommendation, policy=in_force.version, mode=in_force.mode)
        Consideration.objects.create(recommendation=recommendation, result=Consideration.Result.DECIDED, decision=decision)
    return True


def _baseline(recommendation: Recommendation) -> Recommendation | None:
    """What the scorecard advises on the same evidence; a model can only withhold what the rules would do by themselves."""
    same = Recommendation.objects.filter(snapshot=recommendation.snapshot_id, subject=recommendation.subject, lane=recommendation.lane)
    return same.filter(advisor=SCORECARD).order_by("-advised_at").first()


def _obstacle(case: Case, recommendation: Recommendation) -> str:
    """What has happened to the case that leaves it to a person, whatever the policy says."""
    if case.decisions.filter(source=Source.PERSON).exists():
        return "A person has decided on this case before."
    if case.confirmations.exists():
        return "The customer was asked to confirm it."
    if case.requested_by_id or case.reopened_at or case.escalated_to or case.assigned_to_id or case.team_id or case.snoozed_until:
        return "People have taken this case up."
    newer = Question.objects.filter(subject=case.subject, lane=case.lane, asked_at__gt=recommendation.advised_at)
    return "Newer facts could not be looked at." if newer.filter(state=QuestionState.DEAD).exists() else ""


def _needs_two(case: Case, subject: Subject, recommendation: Recommendation) -> str:
    """Where two people decide, automation does not (law 16)."""
    about = lane_named(case.lane)
    why = Limits(about).dear(case, recommendation, [subject.at_risk])
    return " ".join([*why, *because_of(about, recommendation, recommendation.outcome)])


def _leave(case: Case, recommendation: Recommendation, why: str, *, sampled: bool = False) -> None:
    """Leave the case where it is, with the reason."""
    result = Consideration.Result.SAMPLED if sampled else Consideration.Result.PERSON
    Consideration.objects.create(recommendation=recommendation, result=result, why=why[:300])
    record(
        Verb.CASE_LEFT_TO_PERSON, by=User.objects.system(), case=case, recommendation=recommendation.pk, sampled=sampled, why=why[:300]
    )  # fmt: skip


@atomic
def _give_up(pk: UUID) -> bool:
    recommendation = Recommendation.objects.get(pk=pk)
    case = Case.objects.open().filter(subject=recommendation.subject, lane=recommendation.lane).first()
    if case is None or Consideration.objects.filter(recommendation=pk).exists():
        return False
    _leave(case, recommendation, "Automation failed at it.")
    return True
