"""Verbs of advice: asking a lane about a subject, and answering from frozen evidence."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice import precedents, scorecard
from ordersops.advice.facts import SCHEMA, Evidence, sha256
from ordersops.advice.following import CLEAR, Assessed, follow
from ordersops.advice.models import Consultation, ConsultationState, Question, Recommendation, Signal, Snapshot
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import Lane, Raised, Seen, Subject, lane, lanes
from ordersops.ids import uuid7
from ordersops.jobs import enqueue
from ordersops.orders.changes import Change
from ordersops.orders.models import Order
from ordersops.rollout.actions import report_harm
from ordersops.rollout.models import AUTOMATED, Mode
from ordersops.rollout.queries import Book, InForce, lower

UNDO = "undo"  # the outcome of a decision that takes another back


def ask(*, changes: Sequence[Change]) -> int:
    """Raise the questions that these changes of orders touch, in the caller's unit. Returns how many."""
    if disputed := [change.order for change in changes if "dispute" in change.kinds]:
        _report_harm(disputed)
    return raise_questions({key: one.raised_by(changes) for key, one in lanes().items()})


def raise_questions(raised: Mapping[str, Sequence[Raised]]) -> int:
    """Ask these lanes about these subjects, in the caller's unit. Returns how many questions that are.

    A question that still waits takes the new time; one that is being answered right now is asked again.
    """
    rows = [(one.store_id, key, one.subject, one.order_id, one.because[:60]) for key, found in raised.items() for one in found]
    if not rows:
        return 0
    rows = sorted({row[1:3]: row for row in rows}.values(), key=lambda row: row[2])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO advice_question AS q (store_id, lane, subject, order_id, because, state, asked_at, attempts, not_before, last_error)
            SELECT store, lane, subject, "order", because, 'pending', clock_timestamp(), 0, now(), ''
            FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::text[]) AS v(store, lane, subject, "order", because)
            ON CONFLICT (lane, subject) WHERE state = 'pending' DO UPDATE SET asked_at = clock_timestamp(), attempts = 0, not_before = now()
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
    enqueue("advice.answer")
    return len(rows)


@atomic
def answer(*, lane_key: str, questions: Sequence[Question], by: User) -> list[Assessed]:
    """Answer the questions of one lane: evidence, signals, the scorecard's advice, and what follows from it.

    What needs a person becomes a case; many orders that share a key in a short time become one. Where the policy in force
    asks another advisor too, its answer comes later (consult.py); nobody waits for it. A constant number of queries for any
    number of questions, whatever the history.
    """
    this = lane(lane_key)
    subjects = this.lock([question.subject for question in questions])
    gathered = this.gather(subjects)
    book = Book(this)
    in_force = {one.pk: book.of(one.store_id, gathered[one.pk]) for one in subjects}
    seen = {one.pk: this.signals(gathered[one.pk], in_force[one.pk].policy) for one in subjects}
    evidence = _with_precedents(this, subjects, gathered, seen, in_force)
    assessed = [_assess(this, one, evidence[one.pk], seen[one.pk], in_force[one.pk]) for one in subjects]
    write(this, assessed, by)
    follow(this, assessed, by)
    _consult(this, assessed, in_force, book)
    if any(one.recommendation.mode in AUTOMATED for one in assessed):
        enqueue("review.automate")
    _settle(questions)
    return assessed


def _with_precedents(
    this: Lane, subjects: Sequence[Subject], gathered: dict[Any, Evidence], seen: dict[Any, list[Seen]], in_force: dict[Any, InForce]
) -> dict[Any, Evidence]:
    """The evidence of doubtful subjects, with similar ones that were decided before. Clear ones need no advice."""
    doubtful = [one for one in subjects if scorecard.band(scorecard.total(seen[one.pk]), in_force[one.pk].policy) != CLEAR]
    if not doubtful:
        return gathered
    return {**gathered, **precedents.add(this, [(one, gathered[one.pk], seen[one.pk]) for one in doubtful])}


def _assess(this: Lane, subject: Subject, evidence: Evidence, seen: Sequence[Seen], in_force: InForce) -> Assessed:
    """What the scorecard advises. Where another advisor is in force it is the baseline, and no automation rests on it alone."""
    possible = this.possible(subject) or list(this.outcomes)
    advice = scorecard.advise(lane=this, evidence=evidence, signals=seen, possible=possible, policy=in_force.policy)
    own = in_force.advisor == scorecard.ADVISOR
    mode = in_force.mode if own or lower(in_force.mode, Mode.ASSIST) else Mode.ASSIST.value
    without = scorecard.without_customer(lane=this, evidence=evidence, signals=seen, possible=possible, policy=in_force.policy)
    recommendation = Recommendation(
        id=uuid7(), store_id=subject.store_id, lane=this.key, order=subject.order, subject=subject.pk,
        snapshot_id=sha256(evidence.canonical()), advisor=advice.advisor, terms=this.terms(evidence, advice.outcome, in_force.policy),
        advisor_version=advice.advisor_version, chosen_because=in_force.chosen_because if own else "The scorecard answers every question first.",
        policy_version=in_force.version, scope=in_force.scope, mode=mode, shown=True, outcome=advice.outcome, score=advice.score,
        band=advice.band, confidence=advice.confidence, justification=advice.justification, claims=[claim.as_json() for claim in advice.claims],
        missing=advice.missing, alternatives=advice.alternatives, verified=advice.verified, faults=advice.faults, set_aside=advice.set_aside,
        without_customer=without or {}, rests_on_customer=without is not None and without["outcome"] != advice.outcome, advised_at=timezone.now(),
    )  # fmt: skip
    return Assessed(subject, evidence, seen, recommendation, in_force.policy)


