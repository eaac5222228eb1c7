"""Replay: old questions put to an advisor again, from their snapshots. Orders, cases and recommendations stay as they are.

A run is bounded (a number of questions, money, time) and goes on where it was cut off: `start` names the questions,
`run` asks those without an answer, `replay_report.report` reads what came out.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ordersops.advice import breaker, budget, calls
from ordersops.advice.advisors import SCORECARD, advisor, chosen, version_of
from ordersops.advice.answers import Inquiry, Unregistered
from ordersops.advice.decided import decided_on, decisions
from ordersops.advice.hearing import LATER, SOMEBODY_HAS_TO_LOOK, Heard, hear, with_prompt
from ordersops.advice.models import Prompt, Recommendation, Replay, ReplayAnswer
from ordersops.advice.purse import Halt, Purse
from ordersops.cases.lanes import Lane, Policy, lane
from ordersops.cases.lanes import Prompt as LanePrompt
from ordersops.rollout.content import Content
from ordersops.rollout.models import EVERYTHING, PolicyVersion
from ordersops.rollout.queries import Book

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.stores.models import Store

MOST = 10_000  # questions of one run
BACK_TEST = 200
DAYS = 90
MOST_DOLLARS = Decimal(5)
BATCH = 50
THEN, NOW = "then", "now"


def start(
    *, lane: Lane, store: "Store | None", by: "User", because: str, advisor_key: str = "", since: datetime | None = None,
    until: datetime | None = None, limit: int = 1000, decided_only: bool = False, prompt: str = "", policy: str = THEN,
) -> Replay:  # fmt: skip
    """A run over the newest questions of a lane, one for each snapshot; nobody is asked yet.

    `policy` then asks under the thresholds of that time, now under those in force. Without `advisor_key` it is the advisor in force.
    Raises Unregistered where `prompt` is the name of no registered prompt of the lane.
    """
    key = advisor_key or chosen(lane)[0]
    until = until or timezone.now()
    filters = {
        "since": (since or until - timedelta(days=DAYS)).isoformat(), "until": until.isoformat(), "limit": max(1, min(limit, MOST)),
        "decided_only": decided_only, "prompt": prompt, "policy": policy,
    }  # fmt: skip
    version = version_of(key, asked_as(lane, prompt))
    return Replay.objects.create(
        lane=lane.key, store=store, advisor=key, advisor_version=version.removeprefix(f"{key} "), because=because[:200], filters=filters, by=by
    )  # fmt: skip


def run(
    replay: Replay, *, most_dollars: Decimal = MOST_DOLLARS, seconds: float | None = None, at_once: int = 1,
    tell: Callable[[int], None] = lambda done: None, by_itself: bool = False,
) -> str:  # fmt: skip
    """Ask what has no answer yet. Returns why it stopped before the end, or "" and the run is finished.

    Money spent on this replay counts from its beginning, over all its runs, and is in the day's figures of the stores. One that
    nobody asked for (`by_itself`) keeps within their budgets too. A kill switch and an open breaker stop it. Raises Unregistered
    before anything has left.
    """
    this = asked_as(lane(replay.lane), replay.filters.get("prompt", ""))
    ends = time.monotonic() + seconds if seconds is not None else None
    purse = Purse(replay, most_dollars, by_itself)
    book = Book(this) if replay.filters.get("policy") == NOW else None
    done = 0
    try:
        for batch in _batches(_waiting(replay), BATCH):
            _halt_if_stopped(replay, this)
            for asked, heard in _hear(replay, this, book, batch, purse, at_once, ends):
                _keep(replay, asked, heard, purse)
                done += 1
                tell(done)
                if heard.code in SOMEBODY_HAS_TO_LOOK:
                    said = heard.exchange.detail if heard.exchange else ""
                    raise Halt(f"The advisor cannot be asked until somebody looks ({heard.code}). {said}".strip())
    except Halt as reason:
        return str(reason)
    Replay.objects.filter(pk=replay.pk).update(finished_at=timezone.now())
    replay.refresh_from_db(fields=["finished_at"])
    return ""


def back_test(*, lane: Lane, store: "Store | None", because: str, by: "User", seconds: float | None = None, at_once: int = 4) -> Replay:
    """The advisor in force, under the policy in force, on the newest 200 decided questions; its answers become trials.

    Called again for the same reason it goes on with the unfinished one: a caller with little time calls until `finished_at` is set.
    """
    from ordersops.rollout.actions import observe_replay

    key = _in_force(lane, store)
    version = version_of(key, lane).removeprefix(f"{key} ")
    same = Replay.objects.filter(lane=lane.key, store=store, advisor=key, advisor_version=version, because=because[:200], finished_at=None)
    replay = same.order_by("-started_at").first() or start(
        lane=lane, store=store, by=by, because=because, advisor_key=key, limit=BACK_TEST, decided_only=True, policy=NOW
    )
    if run(replay, seconds=seconds, at_once=1 if key == SCORECARD else at_once, by_itself=True) == "":
        observe_replay(replay)
    return replay


def _in_force(this: Lane, store: "Store | None") -> str:
    """The advisor that the policy of the widest scope leads to: the store's own policy before everybody's, the built-in one else."""
    book, here = Book(this), store.pk if store else None
    rows = sorted(
        (row for row in book.policies if row.scope == EVERYTHING and row.store_id in {here, None}), key=lambda row: row.store_id is None
    )
    return book.of_policy(rows[0] if rows else None, here).advisor


def asked_as(this: Lane, prompt: str) -> Lane:
    """The lane, with the registered prompt of this name in place of its own."""
    if not prompt:
        return this
    row = Prompt.objects.filter(lane=this.key, name=prompt).first()
    if row is None:
        raise Unregistered(f"No prompt {prompt!r} is registered for {this.label.lower()}.")
    return with_prompt(this, LanePrompt(row.name, row.text))


class Asked:
    """One old question: the recommendation it is held against, and the inquiry that is put again."""

    def __init__(self, then: Recommendation, inquiry: Inquiry, decided: str) -> None:
        self.then, self.inquiry, self.decided = then, inquiry, decided


def _halt_if_stopped(replay: Replay, this: Lane) -> None:
    if replay.advisor == SCORECARD:
        return
    if switch := Book(this).stopped(replay.store_id):
        raise Halt(f"Stopped by hand: {switch.why}")
    if (until := breaker.open_until(replay.advisor)) is not None:
        raise Halt(f"The advisor failed again and again and is left alone until {until:%H:%M} UTC.")


def questions(replay: Replay) -> list[uuid.UUID]:
    """The recommendations of the run, newest first, one for each snapshot: the advisor's own before the one shown on the desk."""
    filters = replay.filters
    rows = Recommendation.objects.filter(
        lane=replay.lane, advised_at__gt=parse_datetime(filters["since"]), advised_at__lte=parse_datetime(filters["until"])
    )
    if replay.store_id:
        rows = rows.filter(store=replay.store_id)
    if filters.get("decided_only"):
        decided = decisions().filter(case__lane=replay.lane, decided_at__lte=parse_datetime(filters["until"]))
        rows = rows.filter(snapshot__in=decided.values("recommendation__snapshot"))
    own = Case(When(advisor=replay.advisor, then=Value(0)), default=Value(1))
    one_each = rows.order_by("snapshot_id", own, "-shown", "-advised_at").distinct("snapshot_id")
    found = Recommendation.objects.filter(pk__in=one_each.values("pk")).order_by("-advised_at", "-pk")
    return list(found.values_list("pk", flat=True)[: filters["limit"]])


