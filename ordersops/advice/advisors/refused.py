"""What a service's refusal means for us: try again later, or somebody has to look."""

import json
import re
from typing import Any

from ordersops.advice.models import CallOutcome

# A name that a service gives to a kind of error. A key, an address or a sentence of a prompt never looks like that, so
# nothing of ours gets into a detail, whatever a service echoes in its messages.
_NAME = re.compile(r"[a-z]+(?:_[a-z]+){0,7}")
# Waiting does not mend these, though some services say 429 to them.
NO_MONEY = frozenset({"billing_error", "insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
NO_MONEY_ENDS = ("spend_limit_reached", "budget_exceeded")

STATUSES = {
    401: CallOutcome.KEY, 403: CallOutcome.KEY, 402: CallOutcome.PAYMENT,
    408: CallOutcome.BUSY, 409: CallOutcome.BUSY, 425: CallOutcome.BUSY, 429: CallOutcome.BUSY, 499: CallOutcome.BROKEN,
}  # fmt: skip


def outcome_of(status: int, named: list[str]) -> CallOutcome:
    """The CallOutcome of an HTTP status that is not 200, and of the names that the service gives to its error."""
    if any(name in NO_MONEY or name.endswith(NO_MONEY_ENDS) for name in named) and 400 <= status < 500:
        return CallOutcome.PAYMENT
    if status in STATUSES:
        return STATUSES[status]
    if status >= 500:
        return CallOutcome.BUSY
    if status >= 400:
        return CallOutcome.REQUEST
    return CallOutcome.REDIRECT if status >= 300 else CallOutcome.FOREIGN


def error_of(body: bytes) -> list[str]:
    """The names of an error in a body of JSON: its type, then its code. Not its message, which may echo what was asked."""
    try:
        error = json.loads(body)["error"]
        details = error.get("details")
        found: list[Any] = [error.get("type"), error.get("code"), details.get("error_code") if isinstance(details, dict) else None]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return []
    names = [name for name in found if isinstance(name, str) and len(name) <= 60 and _NAME.fullmatch(name)]
    return list(dict.fromkeys(names))
