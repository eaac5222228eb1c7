"""A message to the customer by e-mail, through Django's mail backend.

A mail server shows nothing afterwards: what it took counts as done, and nobody can look whether a mail arrived whose taking was
not confirmed. So a mail never leaves twice by itself: where an attempt was cut off after it may have been taken, a person
decides, and sends it under the same Message-ID if so.
"""

import smtplib
import time
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from ordersops.effects.connectors import Answer, Request, Seen
from ordersops.errors import Invalid, Upstream
from ordersops.links import PLACE, address

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

UNSURE = "The mail server may have taken it: it did not say. Look in its log; then send it again, or give it up."


class Mail:
    """effects.connectors.Connector."""

    key = "mail"
    kinds = frozenset({"message.send"})
    keyed: frozenset[str] = frozenset()

    def look(self, effect: "Effect") -> Seen:
        """Our own attempts are all that can be looked at."""
        if effect.accepted_at is None and _cut_off(effect):
            raise Upstream(UNSURE, permanent=True)
        return Seen(effect.accepted_at is not None, {"message": ("", effect.arguments["subject"])})

    def prepare(self, effect: "Effect", seen: Seen) -> Request:
        if not effect.order.email:
            raise Invalid("The order has no e-mail address. Write to the customer in another way.")
        headers = {"from": _sender(effect), "subject": effect.arguments["subject"], "message-id": _message_id(effect)}
        text, link = effect.arguments["text"], _link(effect)
        to = f"mailto:{effect.order.email}"
        return Request("MAIL", to, text.replace(PLACE, link), headers, (link,)) if link else Request("MAIL", to, text, headers)

    def send(self, effect: "Effect", request: Request) -> Answer:
        """Hand it to the mail server. A refusal is clear; an answer that does not come is not."""
        began, said = time.monotonic(), request.headers
        mail = EmailMessage(
            said["subject"], request.body, said["from"], [request.url.removeprefix("mailto:")], headers={"Message-ID": said["message-id"]}
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise Upstream(f"The mail server refuses the address ({codes[0]}).", permanent=all(code >= 500 for code in codes)) from error
        except smtplib.SMTPResponseException as error:
            raise Upstream(f"The mail server answered {error.smtp_code}.", permanent=error.smtp_code >= 500) from error
        except ConnectionRefusedError as error:
            raise Upstream("The mail server does not answer.", permanent=False) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Upstream(UNSURE, permanent=True) from error
        return Answer(250, request_id=said["message-id"], latency_ms=int((time.monotonic() - began) * 1000))


def _link(effect: "Effect") -> str:
    """The link that the customer confirms on, made at this moment; "" where the letter has none."""
    asked = getattr(effect, "confirmation", None)  # review's row: it lies above this layer
    if asked is None:
        return ""
    if asked.ended_at is not None or asked.expires_at <= timezone.now():
        raise Invalid("The link in it does not work any more. Ask the customer anew.")
    return address("confirm", asked.pk, page="confirm", endpoint=effect.store.endpoint_id)


def _cut_off(effect: "Effect") -> bool:
    """Whether the attempt before this one ended without a word after its mail may have left."""
    before = effect.tries.exclude(step="claimed", error="").first()
    return before is not None and before.step == "prepared" and not before.error


def _sender(effect: "Effect") -> str:
    """In the store's name, from our address."""
    return formataddr((effect.store.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def _message_id(effect: "Effect") -> str:
    """The same for every attempt: a mailbox that drops doubles knows it again."""
    return f"<{effect.pk}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2]}>"
