"""Verbs of advice: asking a lane about an order, and answering from frozen evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice import scorecard
from ordersops.advice.facts import SCHEMA, Evidence, sha256
from ordersops.advice.models import Question, Recommendation, Signal, Snapshot
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import Opening, open_cases
from ordersops.cases.lanes import Lane, Seen, lane, lanes
from ordersops.ids import uuid7
from ordersops.jobs import enqueue
from ordersops.orders.actions import hold_for_fraud, set_risk
from ordersops.orders.changes import Change
from ordersops.orders.lifecycle import Risk
from ordersops.orders.models import Order

CLEAR = "clear"


@dataclass(slots=True)
class Assessed:
    """One order with its evidence and what was made of it."""

    order: Order
    evidence: Evidence
    seen: list[Seen]
    advice: scorecard.Advice
    recommendation: Recommendation


def ask(*, changes: Sequence[Change]) -> int:
    """Raise the questions that these changes touch, in the caller's unit. Returns how many.

    A question that still waits takes the new reason's time; one that is being answered right now is asked again.
    """
    rows = []
    for change in changes:
        if change.order.placed_at is None:
            continue
        for key, one in lanes().items():
            if because := one.touched_by(change):
                rows.append((change.order.store_id, key, change.order.pk, because))
    if not rows:
        return 0
    rows.sort(key=lambda row: row[2])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO advice_question AS q (store_id, lane, order_id, because, state, asked_at, attempts, not_before, last_error)
            SELECT store, lane, "order", because, 'pending', clock_timestamp(), 0, now(), ''
            FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[]) AS v(store, lane, "order", because)
            ON CONFLICT (lane, order_id) WHERE state = 'pending' DO UPDATE SET asked_at = clock_timestamp(), attempts = 0, not_before = now()
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
    enqueue("advice.answer")
    return len(rows)


@atomic
def answer(*, lane_key: str, questions: Sequence[Question], by: User) -> list[Assessed]:
    """Answer the questions of one lane: evidence, signals, recommendation, and what follows from the band.

    Clear orders pass and say why. Anomalous and high ones are held and become cases; many that share a key in a short
    time become one. A constant number of queries for any number of questions, whatever the history.
    """
    this = lane(lane_key)
    ids = [question.order_id for question in questions]
    orders = list(
        Order.objects.filter(pk__in=ids)
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("store", "customer")
        .prefetch_related("lines", "transactions", "disputes", "shipments")
    )
    evidence = this.gather(orders)
    assessed = [_assess(this, order, evidence[order.pk]) for order in orders]
    _write(this, assessed, by)
    _follow(this, assessed, by)
    _settle(questions)
    return assessed


def _assess(this: Lane, order: Order, evidence: Evidence) -> Assessed:
    seen = this.signals(evidence)
    advice = scorecard.advise(lane=this, evidence=evidence, signals=seen, possible=this.possible(order) or list(this.outcomes))
    body = evidence.canonical()
    recommendation = Recommendation(
        id=uuid7(), store_id=order.store_id, lane=this.key, order=order, snapshot_id=sha256(body), advisor=advice.advisor,
        advisor_version=advice.advisor_version, policy_version=this.policy.version, outcome=advice.outcome, score=advice.score,
        band=advice.band, confidence=advice.confidence, justification=advice.justification, claims=[claim.as_json() for claim in advice.claims],
        missing=advice.missing, alternatives=advice.alternatives, verified=advice.verified, advised_at=timezone.now(),
    )  # fmt: skip
    recommendation.body = body  # type: ignore[attr-defined]
    return Assessed(order, evidence, seen, advice, recommendation)


def _write(this: Lane, assessed: Sequence[Assessed], by: User) -> None:
    now = timezone.now()
    Snapshot.objects.bulk_create(
        [
            Snapshot(
                sha256=one.recommendation.snapshot_id, store_id=one.order.store_id, lane=this.key, order=one.order, schema=SCHEMA,
                body=one.recommendation.body, taken_at=now,  # type: ignore[attr-defined]
            )
            for one in assessed
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    Recommendation.objects.bulk_create([one.recommendation for one in assessed])
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
    for one in assessed:
        record(
            Verb.ORDER_ASSESSED, by=by, order=one.order, lane=this.key, band=one.advice.band, score=one.advice.score,
            signals=len(one.seen), snapshot=one.recommendation.snapshot_id,
        )  # fmt: skip


def _follow(this: Lane, assessed: Sequence[Assessed], by: User) -> None:
    """Holds, the risk axis and cases."""
    clear, doubtful = [], []
    decided = _decided_scores([one.order.pk for one in assessed if one.order.risk == Risk.APPROVED], this.key)
    for one in assessed:
        risk = one.order.risk
        if one.advice.band == CLEAR and risk in {Risk.NOT_ASSESSED, Risk.CLEAR}:
            clear.append(one)
        elif not this.possible(one.order):
            continue  # it has left or is cancelled: nobody can decide about it any more
        elif risk == Risk.NEEDS_REVIEW or risk == Risk.VERIFICATION_REQUESTED:
            doubtful.append(one)  # its case gets the new advice, also a clear one: a person asked keeps the last word
        elif one.advice.band != CLEAR and risk in {Risk.NOT_ASSESSED, Risk.CLEAR}:
            doubtful.append(one)
        elif risk == Risk.APPROVED and one.advice.score > decided.get(one.order.pk, 100):
            doubtful.append(one)  # new facts speak louder than those on which it was released
    set_risk(orders=[one.order for one in clear], to=Risk.CLEAR, by=by)
    if not doubtful:
        return
    hold_for_fraud(orders=[one.order for one in doubtful], by=by)
    set_risk(orders=[one.order for one in doubtful], to=Risk.NEEDS_REVIEW, by=by)
    open_cases(lane=this, openings=[_opening(this, one) for one in doubtful], by=by)


def _opening(this: Lane, one: Assessed) -> Opening:
    due_in = this.policy.review_within.get(one.advice.band) or max(this.policy.review_within.values())
    tier = one.order.customer.tier if one.order.customer else ""
    return Opening(
        order=one.order, recommendation_id=one.recommendation.pk, advisor=one.advice.advisor, outcome=one.advice.outcome,
        band=one.advice.band, score=one.advice.score, headline=this.headline(one.evidence, one.seen)[:200],
        attack_key=this.attack_key(one.evidence), due_at=timezone.now() + due_in,
        priority=this.priority(amount=one.order.total, score=one.advice.score, due_in=due_in, tier=tier),
    )  # fmt: skip


def _decided_scores(orders: Sequence[UUID], lane_key: str) -> dict[UUID, int]:
    """The score of the advice on which each order was decided last."""
    if not orders:
        return {}
    rows = Recommendation.objects.filter(order__in=orders, lane=lane_key, decisions__isnull=False).order_by("advised_at")
    return dict(rows.values_list("order_id", "score"))


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
