"""Answering questions: claim a batch, count the attempt, answer in one transaction."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.actions import answer as answer_questions
from ordersops.advice.models import Question, QuestionState
from ordersops.jobs import LEASE, MAX_ATTEMPTS, backoff, enqueue
from ordersops.rows import Rows

log = logging.getLogger(__name__)
BATCH = 50
QUESTIONS = Rows("advice_question")


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
    return QUESTIONS.oldest()


def _claim() -> list[Question]:
    ids = QUESTIONS.claim(BATCH, LEASE)
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
