"""Making sure that who writes is who ordered: by a proved sender, or a code that went to the order's own address."""

import hashlib
import hmac
import logging
import re
import secrets
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone

from inquiries.models import Conversation, Identity, IdentityCode
from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict

log = logging.getLogger(__name__)
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another
LIVES, TRIES = timedelta(hours=24), 5
MOST_IN_A_DAY = 3  # codes for one order: its mailbox is not to be flooded by whoever knows a number
CODE = re.compile(rf"(?<![\w-])([{LETTERS}]{{4}})[-– ]([{LETTERS}]{{4}})(?![\w-])")


def code_in(text: str) -> str:
    """A code written in a message, or ""."""
    found = CODE.search(text[:4000].upper()) if any(one.isdigit() or one.isupper() for one in text) else None
    return f"{found[1]}{found[2]}" if found else ""


@atomic
def ask_code(*, conversation: Conversation, by: User) -> tuple[IdentityCode, str] | None:
    """Make a code for the order's e-mail address; None where there is nothing to ask, or too much was asked.

    The code itself is returned once, to be sent; only its digest is kept. A newer one voids the older.
    """
    if not by.is_system:
        require(by, Perm.DECIDE_INQUIRIES, conversation.store_id, to="ask who writes", store=conversation.store_id)
    locked = Conversation.objects.select_for_update(of=("self",)).select_related("order").get(pk=conversation.pk)
    now = timezone.now()
    if locked.order is None or not locked.order.email or locked.identity == Identity.KNOWN:
        return None
    made = IdentityCode.objects.filter(order=locked.order, made_at__gt=now - timedelta(days=1)).count()
    if made >= MOST_IN_A_DAY:
        return None
    locked.codes.filter(used_at=None).update(expires_at=now)
    code = "".join(secrets.choice(LETTERS) for _ in range(8))
    row = IdentityCode.objects.create(
        conversation=locked, order=locked.order, digest="", made_at=now, expires_at=now + LIVES, tries_left=TRIES
    )
    row.digest = _digest(row, code)
    row.save(update_fields=["digest"])
    locked.identity = Identity.ASKED
    locked.save(update_fields=["identity"])
    record(Verb.INQUIRY_CODE_MADE, by=by, order=locked.order, conversation=locked.pk, code=row.pk)
    return row, f"{code[:4]}-{code[4:]}"


def send_code(*, row: IdentityCode, code: str) -> bool:
    """Send the code to the order's address, outside of any transaction. Returns whether a mail server took it."""
    about = {"code": code, "store": row.conversation.store.name}
    try:
        return bool(
            send_mail(
                f"Your code for {row.conversation.store.name}", render_to_string("inquiries/mail/code.txt", about), None, [row.order.email]
            )
        )
    except (SMTPException, OSError):
        log.exception("The code %s could not be sent.", row.pk)
        return False


@atomic
def give_code(*, conversation: Conversation, code: str, by: User) -> bool:
    """Say the code. Returns whether it fits; five that do not fit void it."""
    if not by.is_system:
        require(by, Perm.DECIDE_INQUIRIES, conversation.store_id, to="check who writes", store=conversation.store_id)
    locked = Conversation.objects.select_for_update(of=("self",)).select_related("order").get(pk=conversation.pk)
    plain = re.sub(r"[^A-Z0-9]", "", code.upper())[:20]
    return try_code(locked, plain, by=by)


@atomic
def know_person(*, conversation: Conversation, by: User) -> Conversation:
    """Say that one has made sure by oneself (on the telephone, in the shop). Needs `decide_inquiries`; it is in the history."""
    require(by, Perm.DECIDE_INQUIRIES, conversation.store_id, to="say who writes", store=conversation.store_id)
    locked = Conversation.objects.select_for_update(of=("self",)).select_related("order").get(pk=conversation.pk)
    if locked.order is None or locked.identity == Identity.KNOWN:
        raise Conflict("There is no order to belong to yet, or it is known already who writes.")
    know(locked, how="person", by=by)
    from inquiries.actions.receiving import _ask

    _ask(locked, because="identity")
    return locked


def try_code(conversation: Conversation, code: str, *, by: User) -> bool:
    """In the caller's unit, with the conversation locked."""
    now = timezone.now()
    row = (
        conversation.codes.select_for_update().filter(used_at=None, expires_at__gt=now, tries_left__gt=0, order=conversation.order).first()
    )
    if row is None:
        return False
    if not hmac.compare_digest(row.digest, _digest(row, code)):
        row.tries_left -= 1
        row.save(update_fields=["tries_left"])
        record(Verb.INQUIRY_CODE_REFUSED, by=by, order=conversation.order, conversation=conversation.pk, tries_left=row.tries_left)
        return False
    row.used_at = now
    row.save(update_fields=["used_at"])
    know(conversation, how="code", by=by)
    return True


def know(conversation: Conversation, *, how: str, by: User) -> None:
    """In the caller's unit. Known once is known for this conversation."""
    if conversation.identity == Identity.KNOWN:
        return
    conversation.identity, conversation.identity_how, conversation.identified_at = Identity.KNOWN, how, timezone.now()
    conversation.save(update_fields=["identity", "identity_how", "identified_at"])
    record(Verb.INQUIRY_IDENTIFIED, by=by, order=conversation.order, conversation=conversation.pk, how=how)


def _digest(row: IdentityCode, code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{row.pk}:{code}".encode(), hashlib.sha256).hexdigest()