def write(this: Lane, assessed: Sequence[Assessed], by: User) -> None:
    """Freeze evidence and advice. In the caller's unit; a snapshot that is there already is shared."""
    now = timezone.now()
    Snapshot.objects.bulk_create(
        [
            Snapshot(
                sha256=one.recommendation.snapshot_id, store_id=one.order.store_id, lane=this.key, order=one.order, schema=SCHEMA,
                body=one.evidence.canonical(), taken_at=now,
            )
            for one in assessed
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    Recommendation.objects.bulk_create([one.recommendation for one in assessed])
    write_signals(assessed)
    for one in assessed:
        record(
            Verb.ORDER_ASSESSED, by=by, order=one.order, lane=this.key, band=one.recommendation.band, score=one.recommendation.score,
            signals=len(one.seen), snapshot=one.recommendation.snapshot_id,
        )  # fmt: skip


def write_signals(assessed: Sequence[Assessed]) -> None:
    """What the rules saw, beside each piece of advice on it."""
    Signal.objects.bulk_create(
        [
            Signal(
                recommendation_id=one.recommendation.pk, key=seen.key, group=seen.group, state=seen.state, points=seen.points,
                facts=seen.facts, says=seen.says[:300],
            )
            for one in assessed
            for seen in one.seen
        ],
        batch_size=2000,
    )  # fmt: skip


def _consult(this: Lane, assessed: Sequence[Assessed], in_force: dict[Any, InForce], book: Book) -> None:
    """Put the questions that the policy names to the advisor in force. Older ones about the same subjects are overtaken."""
    rows, now = [], timezone.now()
    for one in assessed:
        holds = in_force[one.subject.pk]
        if holds.advisor == scorecard.ADVISOR or holds.mode == Mode.OFF or one.recommendation.band not in holds.content.ask_bands:
            continue
        if book.stopped(one.order.store_id) or not this.possible(one.subject):
            continue
        rows.append(
            Consultation(
                id=uuid7(), store_id=one.order.store_id, lane=this.key, order=one.order, baseline=one.recommendation, advisor=holds.advisor,
                chosen_because=holds.chosen_because, scope=holds.scope, mode=holds.mode, policy_version=holds.version,
                not_before=now + timedelta(seconds=settings.ADVISOR_QUIET),
                second=holds.mode in AUTOMATED or _by_chance(holds.content.second_share),
            )
        )  # fmt: skip
    asked = Consultation.objects.filter(baseline__subject__in=[one.subject.pk for one in assessed], lane=this.key)
    asked.filter(state=ConsultationState.PENDING).update(
        state=ConsultationState.OVERTAKEN, why="Newer facts came first.", settled_at=now, lease_until=None
    )
    if rows:
        Consultation.objects.bulk_create(rows)
        enqueue("advice.consult")


def _report_harm(disputed: Sequence[Order]) -> None:
    """A dispute of an order that automation released is harm, however late it comes: its scope goes down at once (policies.md 4.11)."""
    decisions = apps.get_model("review.Decision")._default_manager
    automatic = decisions.filter(case__order__in=disputed, source="system", superseded_by=None, harms=None).exclude(outcome=UNDO)
    for decision in automatic:
        report_harm(decision=decision, why="The order that was decided automatically is disputed.", by=User.objects.system())


def _by_chance(share: Decimal) -> bool:
    return secrets.randbelow(10_000) < int(share * 10_000)


def _settle(questions: Sequence[Question]) -> None:
    """Answered, unless it was asked again meanwhile: then it goes on waiting."""
    rows: list[tuple[int, datetime]] = [(question.pk, question.asked_at) for question in questions]
    params: list[Any] = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE advice_question q SET lease_until = NULL, last_error = '',
                state = CASE WHEN q.asked_at = v.asked_at THEN 'answered' ELSE 'pending' END,
                answered_at = CASE WHEN q.asked_at = v.asked_at THEN clock_timestamp() END
            FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(id, asked_at) WHERE q.id = v.id
            """,
            params,
        )
