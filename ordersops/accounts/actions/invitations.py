"""Invitations: an account, the role it is meant for, and the link by which somebody sets their first password."""

import hashlib
import logging
import secrets
from datetime import timedelta
from smtplib import SMTPException
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.access import require, require_anywhere
from ordersops.accounts.actions.rights import ask_give
from ordersops.accounts.actions.rules import require_all
from ordersops.accounts.models import Invitation, RightsChange, User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid

if TYPE_CHECKING:
    from ordersops.stores.models import Store

log = logging.getLogger(__name__)
VOID = "This link is not valid any more. It works once and for a few days only; ask who invited you for a new one."


class Link(NamedTuple):
    """An invitation with the address that opens it. The address is nowhere else: only its digest is kept."""

    invitation: Invitation
    url: str


class Invited(NamedTuple):
    """`link` is None for somebody who can sign in already."""

    person: User
    change: RightsChange
    link: Link | None


@atomic
def invite(*, email: str, name: str, by: User, password: str | None = None) -> User:
    """Make an account without any role. Without a password nobody can sign in to it yet; only the system user may set one here.

    Needs the right to manage people in some store. Raises Invalid for an address or password that cannot be used, Conflict
    when the address has an account.
    """
    if not by.is_system:
        require_anywhere(by, Perm.MANAGE_PEOPLE)
        if password is not None:
            raise Forbidden("Nobody sets a password for somebody else. They get a link by which they set their own.")
    email, name = _address(email), name.replace("\x00", "").strip()
    if password is not None:
        _check_password(password, User(email=email, name=name))
    if not name:
        raise Invalid("A name is needed: colleagues see it on every case and in the history.")
    if User.objects.filter(email=email).exists():
        raise Conflict(f"{email} already has an account. Give it a role in the store instead.")
    person = User.objects.create_user(email, password, name=name[:120])
    record(Verb.PERSON_INVITED, by=by, person=person, name=person.name)
    return person


@atomic
def invite_into(*, email: str, name: str, role: str, store: "Store", by: User, why: str) -> Invited:
    """Invite somebody to a role in the store: the account and its link at once, the role once a second person has approved it.

    Somebody who has an account, perhaps through another store, keeps it and gets no link; the role is asked for. Needs the right to
    manage people in the store. Conflict where their account is closed.
    """
    require(by, Perm.MANAGE_PEOPLE, store.pk, to="invite people")
    person = User.objects.filter(email=_address(email), is_system=False).first()
    if person is None:
        person = invite(email=email, name=name, by=by)
    elif not person.is_active:
        raise Conflict(f"{person.email} belongs to a closed account. Open it again instead; two people have to agree on that.")
    change = ask_give(person=person, role=role, store=store, by=by, why=why)
    return Invited(person, change, None if person.has_usable_password() else _new_link(person, by))


@atomic
def new_link(*, person: User, by: User) -> Link:
    """Another link for somebody who has not set a password yet; the one before is void.

    Needs the right to manage people in every store where the person has a role. Conflict once they have a password: a link would let
    somebody else in as them.
    """
    stores = list(person.groups.filter(store_role__isnull=False).values_list("store_role__store", flat=True))
    require_all(by, stores, to="invite people", person=person)
    locked = User.objects.select_for_update().get(pk=person.pk)
    if locked.has_usable_password() or not locked.is_active or locked.is_system:
        raise Conflict(f"{person} has a password already, or no open account. A link is only for somebody who never signed in.")
    return _new_link(locked, by)


def send_link(*, link: Link) -> bool:
    """Send the link to the person's address, outside of any transaction. Returns whether a mail server took it.

    Without a mail server it is only written where mails go instead (the log).
    """
    invitation = link.invitation
    about = {"person": invitation.person, "by": invitation.by, "url": link.url, "expires_at": invitation.expires_at}
    text = render_to_string("accounts/mail/invitation.txt", about)
    try:
        sent = send_mail("Your account at ordersops", text, None, [invitation.person.email])
    except (SMTPException, OSError):
        log.exception("The invitation of %s could not be sent.", invitation.person_id)
        return False
    if sent and settings.MAIL_LEAVES:
        Invitation.objects.filter(pk=invitation.pk).update(mailed_at=timezone.now())
    return bool(sent)


@atomic
def accept_invitation(*, token: str, password: str) -> User:
    """Set the first password of whom the link is for; then it is void. Conflict for a link that is not open, Invalid for a password that
    cannot be used."""
    found = invitation_of(token, locked=True)
    if found is None:
        raise Conflict(VOID)
    person = User.objects.select_for_update().get(pk=found.person_id)
    if not person.is_active or person.has_usable_password():
        raise Conflict(VOID)
    _check_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    found.used, found.ended_at = True, timezone.now()
    found.save(update_fields=["used", "ended_at"])
    record(Verb.INVITATION_USED, by=person, person=person)
    return person


def invitation_of(token: str, *, locked: bool = False) -> Invitation | None:
    """The open invitation of that token."""
    rows = Invitation.objects.select_for_update(of=("self",)) if locked else Invitation.objects.all()
    found = rows.select_related("person", "by").filter(token_sha256=_digest(token), ended_at=None).first()
    return found if found is not None and found.is_open and found.person.is_active else None


def _new_link(person: User, by: User) -> Link:
    now, token = timezone.now(), secrets.token_urlsafe(32)
    Invitation.objects.filter(person=person, ended_at=None).update(ended_at=now)
    until = now + timedelta(hours=settings.INVITATION_HOURS)
    made = Invitation.objects.create(person=person, by=by, token_sha256=_digest(token), expires_at=until)
    record(Verb.INVITATION_MADE, by=by, person=person, name=person.name, until=until, shown=not settings.MAIL_LEAVES)
    return Link(made, settings.PUBLIC_URL + reverse("invitation", args=[token]))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _address(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from None
    return email


def _check_password(password: str, person: User) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from None
