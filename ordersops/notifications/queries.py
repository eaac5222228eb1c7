"""Reads for the pages of webhooks and notifications."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from ordersops.accounts.access import rights, store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.verbs import Verb
from ordersops.lists import CAP, Page, capped, newest
from ordersops.notifications.actions.subscribers import may_manage
from ordersops.notifications.models import Attempt, Breaker, Outgoing, Rule, SlackAccount, State, Subscriber
from ordersops.notifications.payload import TELLABLE
from ordersops.notifications.topics import TOPICS
from ordersops.stores.models import Store


# --- Webhooks -------------------------------------------------------------------------------------------------------
def subscribers(user: User) -> list[Subscriber]:
    """What the person may manage, each with what went out within a day and what failed."""
    found = list(Subscriber.objects.manageable_by(user).select_related("store", "owner"))
    since = timezone.now() - timedelta(days=1)
    rows = Outgoing.objects.filter(subscriber__in=found).values("subscriber").order_by()
    day = {row["subscriber"]: row["count"] for row in rows.filter(created_at__gte=since).annotate(count=Count("pk"))}
    dead = {row["subscriber"]: row["count"] for row in rows.filter(state=State.DEAD).annotate(count=Count("pk"))}
    for one in found:
        one.sent_today = day.get(one.pk, 0)
        one.dead = dead.get(one.pk, 0)
    return found


def subscriber_page(this: Subscriber, user: User, cursor: str = "", *, new_secret: str = "") -> dict[str, Any]:
    log = _log(Outgoing.objects.filter(subscriber=this), cursor)
    dead = Outgoing.objects.filter(subscriber=this, state=State.DEAD)[: CAP + 1].count()
    waiting = Outgoing.objects.filter(subscriber=this, state__in=[State.READY, State.SENDING])[: CAP + 1].count()
    secret = str(this.secret)
    return {
        "subscriber": this,
        "verbs": [_words(verb) for verb in this.verbs],
        "log": log.rows,
        "next_cursor": log.next_cursor,
        "dead": capped(dead) if dead else "",
        "waiting": capped(waiting) if waiting else "",
        "rests": Breaker.objects.filter(key=this.line, open_until__gt=timezone.now()).first(),
        "may_manage": may_manage(user, this),
        "secret_ending": secret[-4:],
        "new_secret": new_secret,
        "speed": _speed(this),
    }


def _words(verb: str) -> tuple[str, str]:
    found = Verb.named(verb)
    return verb, found.label if found else verb


def _speed(this: Subscriber) -> dict[str, Any]:
    """Of the last hundred attempts: how many were taken, and how fast the middle one was."""
    last = list(Attempt.objects.filter(outgoing__subscriber=this).order_by("-id").values_list("error", "latency_ms")[:100])
    times = sorted(ms for _, ms in last if ms is not None)
    return {"attempts": len(last), "taken": sum(not error for error, _ in last), "ms": times[len(times) // 2] if times else None}


def verb_groups() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Every verb that can be told, by what it is about: (verb, label, sentence)."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for verb in TELLABLE:
        groups.setdefault(verb.value.partition(".")[0], []).append((verb.value, verb.label, verb.plain))
    return sorted(groups.items())


def manageable_stores(user: User) -> list[Store]:
    return list(Store.objects.filter(pk__in=store_ids(user, Perm.MANAGE_STORES)))


# --- Notifications --------------------------------------------------------------------------------------------------
def my_page(user: User) -> dict[str, Any]:
    rules = list(Rule.objects.filter(person=user).select_related("store"))
    account = SlackAccount.objects.select_related("asked_by").filter(person=user).first()
    for rule in rules:
        rule.says = [TOPICS[key].label for key in rule.topics if key in TOPICS]
        rule.needs_slack = _needs_slack(rule, account)
    return {
        "rules": rules,
        "account": account,
        "slack_is_on": bool(settings.SLACK["token"]),
        "buttons_are_on": bool(settings.SLACK["signing_secret"]),
        "mail_leaves": settings.MAIL_LEAVES,
        "log": _log(Outgoing.objects.filter(person=user), "").rows[:10],
    }


def _needs_slack(rule: Rule, account: SlackAccount | None) -> bool:
    """Whether the rule leads to Slack and nobody is there yet."""
    used = any(getattr(rule, severity).startswith("slack") for severity in ("high", "anomalous", "rest"))
    return used and not rule.slack_channel and not (account and account.confirmed_at)


def my_log(user: User, cursor: str) -> Page[Outgoing]:
    return _log(Outgoing.objects.filter(person=user), cursor)


def my_stores(user: User) -> list[Store]:
    return list(Store.objects.filter(pk__in=rights(user)))


def slack_accounts(user: User) -> tuple[Sequence[SlackAccount], Sequence[User]]:
    """The connections of the people whom this person manages, and those people who have none."""
    stores = store_ids(user, Perm.MANAGE_PEOPLE)
    people = (
        User.objects.filter(is_active=True, is_system=False).filter(Q(groups__store_role__store__in=stores)).distinct().order_by("name")
    )
    accounts = list(SlackAccount.objects.filter(person__in=people).select_related("person", "asked_by").order_by("person__name"))
    taken = {account.person_id for account in accounts}
    return accounts, [person for person in people if person.pk not in taken]


def _log(rows: Any, cursor: str) -> Page[Outgoing]:
    """Messages with their attempts, the newest first."""
    load = Outgoing.objects.select_related("event").prefetch_related("tries")
    page = newest([rows], "created_at", cursor, load=load)
    for row in page.rows:
        known = Verb.named(row.verb)
        row.words = known.label if known else row.verb.capitalize()
        tries = list(row.tries.all())
        row.last_try = tries[0] if tries else None
    return page
