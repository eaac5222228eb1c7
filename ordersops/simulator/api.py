"""A call of a shop's own interface: what was asked, what is answered, and what goes wrong on purpose."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from .config import Shop
from .generic import when
from .record import Call, Record


@dataclass(frozen=True)
class Asked:
    """One request. Header names are lower-case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def document(self) -> dict[str, Any]:
        """The body as a JSON object. Raises ValueError if it is none."""
        found = json.loads(self.body or b"{}")
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found


@dataclass(frozen=True)
class Answered:
    """`shop`, `what` and `note` are for the page; `wrote` says that the world has been changed."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    shop: Shop | None = None
    what: str = ""
    note: str = ""
    wrote: bool = False


def encoded(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


_LATER = Answered(429, encoded({"message": "Too many requests."}), {"Retry-After": "1"}, note="throttled")


def under_faults(asked: Asked, answer: Callable[[Asked], Answered], record: Record, later: Answered | None = None) -> Answered:
    """Answer, unless a knob says that this call fails; a write whose answer is lost has been done all the same.

    `later` is how the platform asks to come later.
    """
    if record.faults.slow_ms:
        time.sleep(record.faults.slow_ms / 1000)
    if record.spend("fail_next"):
        found = Answered(503, encoded({"message": "The shop fails on purpose."}), note="fault")
    elif record.spend("throttle"):
        found = later or _LATER
    else:
        found = answer(asked)
        if found.wrote and record.spend("mute_next"):
            found = replace(found, status=502, body=encoded({"message": "The answer was lost."}), note="done, answer lost")
    shop = found.shop.name if found.shop else ""
    record.asked(Call(when(datetime.now(UTC)), shop, asked.method, found.what or asked.path[:200], found.status, found.note))
    return found
