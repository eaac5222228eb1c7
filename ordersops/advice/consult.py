"""Asking advisors over the network: claim, count the attempt and commit; call out with no transaction open; then settle.

Nobody waits for an answer: the scorecard's advice is there already, and it stands where none comes (law 11). A worker that
dies in between leaves a lease that runs out.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils import timezone

from ordersops.advice import breaker, budget, calls, prices
from ordersops.advice.advisors import advisor
from ordersops.advice.answers import Inquiry, Unregistered
from ordersops.advice.hearing import LATER, SOMEBODY_HAS_TO_LOOK, Heard, hear
from ordersops.advice.models import Call, CallOutcome, Consultation, ConsultationState, Recommendation
from ordersops.advice.settling import give_up, settle
from ordersops.advice.tracing import span
from ordersops.audit.actions import atomic
from ordersops.cases.lanes import lane as lane_named
from ordersops.jobs import backoff
from ordersops.rollout.models import Mode, PolicyVersion
from ordersops.rollout.queries import Book, InForce, lower
from ordersops.rows import Rows

log = logging.getLogger(__name__)
CONSULTATIONS = Rows("advice_consultation")
AT_ONCE = 8  # calls of one worker side by side: they wait, they do not work
MAX_ATTEMPTS = 3  # a person is waiting; the scorecard's advice is there
LONGEST_WAIT = timedelta(minutes=10)  # after the question; later nobody is helped
# A request is little longer than its evidence: the prompt, the rules of answering and the schema besides.
REST_OF_REQUEST = 20_000

MATTERS_TO_SOMEBODY = {
    CallOutcome.KEY: "The key was refused.",
    CallOutcome.PAYMENT: "The account has no money left, or its spend limit is reached.",
    CallOutcome.REQUEST: "The service refuses our requests.",
    CallOutcome.REDIRECT: "The service's address leads elsewhere.",
    CallOutcome.FOREIGN: "What answers at the service's address is not the service.",
}


def consult() -> int:
    """Ask about what is ready, one small batch side by side. Returns how many consultations it took."""
    batch = _claim()
    if len(batch) == 1:
        _consult(batch[0])
    elif batch:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(_consult_apart, batch))
    return len(batch)


def oldest_ready() -> datetime | None:
    """Since when the oldest consultation has been ready."""
    return CONSULTATIONS.oldest()


def _claim() -> list[Consultation]:
    ids = CONSULTATIONS.claim(AT_ONCE, timedelta(seconds=2 * settings.ADVISOR_DEADLINE + 30))
    rows = Consultation.objects.filter(pk__in=ids).select_related("baseline__snapshot", "order__store")
    return list(rows) if ids else []


def _consult_apart(consultation: Consultation) -> None:
    """In a thread of its own, with a connection of its own."""
    try:
        _consult(consultation)
    finally:
        connections.close_all()


def _consult(consultation: Consultation) -> None:
    """Whatever breaks, the consultation ends: answered, tried again later, or given up with the reason."""
    try:
        if consultation.attempts > MAX_ATTEMPTS:
            give_up(consultation, "attempts", "Every attempt failed or was cut off.")
            return
        _ask(consultation)
    except Unregistered as error:
        breaker.fault(consultation.advisor, alert=str(error))
        give_up(consultation, "prompt", str(error))
    except ImproperlyConfigured as error:
        give_up(consultation, "settings", str(error))
    except Exception as error:
        log.exception("A consultation broke.")
        again(consultation, "broken", f"{type(error).__name__} on our side.")


def _ask(consultation: Consultation) -> None:
    this, evidence = lane_named(consultation.lane), consultation.baseline.snapshot.evidence
    possible = _possible(consultation)
    if Recommendation.objects.filter(
        subject=consultation.baseline.subject, order=consultation.order_id, lane=consultation.lane, consultation=None,
        advised_at__gt=consultation.baseline.advised_at,
    ).exists():  # fmt: skip
        give_up(consultation, "overtaken", "Newer facts came first.", state=ConsultationState.OVERTAKEN)
        return
    if not possible:
        give_up(consultation, "overtaken", "Nothing is left to decide.", state=ConsultationState.OVERTAKEN)
        return
    book = Book(this)
    if lower(book.of(consultation.store_id, evidence).mode, Mode.SHADOW):
        give_up(consultation, "stopped", "The lane is off now.")
        return
    if switch := book.stopped(consultation.store_id):
        give_up(consultation, "stopped", f"Stopped by hand: {switch.why}")
        return
    if (until := breaker.open_until(consultation.advisor)) is not None:
        _wait(consultation, until, "breaker", "The advisor failed again and again and is left alone for a while.", counted=False)
        return
    in_force = _as_asked(book, consultation)
    with span(
        "consultation", lane=this.key, advisor=consultation.advisor, mode=consultation.mode, scope=consultation.scope,
        attempt=consultation.attempts, snapshot=consultation.baseline.snapshot_id[:12],
    ) as trace:  # fmt: skip
        inquiry = Inquiry(
            lane=this, policy=in_force.policy, snapshot=consultation.baseline.snapshot_id, evidence=evidence,
            signals=this.signals(evidence, in_force.policy), possible=possible, trace_id=trace.trace_id,
        )  # fmt: skip
        heard, call = _call(consultation, inquiry, in_force, purpose="live")
        if heard is None:
            return
        trace.set(code=heard.code)
        if heard.answer is not None and heard.answer.outcome not in possible:
            heard = Heard(CallOutcome.UNREADABLE, exchange=heard.exchange)  # what nobody can do is no advice
        if heard.answer is None:
            _failed(consultation, heard)
            return
        breaker.success(consultation.advisor)
        trace.set(outcome=heard.answer.outcome, verified=heard.verified, claims=len(heard.checked))
        second = None
        if consultation.second:
            second, _ = _call(consultation, replace(inquiry, without_customer=True), in_force, purpose="second")
        settle(consultation, inquiry=inquiry, heard=heard, call=call, second=second)


@atomic
def _possible(consultation: Consultation) -> list[str]:
    """What can still be decided; nobody is kept waiting while the advisor is asked."""
    this = lane_named(consultation.lane)
    return [key for subject in this.lock([consultation.baseline.subject]) for key in this.possible(subject)]


def _call(consultation: Consultation, inquiry: Inquiry, in_force: InForce, *, purpose: str) -> tuple[Heard | None, Call | None]:
    """One call within the day's budget, kept with what it cost. None where there was no money for it: then the consultation is over."""
    model = {"claude": settings.CLAUDE, "openai": settings.OPENAI}[consultation.advisor]["model"]
    today, limit = timezone.now().date(), budget.of_policy(in_force.content.budget)
    size = len(consultation.baseline.snapshot.body) + REST_OF_REQUEST
    most = prices.most_micros(model, size, settings.ADVISOR_MAX_TOKENS, on=today)
    account: dict[str, Any] = {"store_id": consultation.store_id, "lane": consultation.lane, "day": today}
    if not budget.reserve(**account, most=most, budget=limit):
        if purpose == "live":
            why = f"The day's budget of {limit / budget.MICROS:,.2f} US dollars for advice in this store is spent."
            give_up(consultation, "budget", why)
        return None, None
    spent = most  # unless it is known better: a call that was cut off may have cost all of it
    try:
        heard = hear(advisor(consultation.advisor), inquiry)
        call = None
        if heard.exchange is not None:
            call = calls.keep(
                heard.exchange, store_id=consultation.store_id, lane=consultation.lane, snapshot_id=consultation.baseline.snapshot_id,
                purpose=purpose, advisor=consultation.advisor, trace_id=inquiry.trace_id, attempt=consultation.attempts,
            )  # fmt: skip
            usage = heard.exchange.usage
            spent = budget.billed(heard.exchange.outcome, usage_known=bool(usage.input or usage.output), cost=call.cost_micros, most=most)
        return heard, call
    except Unregistered:
        spent = 0
        raise
    finally:
        budget.settle(**account, reserved=most, spent=spent)