def _waiting(replay: Replay) -> list[uuid.UUID]:
    """Those not asked yet, and those whose answer may come if they are asked later, or once somebody has looked."""
    settled = set(replay.answers.exclude(code__in=LATER | SOMEBODY_HAS_TO_LOOK).values_list("recommendation_id", flat=True))
    return [pk for pk in questions(replay) if pk not in settled]


def _hear(
    replay: Replay, this: Lane, book: Book | None, batch: Sequence[uuid.UUID], purse: Purse, at_once: int, ends: float | None
) -> Iterator[tuple[Asked, Heard]]:
    """Each question of the batch with what was heard, a few at once; within the purse and the time."""
    answering = advisor(replay.advisor)
    for few in _batches(_asked(this, book, batch), max(1, at_once)):
        if ends is not None and time.monotonic() >= ends:
            raise Halt("The time for this run is up; run it again to go on.")
        purse.check(few)
        if len(few) == 1:
            yield few[0], hear(answering, few[0].inquiry)
            continue

        def alone(one: Asked) -> Heard:
            try:
                return hear(answering, one.inquiry)
            finally:
                connection.close()  # the thread's own

        with ThreadPoolExecutor(len(few)) as pool:
            yield from zip(few, pool.map(alone, few), strict=True)


def _asked(this: Lane, book: Book | None, batch: Sequence[uuid.UUID]) -> list[Asked]:
    rows = {row.pk: row for row in Recommendation.objects.filter(pk__in=batch).select_related("snapshot")}
    snapshots = [row.snapshot_id for row in rows.values()]
    possible: dict[str, set[str]] = {}
    for snapshot, outcome, others in Recommendation.objects.filter(snapshot__in=snapshots).values_list(
        "snapshot_id", "outcome", "alternatives"
    ):
        possible.setdefault(snapshot, set()).update({outcome, *(one["outcome"] for one in others)})
    decided = decided_on(snapshots)
    found = []
    for pk in batch:
        then = rows[pk]
        evidence = then.snapshot.evidence
        policy = book.of(then.store_id, evidence).policy if book else policy_then(this, then.policy_version)
        inquiry = Inquiry(
            lane=this, policy=policy, snapshot=then.snapshot_id, evidence=evidence, signals=this.signals(evidence, policy),
            possible=[key for key in this.outcomes if key in possible[then.snapshot_id]], trace_id=uuid.uuid4().hex,
        )  # fmt: skip
        found.append(Asked(then, inquiry, decided.get(then.snapshot_id, "")))
    return found


