"""Files that colleagues attach: what is taken, and in which form it is kept.

The type is what the content is, whatever the name says. A picture is decoded and drawn anew, so that nothing but its pixels is kept:
no place or device in its metadata, no second format behind it. Everything is sealed at rest.
"""

import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from PIL import Image, UnidentifiedImageError

from ordersops import sealing
from ordersops.errors import Invalid

MOST_PIXELS = 40_000_000
PICTURES = {
    "PNG": ("PNG", "image/png", ".png"),
    "JPEG": ("JPEG", "image/jpeg", ".jpg"),
    "WEBP": ("PNG", "image/png", ".png"),
    "GIF": ("PNG", "image/png", ".png"),
}
TAKEN = "PNG, JPEG, WebP and GIF pictures, PDF, and plain text"
_NAME = re.compile(r"[^\w .()+-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is kept: its name ends as its content is."""

    name: str
    kind: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def accept(name: str, content: bytes) -> Kept:
    """The file in the form in which it is kept. Invalid if it is empty, too large, or of a kind that is not taken."""
    most = settings.ATTACHMENT_BYTES
    if not content:
        raise Invalid("The file is empty.")
    if len(content) > most:
        raise Invalid(f"The file is larger than {most // 1_048_576} MB, which is the most.")
    if content.startswith(b"%PDF-"):
        return Kept(_named(name, ".pdf"), "application/pdf", content)
    if (picture := _picture(name, content)) is not None:
        return picture
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _refused() from None
    if _CONTROL.search(text):
        raise _refused()
    return Kept(_named(name, ".txt"), "text/plain; charset=utf-8", content)


def _refused() -> Invalid:
    return Invalid(f"The file was not taken: its content is none of {TAKEN}.")


def _picture(name: str, content: bytes) -> Kept | None:
    """The picture drawn anew; None for what is no picture of a kind that is taken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=list(PICTURES)) as opened:
                found = opened.format or ""
                if opened.width * opened.height > MOST_PIXELS:
                    raise Invalid("The picture is too large: forty million pixels are the most.")
                form, kind, ending = PICTURES[found]
                drawn = opened.convert("RGB" if form == "JPEG" else "RGBA")
    except UnidentifiedImageError:
        return None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid("The picture is too large: forty million pixels are the most.") from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise Invalid("The picture is damaged and was not taken.") from None
    out = io.BytesIO()
    drawn.save(out, form, **({"quality": 88} if form == "JPEG" else {"optimize": False}))
    return Kept(_named(name, ending), kind, out.getvalue())


def _named(name: str, ending: str) -> str:
    """The name without path and odd signs, ending as the content is."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    stem = " ".join(_NAME.sub(" ", stem).split()).strip(". ")[: 120 - len(ending)]
    return f"{stem or 'file'}{ending}"


def context(pk: object) -> str:
    return f"cases_attachment.{pk}.body"


def seal(pk: UUID, content: bytes) -> bytes:
    return sealing.seal(content, context=context(pk))


def unseal(pk: UUID, body: bytes) -> bytes:
    """The content as it was kept."""
    return sealing.unseal(body, context=context(pk))


def disposition(name: str) -> str:
    """The header that has the browser save the file under its name."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
