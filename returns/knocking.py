"""Answering knocks: a worker finds out whether there is such an order, and only the mailbox of the order hears of it."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.jobs import backoff
from ordersops.rows import Rows
from returns.actions.visiting import make_link
from returns.models import Knock, ReturnLink

log = logging.getLogger(__name__)
rows = Rows("returns_knock")
BATCH, LEASE, MOST_ATTEMPTS = 20, timedelta(minutes=5), 5


def answer() -> int:
    """One batch. Each knock is gone when it was answered; where no mail server takes the letter it is tried again, with a new link."""
    taken = rows.claim(BATCH, LEASE)
    for knock in Knock.objects.filter(pk__in=taken).select_related("store"):
        try:
            made = make_link(knock=knock, by=User.objects.system())
            answered = made is None or _sent(*made)
        except Exception:  # whatever breaks, one knock must not keep the others waiting
            log.exception("Knock %s could not be answered.", knock.pk)
            answered = False
        if answered or knock.attempts >= MOST_ATTEMPTS:
            knock.delete()
        else:
            Knock.objects.filter(pk=knock.pk).update(lease_until=None, not_before=timezone.now() + backoff(knock.attempts))
    return len(taken)


def oldest_ready() -> datetime | None:
    return rows.oldest()


def _sent(link: ReturnLink, token: str) -> bool:
    """Whether a mail server took it. Outside of any transaction."""
    store, order = link.order.store, link.order
    about = {
        "store": " ".join(store.name.split()), "number": order.number or str(order),
        "address": f"{settings.PUBLIC_URL}{reverse('return_link', args=[store.endpoint_id, token])}",
    }  # fmt: skip
    try:
        return bool(send_mail(f"Your returns at {about['store']}", render_to_string("returns/mail/link.txt", about), None, [order.email]))
    except (SMTPException, OSError):
        log.exception("The link %s could not be sent.", link.pk)
        return False
