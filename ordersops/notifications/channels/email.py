"""Mails: plain text with a simple HTML of the same words, and the way to the settings in the header that mail programs know."""

import time
from functools import partial
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from ordersops.notifications.channels import Call, Result
from ordersops.notifications.message import Message, link


def call(*, to: str, message: Message) -> Call:
    """Drawn here; sent later, without the database."""
    context = {"message": message, "settings_url": link("notifications")}
    mail = EmailMultiAlternatives(
        subject=" ".join(message.subject.split())[:150],
        body=render_to_string("notifications/mail.txt", context),
        to=[to],
        headers={
            "Message-ID": f"<{message.id}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "List-Unsubscribe": f"<{link('notifications')}>",
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
        },
    )
    mail.attach_alternative(render_to_string("notifications/mail.html", context), "text/html")
    return partial(_send, mail)


def _send(mail: EmailMultiAlternatives) -> Result:
    began = time.monotonic()
    try:
        mail.send()
    except SMTPRecipientsRefused:
        return Result(False, latency_ms=_since(began), error="The mail server does not take this address.", permanent=True)
    except (OSError, SMTPException) as error:  # smtplib's own are OSErrors, too
        return Result(False, latency_ms=_since(began), error=f"The mail server did not take it ({type(error).__name__}).")
    return Result(True, latency_ms=_since(began))


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
