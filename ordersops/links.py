"""Links in letters to customers: each stands for one row, for one purpose.

A link is the row's id and a code over both under SECRET_KEY. Nothing of it is kept anywhere: it is made when its letter leaves, the
same for every attempt, so nobody at the desk can open it in the customer's place. Another SECRET_KEY voids every link that is out.
What a link is still worth, until when and how often, is its row's to say.
"""

import base64
import binascii
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

PLACE = "{link}"  # where the link goes in a letter that somebody wrote
_ID, _CODE = 16, 16  # bytes


def token(purpose: str, pk: UUID) -> str:
    """What the link ends with: 43 letters of base64url."""
    code = salted_hmac(f"ordersops.links.{purpose}", pk.bytes, algorithm="sha256").digest()[:_CODE]
    return base64.urlsafe_b64encode(pk.bytes + code).rstrip(b"=").decode()


def read(purpose: str, said: str) -> UUID | None:
    """The row that a link was made for; None for whatever we have not made, compared in constant time."""
    try:
        raw = base64.b64decode(f"{said}=".encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return None
    if len(raw) != _ID + _CODE:
        return None
    pk = UUID(bytes=raw[:_ID])
    return pk if constant_time_compare(token(purpose, pk), said) else None


def address(purpose: str, pk: UUID, *, page: str, endpoint: UUID) -> str:
    """The whole link, to the page of that name in a store."""
    return f"{settings.PUBLIC_URL}{reverse(page, args=[endpoint, token(purpose, pk)])}"
