"""The line to an advisor's service: the general line with the advisor's key, and what its refusals mean for a question."""

import math
import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
from django.utils import timezone

from ordersops import line
from ordersops.advice.advisors.refused import error_of, outcome_of
from ordersops.advice.answers import Exchange
from ordersops.advice.models import CallOutcome

KEPT = line.KEPT | {"anthropic-version"}
OUTCOMES = {
    line.Fault.REQUEST: CallOutcome.REQUEST,
    line.Fault.PRIVATE: CallOutcome.REQUEST,
    line.Fault.UNREACHABLE: CallOutcome.UNREACHABLE,
    line.Fault.LATE: CallOutcome.LATE,
    line.Fault.BROKEN: CallOutcome.BROKEN,
    line.Fault.FOREIGN: CallOutcome.FOREIGN,
}


class Line(line.Line):
    """For one call. Where it leads is a setting of this machine, so it may be a private address."""

    def __init__(self, seconds: float, key: str) -> None:
        super().__init__(seconds, secrets={"Authorization": f"Bearer {key}"}, kept=KEPT, private=True)

    def refusal(self) -> tuple[CallOutcome, str] | None:
        """How it ended and why, where there is no answer of the model to be read."""
        if self.fault is not None:
            return OUTCOMES[self.fault], self.why
        if self.status is None:
            return CallOutcome.REQUEST, "Nothing could be sent."
        if self.status == 200:
            if "json" in self.headers.get("content-type", ""):
                return None
            return CallOutcome.FOREIGN, "The answer is not JSON."
        named = error_of(self.received or b"")
        return outcome_of(self.status, named), " ".join([f"HTTP {self.status}", *named])

    def exchange(self, outcome: str, *, model: str, prompt_sha256: str, **more: Any) -> Exchange:
        """The record of the call, with the bodies as they went over the line; never a header, so never the key."""
        return Exchange(
            model_requested=model, prompt_sha256=prompt_sha256, request=self.sent, outcome=outcome,
            latency_ms=int((time.monotonic() - self.began) * 1000), response=self.received, status=self.status,
            request_id=_id(self.headers.get("request-id") or self.headers.get("x-request-id") or ""),
            retry_after=retry_after(self.headers), **more,
        )  # fmt: skip


def retry_after(headers: httpx2.Headers) -> float | None:
    """The seconds that the service asks us to wait, however many: in milliseconds, seconds or as a date of HTTP."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        try:
            seconds = float(text) * unit
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    try:
        at = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, (at - timezone.now()).total_seconds())
    except (TypeError, ValueError, OverflowError):  # no date, one without a zone, or one out of range
        return None


def _id(text: str) -> str:
    return "".join(c for c in text if c.isascii() and (c.isalnum() or c in "-_."))[:120]