def policy_then(this: Lane, version: str) -> Policy:
    """The thresholds of that version (lane/scope/number); the lane's own where no policy of that name was ever written."""
    where, _, number = version.rpartition("/")
    scope = where.partition("/")[2].partition("@")[0]
    rows = PolicyVersion.objects.filter(lane=this.key, scope=scope, number=int(number)) if number.isdecimal() else ()
    found = next((row for row in rows if row.version == version), None)
    return Content.model_validate(found.content).policy(version) if found else this.policy


def _keep(replay: Replay, asked: Asked, heard: Heard, purse: Purse) -> None:
    call = None
    if heard.exchange is not None:
        call = calls.keep(
            heard.exchange, store_id=asked.then.store_id, lane=replay.lane, snapshot_id=asked.then.snapshot_id, advisor=replay.advisor,
            purpose="replay", trace_id=asked.inquiry.trace_id,
        )  # fmt: skip
        purse.spent += call.cost_micros
        budget.charge(store_id=asked.then.store_id, lane=replay.lane, day=timezone.now().date(), spent=call.cost_micros)
    answer = heard.answer
    ReplayAnswer.objects.update_or_create(
        replay=replay, recommendation=asked.then,
        defaults={
            "decided": asked.decided, "outcome": answer.outcome if answer else "", "score": answer.score if answer else None,
            "claims": len(heard.checked), "claims_verified": heard.claims_verified, "verified": heard.verified,
            "flipped": answer is not None and answer.outcome != asked.then.outcome, "differs": differences(replay, asked, heard)[:200],
            "code": heard.code, "cost_micros": call.cost_micros if call else 0, "latency_ms": heard.latency_ms, "call": call,
        },
    )  # fmt: skip


def differences(replay: Replay, asked: Asked, heard: Heard) -> str:
    """Of the scorecard held against itself: what is not the same to the bit, and why; "" where everything is."""
    then, answer = asked.then, heard.answer
    if replay.advisor != SCORECARD or then.advisor != SCORECARD:
        return ""
    if answer is None:
        return "no answer"
    now: dict[str, Any] = {
        "outcome": answer.outcome, "score": answer.score, "confidence": answer.confidence, "claims": [one.as_json() for one in heard.checked],
        "missing": list(answer.missing), "alternatives": [dict(one) for one in answer.alternatives], "justification": heard.justification,
        "verified": heard.verified, "faults": [fault.as_json() for fault in heard.faults],
    }  # fmt: skip
    changed = [name for name, value in now.items() if json.loads(json.dumps(value)) != getattr(then, name)]
    if not changed:
        return ""
    if then.advisor_version != replay.advisor_version:
        why = "weights changed"
    elif then.policy_version.split(" ")[0] != asked.inquiry.policy.version.split(" ")[0]:
        why = "policy changed"
    else:
        why = "the same weights and policy, so this must not be"
    return f"{', '.join(changed)}: {why}"


def _batches(rows: "Sequence[Any]", size: int) -> Iterator[list[Any]]:
    every = iter(rows)
    while batch := list(islice(every, size)):
        yield batch