def _failed(consultation: Consultation, heard: Heard) -> None:
    """Retry later, ask a person, or tell somebody: each failure has its outcome (platform.md 1)."""
    code = CallOutcome(heard.code)
    detail = heard.exchange.detail if heard.exchange else ""
    why = f"{code.label}." + (f" {detail}" if detail else "")
    wait = timedelta(seconds=min(heard.exchange.retry_after or 0, 86_400)) if heard.exchange else timedelta(0)
    if code in SOMEBODY_HAS_TO_LOOK:
        breaker.fault(consultation.advisor, alert=MATTERS_TO_SOMEBODY.get(code, why))
        give_up(consultation, code, why)
    elif code in LATER:
        breaker.fault(consultation.advisor, pause=wait)
        _wait(consultation, timezone.now() + max(backoff(consultation.attempts), wait), code, why)
    elif consultation.attempts < 2:
        again(consultation, code, why)  # what a model says may be better the second time; a third would be a gamble
    else:
        give_up(consultation, code, why)


def _wait(consultation: Consultation, until: datetime, code: str, why: str, *, counted: bool = True) -> None:
    """Ask again then, if that is soon enough and not the last attempt."""
    if until > consultation.asked_at + LONGEST_WAIT or (counted and consultation.attempts >= MAX_ATTEMPTS):
        give_up(consultation, code, why)
    else:
        again(consultation, code, why, at=until, counted=counted)


def again(consultation: Consultation, code: str, why: str, *, at: datetime | None = None, counted: bool = True) -> None:
    """Leave it for a later attempt."""
    if counted and consultation.attempts >= MAX_ATTEMPTS:
        give_up(consultation, code, why)
        return
    Consultation.objects.filter(pk=consultation.pk, state=ConsultationState.PENDING, attempts=consultation.attempts).update(
        not_before=at or timezone.now() + backoff(consultation.attempts), lease_until=None, code=code, last_error=why[:500],
        attempts=consultation.attempts if counted else consultation.attempts - 1,
    )  # fmt: skip


def _as_asked(book: Book, consultation: Consultation) -> InForce:
    """The policy under which the question was asked: a newer one asks anew, it does not judge older questions."""
    now = book.of(consultation.store_id, consultation.baseline.snapshot.evidence)
    if now.version == consultation.policy_version:
        return now
    row = next((row for row in _versions(consultation) if row.version == consultation.policy_version), None)
    return book.of_policy(row, consultation.store_id)


def _versions(consultation: Consultation) -> Sequence[PolicyVersion]:
    stores: list[UUID | None] = [consultation.store_id, None]
    rows = PolicyVersion.objects.filter(lane=consultation.lane, scope=consultation.scope)
    return [row for row in rows if row.store_id in stores]
