"""Verbs on what a person wants to be told of. Everybody sets their own, and nobody another's."""

import re
from collections.abc import Iterable
from datetime import time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from ordersops.accounts.access import rights
from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lanes
from ordersops.errors import Conflict, Invalid
from ordersops.ids import uuid7
from ordersops.jobs import enqueue
from ordersops.notifications.fan_out import way
from ordersops.notifications.models import Breaker, Outgoing, Route, Rule, Severity, SlackAccount
from ordersops.notifications.topics import TOPICS
from ordersops.stores.callbacks import check_callback_url, is_private
from ordersops.stores.models import Store
from ordersops.zones import zones

MOST = 20  # of one person
MOST_TESTS = 5  # a minute
_SLACK_CHANNEL = re.compile(r"[CG][A-Z0-9]{5,20}")


@atomic
def save(
    *,
    by: User,
    rule: Rule | None = None,
    topics: Iterable[str],
    high: str = "",
    anomalous: str = "",
    rest: str = "",
    lane: str = "",
    store: Store | None = None,
    slack_channel: str = "",
    teams_url: str | None = None,
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    time_zone: str = "UTC",
    high_comes_through: bool = True,
    is_active: bool = True,
) -> Rule:
    """Set a rule of one's own, a new one where none is given. An empty `teams_url` forgets the address; None keeps it.

    Raises Invalid, naming what was not taken: a rule needs a topic, a way for at least one severity, and what that way needs.
    """
    this = _mine(rule, by) if rule else Rule(person=by)
    if rule is None and Rule.objects.filter(person=by).count() >= MOST:
        raise Conflict(f"You have {MOST} rules already. Change or remove one of them.")
    this.topics = _topics(topics)
    for severity, route in ((Severity.HIGH, high), (Severity.ANOMALOUS, anomalous), (Severity.REST, rest)):
        if route not in Route.values:
            raise Invalid(f"There is no way “{route[:30]}” by which you could be told.")
        setattr(this, severity, route)
    if lane and lane not in lanes():
        raise Invalid(f"There is no queue “{lane[:30]}”.")
    if store is not None and store.pk not in rights(by):
        raise Invalid("Choose one of your own stores.")
    if (quiet_from is None) != (quiet_until is None):
        raise Invalid("Quiet hours need both ends, or neither.")
    if time_zone not in zones():
        raise Invalid(f"“{time_zone[:60]}” is not a time zone of the IANA list. Enter one such as Europe/Berlin.")
    this.lane, this.store, this.time_zone = lane, store, time_zone
    this.quiet_from, this.quiet_until, this.high_comes_through, this.is_active = quiet_from, quiet_until, high_comes_through, is_active
    this.slack_channel = _slack_channel(slack_channel)
    if teams_url is not None:
        this.teams_url = _teams_url(teams_url)
    _check_ways(this)
    this.save()
    record(
        Verb.RULE_SET, by=by, person=by, rule=this.pk, topics=list(this.topics), high=this.high, anomalous=this.anomalous, rest=this.rest
    )  # fmt: skip
    return this


@atomic
def remove(*, rule: Rule, by: User) -> None:
    """Take a rule of one's own away. What waits by it is dropped."""
    this = _mine(rule, by)
    pk = this.pk
    this.delete()
    record(Verb.RULE_REMOVED, by=by, person=by, rule=pk)


@atomic
def test(*, rule: Rule, by: User) -> list[Outgoing]:
    """Send a test by each way that the rule uses. Conflict where none is open."""
    this = _mine(rule, by)
    now = timezone.now()
    if Outgoing.objects.filter(person=by, event=None, created_at__gte=now - timedelta(minutes=1)).count() >= MOST_TESTS:
        raise Conflict("That was tested often enough within a minute. Wait a little.")
    ways: dict[tuple[str, str, str], None] = {}
    for severity in Severity:
        channel = getattr(this, severity).partition(":")[0]
        if found := way(this, channel, slack_user(by)):
            ways[(channel, *found)] = None
    if not ways:
        raise Conflict("No way of this rule is open: connect your Slack account, or choose e-mail.")
    Breaker.objects.bulk_create([Breaker(key=line) for _, line, _ in ways], ignore_conflicts=True)
    rows = []
    for channel, line, target in ways:
        name = f"test_{uuid7().hex}"
        rows.append(
            Outgoing(
                channel=channel,
                line=line,
                person=by,
                rule=this,
                message_id=name,
                verb="test",
                target=target,
                dedupe_key=name,
                not_before=now,
            )
        )
    Outgoing.objects.bulk_create(rows)
    enqueue("notifications.deliver")
    return rows


def slack_user(person: User) -> str:
    """The person's confirmed Slack user, or nothing."""
    return SlackAccount.objects.filter(person=person, confirmed_at__isnull=False).values_list("slack_user", flat=True).first() or ""


def _mine(rule: Rule, by: User) -> Rule:
    found = Rule.objects.select_for_update().filter(pk=rule.pk, person=by).first()
    if found is None:
        raise Conflict("This rule is not yours, or was removed.")
    return found


def _topics(topics: Iterable[str]) -> list[str]:
    found = sorted(set(topics))
    if not found:
        raise Invalid("Choose at least one thing to be told of.")
    if unknown := [key for key in found if key not in TOPICS]:
        raise Invalid(f"There is nothing called “{unknown[0][:40]}” to be told of.")
    return found


def _slack_channel(text: str) -> str:
    text = text.strip()
    if text and not _SLACK_CHANNEL.fullmatch(text):
        raise Invalid("A Slack channel is named by its id, such as C0123456789: it stands at the end of the channel's details.")
    return text


def _teams_url(url: str) -> str:
    url = check_callback_url(url)
    if url and not url.startswith("https://") and not is_private(url.split("/")[2].split(":")[0]):
        raise Invalid("The Teams address has to start with https://.")
    return url


def _check_ways(this: Rule) -> None:
    used: set[Any] = {getattr(this, severity).partition(":")[0] for severity in Severity} - {""}
    if not used:
        raise Invalid("Choose a way for at least one severity; otherwise nothing would reach you.")
    if "teams" in used and not this.teams_url:
        raise Invalid("Teams needs the address of a workflow that posts to your channel.")
    if "slack" in used and not settings.SLACK["token"]:
        raise Invalid("Slack is not connected here yet: an operator has to set ORDERSOPS_SLACK_TOKEN.")
