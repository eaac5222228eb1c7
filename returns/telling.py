"""What a customer reads about their return: where it is and what was decided, never how it was judged (law 19).

A decision is told when it can no longer be taken back: until its hold window is over, the customer reads what they read before.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from ordersops.wording import leaks
from returns.actions.settling import settled_by
from returns.models import ReturnRequest, ReturnState
from returns.photos import LISTED

S = ReturnState


@dataclass(frozen=True, slots=True)
class Said:
    title: str
    text: str
    tone: str = "info"


WORDS: dict[str, Said] = {
    S.REQUESTED: Said(
        "We have your request", "Somebody looks at it. You get an e-mail when it is answered; nothing needs to be sent back yet."
    ),
    S.WAITING: Said("We need a little more from you", "Please add what is asked for below, and we go on.", "warn"),
    S.APPROVED: Said("Your return is accepted", "Write the return number on the parcel, so that it is found at once.", "good"),
    S.IN_TRANSIT: Said("Your parcel is on its way to us", "You need to do nothing. We write when it is here."),
    S.RECEIVED: Said("Your parcel is here", "We are looking at what is in it."),
    S.INSPECTED: Said("Your parcel was looked at", "What was agreed follows next."),
    S.SETTLED: Said("Your return is settled", "What was agreed is on its way to you.", "good"),
    S.DECLINED: Said("We could not accept this return", "You keep the goods. Write to us if you have a question.", "neutral"),
    S.EXPIRED: Said("The time to send it is over", "Nothing arrived here. Write to us if you sent it all the same.", "neutral"),
    S.CANCELLED: Said("This return was given up", "You keep the goods, and nothing else happens.", "neutral"),
}
# What becomes of a line, in the customer's words.
BECOMES = {
    "REFUND_ORIGINAL": "your money back, the way you paid",
    "STORE_CREDIT": "store credit",
    "EXCHANGE_SAME": "an exchange for the same",
    "EXCHANGE_OTHER": "an exchange",
    "REPLACE_NO_RETURN": "a replacement; nothing to send back",
    "KEEP_ITEM_REFUND": "your money back; keep what you have",
    "PARTIAL_CREDIT": "part of the price back; keep what you have",
    "DONATE": "your money back; give it to somebody who can use it",
    "REPAIR": "a repair",
    "DECLINE": "not accepted",
}
# In these states what was decided stands as it is.
_DECIDED = frozenset({S.WAITING, S.APPROVED, S.DECLINED, S.SETTLED})


def state_told(request: ReturnRequest) -> str:
    """The state as the customer may know it."""
    decided = request.decision.decided_at if request.decision else None
    if request.state in _DECIDED and decided and decided + timedelta(seconds=settings.HOLD_WINDOW_SECONDS) > timezone.now():
        return S.REQUESTED
    return request.state


def status(request: ReturnRequest) -> dict[str, Any]:
    """Context of the customer's status page."""
    state = state_told(request)
    told = state == request.state
    rows = list(request.lines.select_related("line").prefetch_related(LISTED))
    open_ = state in {S.REQUESTED, S.WAITING} and request.state in {S.REQUESTED, S.WAITING}
    return {
        "found": request, "said": WORDS[state], "lines": [_line(row, told=told and bool(request.outcome)) for row in rows],
        "instructions": instructions(request) if told else "", "until": request.expires_at if state == S.APPROVED else None,
        "paid": paid(request) if told else None, "may_add": open_, "may_send": state == S.APPROVED,
        "may_cancel": told and state in {S.REQUESTED, S.WAITING, S.APPROVED},
    }  # fmt: skip


def instructions(request: ReturnRequest) -> str:
    """What the customer was told in the letter; nothing where a word of it must not be read by them."""
    return "" if leaks(request.instructions) else request.instructions


def paid(request: ReturnRequest) -> Decimal | None:
    """Money that went back, as the store has confirmed it."""
    done = [effect.amount for effect in settled_by(request).filter(kind="refund.create", state="done") if effect.amount]
    return sum(done, Decimal(0)) if done else None


def _line(row: Any, *, told: bool) -> dict[str, Any]:
    return {
        "pk": row.pk, "title": row.line.title or row.line.sku, "units": row.quantity, "reason": row.get_reason_display(), "words": row.words,
        "photos": len(row.photos.all()), "becomes": BECOMES.get(row.outcome, "") if told else "",
    }  # fmt: skip
