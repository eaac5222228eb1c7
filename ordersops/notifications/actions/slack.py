"""Verbs on who a Slack user is, and what a pressed button does.

A Slack user acts in somebody's name only once that person has confirmed it, signed in here; an admin may propose it. What
the person may do is asked at the moment of the press, by the same verbs as at the desk.
"""

import re
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import IntegrityError
from django.utils import timezone

from ordersops.accounts.access import can, require_anywhere, rights
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Forbidden, Invalid, Refusal
from ordersops.ids import uuid7
from ordersops.jobs import enqueue
from ordersops.notifications.channels import slack
from ordersops.notifications.message import approvable, link
from ordersops.notifications.models import Breaker, Channel, Outgoing, SlackAccount
from ordersops.review import actions as review
from ordersops.review.queries import available

_SALT = "ordersops.notifications.slack"
GOOD_FOR = 600  # seconds in which an offer has to be taken
_USER = re.compile(r"[UW][A-Z0-9]{5,20}")
_TEAM = re.compile(r"[TE][A-Z0-9]{5,20}")


# --- Who is who -----------------------------------------------------------------------------------------------------
def offer(*, team: str, slack_user: str, name: str) -> str:
    """What proves, for ten minutes, that this Slack user pressed a button of ours. Goes to that user alone."""
    return signing.dumps([team, slack_user, name[:60]], salt=_SALT)


