"""What customers write to a shop: an e-mail, which the shop's mail service hands on signed, or the web form, filled in as a browser does.

A shop without an address for either gets no mail: nobody can write to it.
"""

from __future__ import annotations

import base64
import re
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from .config import Shop
from .messages import FORM, MAIL, Message, encode
from .world import Order

PROVED = {"Authentication-Results": "mx.shop.example; dmarc=pass header.from=customer"}
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def by_mail(
    order: Order, *, sender: str, name: str, subject: str, text: str, headers: dict[str, str], thread: str, story: str, now: datetime
) -> Message:
    """The mail as the shop's mail service tells of it."""
    document: dict[str, Any] = {
        "id": f"<{uuid.uuid4().hex}@mail.example>", "from": {"email": sender, "name": name}, "subject": subject, "text": text,
        "thread": thread, "headers": headers,
    }  # fmt: skip
    return _letter(order, MAIL, order.shop.mail, encode(document), story, now)


def by_form(order: Order, *, sender: str, name: str, number: str, text: str, story: str, now: datetime) -> Message:
    """What somebody typed into the web form; its token is fetched when it is sent."""
    typed = {"name": name, "email": sender, "order_number": number, "text": text, "website": ""}
    return _letter(order, FORM, order.shop.contact, urlencode(typed).encode(), story, now)


def token_in(page: str) -> str:
    """The token that the form carries, "" where there is none."""
    found = _TOKEN.search(page)
    return found[1] if found else ""


def signing_secret(shop: Shop) -> str:
    """The shop's secret in the form of Standard Webhooks: any other secret counts by its bytes."""
    return shop.secret if shop.secret.startswith("whsec_") else "whsec_" + base64.b64encode(shop.secret.encode()).decode()


def _letter(order: Order, topic: str, address: str, body: bytes, story: str, now: datetime) -> Message:
    return Message(
        shop=order.shop, topic=topic, body=body, webhook_id=f"msg_{uuid.uuid4().hex}", event_id=str(uuid.uuid4()), story=story,
        about=order.name, lane=order.key, triggered_at=now, to=address,
    )  # fmt: skip
