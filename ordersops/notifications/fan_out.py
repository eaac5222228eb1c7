"""From the history to the outbox: who wants an event, and one row for each of them.

Asked here and again before the message leaves: may its recipient see the event now (law 18).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from ordersops.accounts.access import can, read_rights
from ordersops.accounts.roles import Perm
from ordersops.audit.models import Event
from ordersops.cases.models import Case
from ordersops.jobs import enqueue
from ordersops.notifications import reading
from ordersops.notifications.models import Breaker, Channel, Outgoing, Rule, Severity, SlackAccount, Subscriber
from ordersops.notifications.payload import message_id
from ordersops.notifications.topics import TOPICS, VERBS, Topic, meant_for

# What the owner of a subscriber needs in the event's store.
TOLD = (Perm.MANAGE_STORES, Perm.VIEW_AUDIT)


def fan_out() -> int:
    """Write the rows of what is new in the history. Returns how many events were looked at."""
    return reading.read(spread)


oldest_unread = reading.oldest_unread


def spread(events: Sequence[Event]) -> None:
    """Write one row for each event and recipient, and wake up those who send. In the caller's transaction."""
    rows = {row.dedupe_key: row for row in sorted([*_webhooks(events), *_messages(events)], key=lambda row: row.not_before, reverse=True)}
    if not rows:
        return
    Breaker.objects.bulk_create([Breaker(key=key) for key in sorted({row.line for row in rows.values()})], ignore_conflicts=True)
    Outgoing.objects.bulk_create(rows.values(), ignore_conflicts=True, batch_size=2000)
    enqueue("notifications.deliver")


def may_be_told(subscriber: Subscriber, store_id: UUID | None) -> bool:
    """Whether the subscriber may have events of the store now: in sight of its owner, whose account is open."""
    if not subscriber.owner.is_active or store_id is None or subscriber.store_id not in {None, store_id}:
        return False
    return all(can(subscriber.owner, perm, store_id) for perm in TOLD)


def dedupe(*parts: object) -> str:
    """The key under which a message can be there only once."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


# --- Subscribers ----------------------------------------------------------------------------------------------------
def _webhooks(events: Sequence[Event]) -> Iterable[Outgoing]:
    verbs = {event.verb for event in events}
    found = Subscriber.objects.filter(is_active=True, removed_at=None, verbs__overlap=sorted(verbs)).select_related("owner")
    subscribers = list(found)
    if not subscribers:
        return
    read_rights([one.owner for one in subscribers])
    now = timezone.now()
    for event in events:
        for one in subscribers:
            if event.verb in one.verbs and event.at >= one.created_at and may_be_told(one, event.store_id):
                name = message_id(event)
                yield Outgoing(
                    channel=Channel.WEBHOOK, line=one.line, subscriber=one, event=event, message_id=name, verb=event.verb, stream=event.stream,
                    seq=event.seq, dedupe_key=dedupe(name, one.pk), not_before=now,
                )  # fmt: skip


# --- People ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _About:
    """What the rules ask of an event besides its verb."""

    severity: Severity
    lane: str
    meant_for: frozenset[UUID]


def _messages(events: Sequence[Event]) -> Iterable[Outgoing]:
    told = [event for event in events if event.verb in VERBS]
    if not told:
        return
    topics = [topic.key for topic in TOPICS.values() if any(event.verb in topic.verbs for event in told)]
    rules = list(Rule.objects.filter(is_active=True, person__is_active=True, topics__overlap=topics).select_related("person"))
    if not rules:
        return
    read_rights([rule.person for rule in rules])
    slack = _slack_users(rules)
    about = _about(told)
    now = timezone.now()
    for event in told:
        for rule in rules:
            if event.at >= rule.created_at and _fits(rule, event, about[event.pk]):
                row = _message(rule, event, about[event.pk].severity, slack.get(rule.person_id, ""), now)
                if row is not None:
                    yield row


def _fits(rule: Rule, event: Event, about: _About) -> bool:
    """Nobody is told of what they did themselves."""
    if event.actor_id == rule.person_id or event.store_id is None or rule.store_id not in {None, event.store_id}:
        return False
    if rule.lane and rule.lane != about.lane:
        return False
    return any(_wants(TOPICS[key], rule, event, about) for key in rule.topics if key in TOPICS)


def _wants(topic: Topic, rule: Rule, event: Event, about: _About) -> bool:
    may = event.store_id is not None and can(rule.person, topic.needs, event.store_id)
    return may and topic.fits(event, rule.person_id, about.meant_for)


def _message(rule: Rule, event: Event, severity: Severity, slack_user: str, now: datetime) -> Outgoing | None:
    channel, _, pace = getattr(rule, severity).partition(":")
    found = way(rule, channel, slack_user)
    if found is None:
        return None
    line, target = found
    quiet = None if severity == Severity.HIGH and rule.high_comes_through else rule.quiet_ends(now)
    due = now if pace == "now" else rule.next_digest(pace, now)
    if quiet is not None and quiet > due:
        due, pace = quiet, "quiet"
    name = message_id(event)
    return Outgoing(
        channel=channel, line=line, person=rule.person, rule=rule, event=event, message_id=name, verb=event.verb, severity=severity,
        stream=event.stream, seq=event.seq, target=target, dedupe_key=dedupe(name, line, rule.person_id, target), not_before=due,
        bundle="" if pace == "now" else f"{line}:{pace}:{rule.person_id}:{target}"[:120],
    )  # fmt: skip


def way(rule: Rule, channel: str, slack_user: str) -> tuple[str, str] | None:
    """(line, target) by which the rule's messages go; None where the way is not open."""
    if channel == Channel.EMAIL:
        return "email", ""
    if channel == Channel.SLACK and settings.SLACK["token"]:
        target = rule.slack_channel or slack_user
        return ("slack", target) if target else None
    if channel == Channel.TEAMS and rule.teams_url:
        return f"teams:{hashlib.sha256(rule.teams_url.encode()).hexdigest()[:24]}", ""
    return None


def _slack_users(rules: Sequence[Rule]) -> dict[UUID, str]:
    accounts = SlackAccount.objects.filter(person__in={rule.person_id for rule in rules}, confirmed_at__isnull=False)
    return dict(accounts.values_list("person_id", "slack_user"))


def _about(events: Sequence[Event]) -> dict[int, _About]:
    """Severity and lane of each event, as it says itself or its case says, and whom it is meant for. A constant number of queries."""
    ids = {event.case_id for event in events if event.case_id}
    cases: dict[Any, tuple[str, str]] = {
        pk: (band, lane) for pk, band, lane in Case.objects.filter(pk__in=ids).values_list("pk", "band", "lane")
    }
    meant = meant_for(events)
    found = {}
    for event in events:
        band, lane = cases.get(event.case_id, ("", ""))
        said = str(event.data.get("band") or band)
        severity = Severity(said) if said in {Severity.HIGH, Severity.ANOMALOUS} else Severity.REST
        found[event.pk] = _About(severity, str(event.data.get("lane") or lane), frozenset(meant.get(event.pk, ())))
    return found
