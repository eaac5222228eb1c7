"""Photos of goods: what is taken, and how it is kept. Only the pixels stay (cases/files.py)."""

from uuid import UUID

from django.db.models import Prefetch

from ordersops import sealing
from ordersops.cases.files import Kept, accept
from ordersops.errors import Invalid
from returns.models import Photo

MOST = 4  # of one line
# Which photos there are, without their megabytes.
LISTED = Prefetch("photos", queryset=Photo.objects.defer("body"))


def taken(name: str, content: bytes) -> Kept:
    """The picture drawn anew. Invalid for what is none, or too large."""
    kept = accept(name, content)
    if not kept.kind.startswith("image/"):
        raise Invalid("That is no picture. Send a JPEG or PNG photo.")
    return kept


def _context(pk: object) -> str:
    return f"returns_photo.{pk}.body"


def seal(pk: UUID, content: bytes) -> bytes:
    return sealing.seal(content, context=_context(pk))


def unseal(pk: UUID, body: bytes) -> bytes:
    return sealing.unseal(body, context=_context(pk))
