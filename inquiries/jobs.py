"""Sending replies of conversations without an order: claimed and counted first, then sent outside of any transaction, then written down.

As with effects, a mail server shows nothing afterwards: where an attempt was cut off after the mail may have left, a person decides.
"""

import logging
import smtplib
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from inquiries.models import Posting, PostingState
from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.jobs import MAX_ATTEMPTS, backoff
from ordersops.rows import Rows

log = logging.getLogger(__name__)
# A kill switch on messages to customers, or on this lane's automation, keeps them back as it keeps effects back.
_STOPPED = """EXISTS (SELECT FROM rollout_switch s JOIN inquiries_message m ON m.id = r.message_id
    WHERE (s.store_id IS NULL OR s.store_id = r.store_id) AND (s.lane = '' OR s.lane = 'inquiries')
        AND (s.effect = 'message.send' OR s.effect = '' AND m.automatic))"""
POSTINGS = Rows(
    "inquiries_posting",
    ready="r.state = 'pending' AND r.not_before <= statement_timestamp() AND (r.lease_until IS NULL OR r.lease_until <= statement_timestamp())"
    f" AND NOT {_STOPPED}",
)
BATCH, LEASE = 1, timedelta(seconds=120)
UNSURE = "The mail server may have taken it: it did not say. Look in its log; then send it again, or leave it."
NO_SERVER = "No mail server is set up: nothing leaves from here."


def post() -> int:
    """Send what is ready, one at a time. Returns how many rows it took."""
    taken = POSTINGS.claim(BATCH, LEASE)
    for pk in taken:
        _post(pk)
    return len(taken)


def oldest_ready() -> datetime | None:
    """Since when the oldest reply has been ready."""
    return POSTINGS.oldest()


def _post(pk: UUID) -> None:
    posting = Posting.objects.select_related("message__conversation", "store").get(pk=pk)
    if posting.attempts > 1 and not posting.last_error:
        _settle(posting, PostingState.DEAD, UNSURE)
    elif not settings.MAIL_LEAVES:
        _settle(posting, PostingState.DEAD, NO_SERVER)
    elif not posting.message.conversation.sender_email:
        _settle(posting, PostingState.DEAD, "The address was erased: there is nobody to write to.")
    else:
        Posting.objects.filter(pk=pk).update(last_error="")  # from here on an end without a word is one that was cut off
        why, final = _send(posting)
        if not why:
            _settle(posting, PostingState.SENT)
        elif final or posting.attempts >= MAX_ATTEMPTS:
            _settle(posting, PostingState.DEAD, why)
        else:
            later = timezone.now() + backoff(posting.attempts)
            Posting.objects.filter(pk=pk).update(last_error=why[:500], not_before=later, lease_until=None)


def _send(posting: Posting) -> tuple[str, bool]:
    """Why it was not sent, "" where it was; and whether trying again is of no use, or not safe."""
    message, address = posting.message, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    mail = EmailMessage(
        message.subject, message.body, formataddr((posting.store.name, address)), [message.conversation.sender_email],
        headers={"Message-ID": f"<{message.pk}@{address.rpartition('@')[2]}>", **({"Auto-Submitted": "auto-replied"} if message.automatic else {})},
    )  # fmt: skip
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return f"The mail server refuses the address ({codes[0]}).", all(code >= 500 for code in codes)
    except smtplib.SMTPResponseException as error:
        return f"The mail server answered {error.smtp_code}.", error.smtp_code >= 500
    except ConnectionRefusedError:
        return "The mail server does not answer.", False
    except (smtplib.SMTPException, OSError):
        return UNSURE, True
    return "", True


@atomic
def _settle(posting: Posting, state: PostingState, why: str = "") -> None:
    posting.state, posting.last_error, posting.lease_until, posting.settled_at = state, why[:500], None, timezone.now()
    posting.save(update_fields=["state", "last_error", "lease_until", "settled_at"])
    about = {"store": posting.store_id, "conversation": posting.message.conversation_id, "message": posting.message_id}
    if state == PostingState.SENT:
        record(Verb.INQUIRY_SENT, by=User.objects.system(), **about)
    else:
        record(Verb.INQUIRY_NOT_SENT, by=User.objects.system(), why=why[:200], **about)
