"""Sending what waits in the outbox: claim a batch, count the attempts and commit; call without a transaction; write down how it ended.

A worker that dies at any instant leaves leases that run out, and the next one sends again with the same id: at least once,
and the receiver can tell. A subscriber's events of one stream leave one after the other; one line that fails rests, and
delays no other.
"""

import logging
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from ordersops.accounts.access import can, read_rights
from ordersops.accounts.models import User
from ordersops.audit.actions import atomic
from ordersops.breaker import Breakers
from ordersops.notifications import stopping
from ordersops.notifications.channels import SECONDS, Call, Result, email, slack, teams, webhook
from ordersops.notifications.fan_out import may_be_told
from ordersops.notifications.message import compose, trial
from ordersops.notifications.models import Attempt, Channel, Outgoing, State, Subscriber
from ordersops.notifications.payload import body
from ordersops.notifications.topics import TOPICS

log = logging.getLogger(__name__)
breakers = Breakers("notifications_breaker", "key")

PER_LINE, BATCH, SIDE_BY_SIDE = 8, 32, 16
LEASE = timedelta(seconds=SECONDS * 2 * BATCH / SIDE_BY_SIDE + 20)
MOST_IN_ONE = 300  # rows of a digest
# Pauses after failed attempts, in seconds: eleven attempts over a day and a half, each pause up to a fifth longer.
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200)
MOST_ATTEMPTS = len(PAUSES) + 1


@dataclass(slots=True)
class Parcel:
    """What leaves in one call: one row, or the rows of a digest."""

    rows: list[Outgoing]
    call: Call | None = None
    dropped: str = ""  # why it is not wanted any more

    @property
    def first(self) -> Outgoing:
        return self.rows[0]


def deliver() -> int:
    """Send what is due, one batch. Returns how many rows it took."""
    rows = _claim()
    if not rows:
        return 0
    parcels = list(_parcels(rows))
    _prepare(parcels)
    with ThreadPoolExecutor(max_workers=min(SIDE_BY_SIDE, len(parcels))) as pool:
        under_way = {pool.submit(parcel.call): parcel for parcel in parcels if parcel.call}
        for parcel in parcels:
            if parcel.call is None:
                _drop(parcel)
        waiting = set(under_way)
        while waiting:
            # Those that answer together are written down together; who is slow keeps nobody's result waiting.
            ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            _settle([(under_way[one], _result(one)) for one in ended])
    return len(rows)


def _result(ended: "Future[Result]") -> Result:
    error = ended.exception()
    if error is None:
        return ended.result()
    log.error("A message could not be sent.", exc_info=error)
    return Result(False, error=f"{type(error).__name__} on our side.")


def oldest_ready() -> datetime | None:
    """Since when the oldest message has been ready; one whose line rests is not."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, {"per_line": 1})
        (since,) = cursor.fetchone() or (None,)
    return since


# --- Claiming -------------------------------------------------------------------------------------------------------
# Each line gives no more than its share, so that a long backlog of one keeps nobody waiting.
_READY = """
    FROM notifications_breaker b
    CROSS JOIN LATERAL (
        SELECT o.id, o.not_before FROM notifications_outgoing o
        WHERE o.line = b.key AND o.state IN ('ready', 'sending') AND o.not_before <= statement_timestamp()
            AND (o.state = 'ready' OR o.lease_until <= statement_timestamp())
            AND (o.subscriber_id IS NULL OR o.stream = '' OR NOT EXISTS (
                SELECT FROM notifications_outgoing e
                WHERE e.subscriber_id = o.subscriber_id AND e.stream = o.stream AND e.seq < o.seq AND e.state IN ('ready', 'sending')))
        ORDER BY o.not_before, o.id LIMIT %(per_line)s
        {lock}
    ) ready
    WHERE b.open_until IS NULL OR b.open_until <= statement_timestamp()
"""
_OLDEST = "SELECT min(ready.not_before)" + _READY.format(lock="")
_CLAIM = f"""
    WITH ready AS MATERIALIZED (
        SELECT ready.id {_READY.format(lock="FOR UPDATE OF o SKIP LOCKED")} ORDER BY ready.not_before, ready.id LIMIT %(batch)s)
    UPDATE notifications_outgoing o SET state = 'sending', attempts = o.attempts + 1,
        lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
    FROM ready WHERE o.id = ready.id RETURNING o.id
