"""Answering questions: claim a batch, count the attempt, answer in one transaction."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.actions import answer as answer_questions
from ordersops.advice.models import Question, QuestionState
from ordersops.jobs import LEASE, MAX_ATTEMPTS, backoff, enqueue

log = logging.getLogger(__name__)
BATCH = 50


def answer() -> int:
    """Answer what is ready now, one batch. Returns how many questions it took."""
    batch = _claim()
    if len(batch) == BATCH:
        enqueue("advice.answer")
    by_lane = defaultdict(list)
    for question in batch:
        by_lane[question.lane].append(question)
    for lane, questions in by_lane.items():
        _answer(lane, questions)
    return len(batch)


def oldest_ready() -> datetime | None:
    """Since when the oldest question has been ready."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT not_before FROM advice_question WHERE state = 'pending' AND not_before <= statement_timestamp()"
            " AND (lease_until IS NULL OR lease_until <= statement_timestamp()) ORDER BY not_before LIMIT 1"
        )
        row = cursor.fetchone()
    return row[0] if row else None


_CLAIM = """
    WITH ready AS (
        SELECT id FROM advice_question
        WHERE state = 'pending' AND not_before <= statement_timestamp() AND (lease_until IS NULL OR lease_until <= statement_timestamp())
        ORDER BY not_before, id LIMIT %s FOR UPDATE SKIP LOCKED
    )
    UPDATE advice_question q SET attempts = q.attempts + 1, lease_until = statement_timestamp() + make_interval(secs => %s)
    FROM ready WHERE q.id = ready.id RETURNING q.id
"""


def _claim() -> list[Question]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [BATCH, LEASE.total_seconds()])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Question.objects.filter(pk__in=ids)) if ids else []


def _answer(lane: str, questions: Sequence[Question]) -> None:
    """Answer together; where that fails, one by one, so that one order cannot keep the others waiting."""
    if exhausted := [question for question in questions if question.attempts > MAX_ATTEMPTS]:
        for question in exhausted:
            _fail(question, RuntimeError("Every worker that took this question died at it."))
        questions = [question for question in questions if question.attempts <= MAX_ATTEMPTS]
        if not questions:
            return
    try:
        answer_questions(lane_key=lane, questions=questions, by=User.objects.system())
    except Exception as error:  # noqa: BLE001  whatever breaks, the question must not be lost
        if len(questions) == 1:
            _fail(questions[0], error)
            return
        log.warning("%d questions are answered one by one: %s", len(questions), error)
        for question in questions:
            _answer(lane, [question])


def _fail(question: Question, error: Exception) -> None:
    """Try again later; after five attempts the question waits for a person on the intake page. Nothing is approved by an error."""
    log.warning("Question %s could not be answered.", question.pk, exc_info=error)
    dead = question.attempts >= MAX_ATTEMPTS
    Question.objects.filter(pk=question.pk, asked_at=question.asked_at).update(
        state=QuestionState.DEAD if dead else QuestionState.PENDING, not_before=timezone.now() + backoff(question.attempts),
        lease_until=None, last_error=f"{type(error).__name__}: {error}".replace("\x00", "")[:500],
    )  # fmt: skip
