"""The ways out. Each makes, while the database is at hand, a call that needs none; calls then go out side by side."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

from ordersops.advice.cleaning import clean
from ordersops.line import KEPT, Fault, Line
from ordersops.stores.callbacks import is_private

SECONDS = 10.0  # for a whole call
LONGEST_PAUSE = 3600.0  # seconds that the other side may ask for
MOST_BYTES = 64 * 1024
EXCERPT = 200
_TAG = re.compile(r"<[^>]{0,500}>")


@dataclass(frozen=True, slots=True)
class Result:
    """How one attempt ended. `permanent`: trying again cannot mend it; `gone`: the receiver wants no more; `alert`: somebody has to look."""

    ok: bool
    status: int | None = None
    latency_ms: int | None = None
    excerpt: str = ""
    error: str = ""
    retry_after: float | None = None
    permanent: bool = False
    gone: bool = False
    alert: str = ""


Call = Callable[[], Result]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a line brought back."""

    line: Line

    @property
    def status(self) -> int:
        return self.line.status or 0

    @property
    def text(self) -> str:
        return (self.line.received or b"").decode("utf-8", "replace")

    def result(self, *, ok: bool, error: str = "", permanent: bool = False, gone: bool = False, alert: str = "") -> Result:
        return Result(
            ok, self.line.status, self.line.milliseconds, excerpt(self.text), error, retry_after(self.line.headers.get("retry-after", "")),
            permanent, gone, alert,
        )  # fmt: skip


def post(url: str, content: bytes, headers: dict[str, str], *, secrets: dict[str, str] | None = None) -> Reply | Result:
    """One POST with all its headers, within the deadline. A Result where nothing was answered."""
    if not url.startswith("https://") and not (settings.ALLOW_PRIVATE_CALLBACKS and is_private(urlsplit(url).hostname or "")):
        return Result(False, error="The address has to start with https://.", permanent=True)
    line = Line(SECONDS, secrets=secrets, kept=KEPT | frozenset(name.lower() for name in headers), most=MOST_BYTES)
    try:
        with httpx2.Client(transport=line, trust_env=False, follow_redirects=False) as client:
            client.post(url, content=content, headers={"user-agent": "ordersops", **headers})
    except (httpx2.TransportError, httpx2.InvalidURL):
        pass  # the line knows what happened
    if line.status is not None and line.fault in {None, Fault.FOREIGN}:
        return Reply(line)  # it has answered; that the answer is too long or compressed does not matter
    why = line.why or "The address cannot be called."
    return Result(False, latency_ms=line.milliseconds, error=why, permanent=line.fault in {Fault.REQUEST})


def excerpt(text: str) -> str:
    """The beginning of an answer without markup, control signs and what nobody sees; for the log."""
    return " ".join(clean(_TAG.sub(" ", text[:4000])).split())[:EXCERPT]


def retry_after(value: str) -> float | None:
    """The pause that was asked for, in seconds or as a date, within reason."""
    value = value.strip()
    if value.isascii() and value.isdigit() and len(value) < 8:
        return min(float(value), LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_PAUSE)