"""  # noqa: S608  our own text


def _claim() -> list[Outgoing]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"per_line": PER_LINE, "batch": BATCH, "lease": LEASE.total_seconds()})
            ids = [row[0] for row in cursor.fetchall()]
        if ids:
            ids += _companions(ids)
    return _load(ids)


def _companions(ids: list[UUID]) -> list[UUID]:
    """The other rows of the bundles that were claimed, which leave with them."""
    bundles = set(Outgoing.objects.filter(pk__in=ids).exclude(bundle="").values_list("bundle", flat=True))
    found: list[UUID] = []
    for bundle in sorted(bundles):
        waiting = Outgoing.objects.filter(bundle=bundle, state=State.READY, not_before__lte=timezone.now()).order_by("not_before", "id")
        found += list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:MOST_IN_ONE])
    if found:
        now = timezone.now()
        for row in (rows := Outgoing.objects.filter(pk__in=found)):
            row.state, row.attempts, row.lease_until = State.SENDING, row.attempts + 1, now + LEASE
        Outgoing.objects.bulk_update(rows, ["state", "attempts", "lease_until"])
    return found


def _load(ids: Sequence[UUID]) -> list[Outgoing]:
    if not ids:
        return []
    rows = Outgoing.objects.filter(pk__in=ids).select_related("subscriber__owner", "person", "rule", "event__order")
    return list(rows.order_by("-seq", "-id"))


def _parcels(rows: Sequence[Outgoing]) -> Iterator[Parcel]:
    bundles: dict[str, Parcel] = {}
    for row in rows:
        if not row.bundle:
            yield Parcel([row])
        elif row.bundle in bundles:
            bundles[row.bundle].rows.append(row)
        else:
            bundles[row.bundle] = Parcel([row])
    for parcel in bundles.values():
        parcel.rows.sort(key=lambda row: row.event_id or 0, reverse=True)
        yield parcel


# --- Making the calls -----------------------------------------------------------------------------------------------
def _prepare(parcels: Sequence[Parcel]) -> None:
    """Everything that needs the database; who may not see it now, or wants it no more, gets nothing."""
    people = {row.person_id: row.person for parcel in parcels for row in parcel.rows if row.person}
    owners = {one.owner_id: one.owner for parcel in parcels if (one := parcel.first.subscriber)}
    known: dict[Any, User] = {**owners, **people}
    read_rights(list(known.values()))
    for parcel in parcels:
        for row in parcel.rows:
            if row.person:
                row.person = known[row.person_id]
            if row.subscriber:
                row.subscriber.owner = known[row.subscriber.owner_id]
        try:
            _prepare_one(parcel)
        except Exception as error:
            log.exception("A message could not be drawn.")
            failed = Result(False, error=f"{type(error).__name__} on our side.")
            parcel.call = lambda failed=failed: failed


def _prepare_one(parcel: Parcel) -> None:
    if parcel.first.subscriber:
        _webhook(parcel, parcel.first.subscriber)
    elif parcel.first.content is not None and parcel.first.secret_target:
        parcel.call = slack.answer(url=parcel.first.secret_target, content=parcel.first.content)
    else:
        _notice(parcel)


def _webhook(parcel: Parcel, to: Subscriber) -> None:
    row = parcel.first
    if to.removed_at or not (to.is_active or row.content is not None):
        parcel.dropped = "The webhook is stopped."
    elif row.content is not None:
        parcel.call = webhook.call(url=to.url, message_id=row.message_id, body=str(row.content["body"]), secrets=to.secrets())
    elif row.event is None:
        parcel.dropped = "The event is not in the history any more."
    elif not may_be_told(to, row.event.store_id):
        parcel.dropped = f"{to.owner} may not see this any more."
    else:
        number = row.event.order.external_id if row.event.order_id and row.event.order else ""
        parcel.call = webhook.call(
            url=to.url, message_id=row.message_id, body=body(row.event, order_external_id=number), secrets=to.secrets()
        )


def _notice(parcel: Parcel) -> None:
    """Leaves out of a digest what is not wanted any more; the rest goes."""
    keep = [row for row in parcel.rows if _is_wanted(row)]
    person, rule = parcel.first.person, parcel.first.rule
    if not keep or person is None or (rule is None and parcel.first.event_id):
        parcel.dropped = "It is not wanted any more."
        return
    gone = [row for row in parcel.rows if row not in keep]
    if gone:
        _drop(Parcel(gone, dropped="It is not wanted any more."))
        parcel.rows = keep
    channel, first = keep[0].channel, keep[0]
    message = trial(first) if first.event_id is None else compose(keep, person, buttons=channel == Channel.SLACK)
    if channel == Channel.EMAIL:
        parcel.call = email.call(to=person.email, message=message)
    elif channel == Channel.SLACK:
        parcel.call = slack.call(target=first.target, message=message)
    elif rule is not None and rule.teams_url:
        parcel.call = teams.call(url=rule.teams_url, message=message)
    else:
        parcel.dropped = "The rule has no Teams address any more."


def _is_wanted(row: Outgoing) -> bool:
    """Whether the person still asks for it and may still see it."""
    if row.person is None or not row.person.is_active:
        return False
    if row.event_id is None:
        return True
    if row.rule is None or not row.rule.is_active or row.event is None:
        return False
    topics = [TOPICS[key] for key in row.rule.topics if key in TOPICS and row.verb in TOPICS[key].verbs]
    return any(row.event.store_id and can(row.person, topic.needs, row.event.store_id) for topic in topics)


# --- How it ended ---------------------------------------------------------------------------------------------------
@atomic
def _settle(ended: Sequence[tuple[Parcel, Result]]) -> None:
    """Write down how these calls ended: one line in the log for each row, and what becomes of it."""
    tries = [
        Attempt(
            outgoing=row, number=row.attempts, status=result.status, latency_ms=result.latency_ms, excerpt=result.excerpt,
            error=result.error[:300],
        )
        for parcel, result in ended for row in parcel.rows
    ]  # fmt: skip
    Attempt.objects.bulk_create(tries)
    now = timezone.now()
    ours = _ours([row for parcel, _ in ended for row in parcel.rows])
    taken = [row.pk for parcel, result in ended for row in parcel.rows if result.ok and row.pk in ours]
    Outgoing.objects.filter(pk__in=taken).update(state=State.DONE, settled_at=now, lease_until=None, last_error="")
    for parcel, result in ended:
        if not result.ok:
            _failed([row for row in parcel.rows if row.pk in ours], result, now)
    _tell_lines(ended)
    well = {parcel.first.subscriber_id for parcel, result in ended if result.ok and parcel.first.subscriber_id}
    Subscriber.objects.filter(pk__in=well, failing_since__isnull=False).update(failing_since=None)
    for parcel, result in ended:
        if not result.ok and parcel.first.subscriber_id and (result.gone or parcel.first.subscriber_id not in well):
            _tell_subscriber(parcel.first.subscriber_id, result, now)


def _failed(rows: Sequence[Outgoing], result: Result, now: datetime) -> None:
    for row in rows:
        row.lease_until, row.last_error = None, result.error[:300]
        if result.permanent or row.attempts >= MOST_ATTEMPTS:
            row.state, row.settled_at = State.DEAD, now
        else:
            row.state, row.not_before = State.READY, now + max(pause(row.attempts), timedelta(seconds=result.retry_after or 0))
        row.save(update_fields=["state", "lease_until", "last_error", "settled_at", "not_before"])


def _tell_lines(ended: Sequence[tuple[Parcel, Result]]) -> None:
    """Breakers in the order of their names, so that two workers do not wait for each other."""
    for parcel, result in sorted(ended, key=lambda one: (one[0].first.line, one[1].ok)):
        line = parcel.first.line
        if result.alert or not (result.ok or result.permanent):
            breakers.fault(line, pause=timedelta(seconds=result.retry_after) if result.retry_after else None, alert=result.alert)
    for line in sorted({parcel.first.line for parcel, result in ended if result.ok}):
        breakers.success(line)


def pause(attempts: int) -> timedelta:
    """After so many failed attempts; never exactly the same, so that what failed together does not come back together."""
    return timedelta(seconds=PAUSES[min(max(attempts, 1), len(PAUSES)) - 1] * random.uniform(1, 1.2))  # noqa: S311


def _tell_subscriber(pk: UUID, result: Result, now: datetime) -> None:
    Subscriber.objects.filter(pk=pk, failing_since=None).update(failing_since=now)
    if result.gone:
        stopping.stop(pk, "The receiver answered 410: it wants no more webhooks.")
    else:
        stopping.stop_if_long(pk, now, result.error)


@transaction.atomic
def _drop(parcel: Parcel) -> None:
    ours = Outgoing.objects.filter(pk__in=_ours(parcel.rows))
    ours.update(state=State.DROPPED, lease_until=None, settled_at=timezone.now(), last_error=parcel.dropped[:300])


def _ours(rows: Sequence[Outgoing]) -> set[UUID]:
    """Lock the rows; those of which this attempt is still the last one. A worker slower than its lease has lost its say."""
    counts = {row.pk: row.attempts for row in rows}
    found = Outgoing.objects.select_for_update().filter(pk__in=counts, state=State.SENDING).order_by("pk")
    return {pk for pk, attempts in found.values_list("pk", "attempts") if attempts == counts[pk]}