def offered(token: str) -> tuple[str, str, str]:
    """(team, user, name) of an offer. Raises Invalid for one that is not ours or too old."""
    try:
        team, slack_user, name = signing.loads(token, salt=_SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        raise Invalid("This link is too old or was changed. Press the button in Slack again to get a new one.") from None
    return str(team), str(slack_user), str(name)


@atomic
def connect(*, token: str, by: User) -> SlackAccount:
    """Confirm being the Slack user of the offer. Takes the place of an earlier connection of the same person."""
    team, slack_user, _ = offered(token)
    SlackAccount.objects.filter(person=by).delete()
    try:
        with atomic():
            account = SlackAccount.objects.create(person=by, team=team, slack_user=slack_user, asked_by=by, confirmed_at=timezone.now())
    except IntegrityError:
        raise Conflict("This Slack user is connected with somebody else here. They, or an admin, can end that first.") from None
    record(Verb.SLACK_CONNECTED, by=by, person=by, slack_user=slack_user)
    return account


@atomic
def propose(*, person: User, slack_user: str, by: User) -> SlackAccount:
    """Say that a person is this Slack user; it counts once they have confirmed it. Needs to manage people in a store of theirs."""
    _authorise(by, person)
    slack_user = slack_user.strip().upper()
    if not _USER.fullmatch(slack_user):
        raise Invalid("A Slack user is named by the member id of their profile, such as U0123456789.")
    if not person.is_active or person.is_system:
        raise Conflict(f"{person} cannot sign in, so nobody could confirm it.")
    SlackAccount.objects.filter(person=person).delete()
    try:
        with atomic():
            account = SlackAccount.objects.create(person=person, slack_user=slack_user, asked_by=by)
    except IntegrityError:
        raise Conflict("This Slack user is connected with somebody else. End that first.") from None
    record(Verb.SLACK_PROPOSED, by=by, person=person, name=person.name, slack_user=slack_user)
    return account


@atomic
def confirm(*, by: User) -> SlackAccount:
    """Confirm what an admin proposed."""
    account = SlackAccount.objects.select_for_update().filter(person=by, confirmed_at=None).first()
    if account is None:
        raise Conflict("There is nothing to confirm: no Slack user waits for you.")
    account.confirmed_at = timezone.now()
    account.save(update_fields=["confirmed_at"])
    record(Verb.SLACK_CONNECTED, by=by, person=by, slack_user=account.slack_user)
    return account


@atomic
def disconnect(*, account: SlackAccount, by: User) -> None:
    """End a connection: one's own, or of a person whom one manages."""
    if account.person_id != by.pk:
        _authorise(by, account.person)
    found = SlackAccount.objects.select_for_update().filter(pk=account.pk).first()
    if found is None:
        raise Conflict("This connection was ended already.")
    found.delete()
    record(Verb.SLACK_DISCONNECTED, by=by, person=account.person, name=account.person.name, slack_user=account.slack_user)


def _authorise(by: User, person: User) -> None:
    require_anywhere(by, Perm.MANAGE_PEOPLE)
    theirs = rights(person)
    if theirs and not any(can(by, Perm.MANAGE_PEOPLE, store) for store in theirs):
        raise Forbidden("You do not manage people in a store of this person.")


# --- A pressed button -----------------------------------------------------------------------------------------------
def press(*, payload: dict[str, Any]) -> None:
    """Do what the button says, in the name of the person that the Slack user is, and answer in Slack.

    The signature was checked. Whatever is in the way is told to the one who pressed, and nobody else.
    """
    pressed = _approve_of(payload)
    if pressed is None:
        return  # a link was followed; Slack tells us of that, too
    slack_user, team, name, value = pressed
    reply_to = str(payload.get("response_url") or "")
    account = SlackAccount.objects.select_related("person").filter(slack_user=slack_user, confirmed_at__isnull=False).first()
    if account is None or account.team not in {"", team} or not account.person.is_active:
        url = f"{link('slack_link')}?token={offer(team=team, slack_user=slack_user, name=name)}"
        _answer(reply_to, slack.whispered("I do not know yet who you are here. Nothing was decided.", url, "Connect your account"))
        return
    person = account.person
    try:
        words = _approve(person, value)
    except Refusal as refusal:
        _answer(reply_to, slack.whispered(refusal.message))
        return
    _answer(reply_to, slack.settled(words))


@atomic
def _approve(person: User, value: str) -> str:
    """Approve the case of the button, as it was when the button was drawn."""
    pk, _, version = value.partition(":")
    try:
        found = Case.objects.filter(pk=UUID(pk)).first()
    except ValueError:
        found = None
    if found is None or not rights(person).get(found.store_id) or not version.isdigit():
        raise Conflict("There is no such case that you can see. Nothing was decided.")
    may = available(found, person)
    if may.approve and approvable(found, may) is None:
        raise Conflict("This one is decided at the desk. Nothing was decided here; open the case.")
    decision = review.approve(case=found, by=person, version=int(version))
    outcome = lane(found.lane).outcomes[decision.outcome]
    return f"{outcome.label}: approved by {person.name}. {found.headline}"


def _approve_of(payload: dict[str, Any]) -> tuple[str, str, str, str] | None:
    """(user, team, name, value) of a pressed approve button; None of everything else."""
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list) or not actions or not isinstance(actions[0], dict):
        return None
    user, team = payload.get("user"), payload.get("team")
    if actions[0].get("action_id") != "approve" or not isinstance(user, dict):
        return None
    slack_user = str(user.get("id", ""))
    team_id = str(team.get("id", "")) if isinstance(team, dict) else ""
    if not _USER.fullmatch(slack_user) or (team_id and not _TEAM.fullmatch(team_id)):
        return None
    return slack_user, team_id, str(user.get("name") or user.get("username") or slack_user), str(actions[0].get("value", ""))


def _answer(url: str, content: dict[str, Any]) -> None:
    """Put the answer into the outbox: Slack waits three seconds for us, and no longer."""
    if not slack.is_answer_address(url):
        return
    row = Outgoing(id=uuid7(), channel=Channel.SLACK, line="slack:answers", verb="answer", content=content, not_before=timezone.now())
    row.message_id = row.dedupe_key = f"answer_{row.pk.hex}"
    row.secret_target = url
    with atomic():
        Breaker.objects.get_or_create(key=row.line)
        row.save(force_insert=True)
        enqueue("notifications.deliver")
