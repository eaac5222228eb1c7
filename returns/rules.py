"""From evidence to signals, advice and terms: the twelve checks of returns/eligibility, read by the kernel. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import Seen
from returns import facts
from returns.eligibility import Judged, JudgedLine, judge
from returns.eligibility.outcome import COMES_BACK, REFUNDS
from returns.policy import Settings
from returns.reasons import APPROVE, ASK, DECLINE, KEEP, REPLACE

VERSION = "1"
KEEPS = frozenset({"KEEP_ITEM_REFUND", "DONATE", "PARTIAL_CREDIT"})
# What clears adds up to less than what any single thing that asks for a person leaves above the limit: it never takes a case away.
WEIGHTS = {"denied": 60, "person": 50, "ask": 45, "right": -5, "hand": 40, "in_window": -3, "left": -1}
CLEARING = {"window": ("in_window", "It is within the return window."), "returnable": ("left", "What is asked for is left to return.")}
# Said by check and code. Numbers and dates stand in the check's own row, where they are worked out.
SAYS: dict[str, str] = {
    "identity_unverified": "Nobody has verified who is asking.",
    "nothing_returnable": "More is asked for than is left to return.",
    "statutory_right": "The customer may return it by law.",
    "FINAL_SALE": "It was a final sale.",
    "RETURN_PERIOD_ENDED": "The return window has ended.",
    "window_grace": "The return window has just ended.",
    "window_unknown": "Nobody knows when the return window began.",
    "limit_per_order": "It is not the first return of the order.",
    "limit_quantity": "More units than usual come back at once.",
    "limit_ratio": "Many orders of the customer came back.",
    "evidence_missing": "What the reason needs as evidence is missing.",
    "not_shippable": "It cannot simply be sent back.",
    "return_risk": "The past of such claims has to be looked at.",
    "double_compensation": "It may have been settled in another way.",
}
# The fact that shows it, the first one that is there.
SHOWN: dict[str, tuple[str, ...]] = {
    "identity": ("identity",), "returnable": ("units_left",), "statutory": ("days_since_delivery", "country"),
    "window": ("days_since_delivery",), "limits": ("earlier_requests", "customer_returns"), "evidence": ("photos",),
    "shippable": ("country",), "resolved": ("dispute_open", "refund_issued"),
}  # fmt: skip


def judged(evidence: Evidence, settings: Settings, *, policy: str, spent_today: Decimal = Decimal(0)) -> Judged:
    return judge(facts.read(evidence, settings), settings, policy=policy, spent_today=spent_today)


def given_back(decided: Iterable[Mapping[str, Any]], evidence: Evidence) -> Decimal:
    """What the terms of these decisions give back in the currency of this request."""
    currency = _currency(evidence)
    return sum((Decimal(terms["amount"]) for terms in decided if terms.get("amount") and terms.get("currency") == currency), Decimal(0))


def see(evidence: Evidence, settings: Settings, *, policy: str) -> list[Seen]:
    """Each check that did not simply pass, once, and what keeps it from being settled without a person."""
    found = judged(evidence, settings, policy=policy)
    seen: dict[str, Seen] = {}
    for line in found.lines:
        for row in line.rows:
            weight, clears = CLEARING.get(row.check, ("", "")) if row.result == "passed" else (row.result, "")
            points = WEIGHTS.get(weight, 0)
            if not points or (row.check in seen and abs(seen[row.check].points) >= abs(points)):
                continue
            says = clears or SAYS.get(row.code, "It is on a list." if row.check == "lists" else row.label)
            state = "fired" if points > 0 else "clearing"
            seen[row.check] = Seen(row.check, "checks", state, points, says, (_claim(evidence, row.check),))
    if found.by_hand and not any(one.points > 0 for one in seen.values()):
        seen["by_hand"] = Seen(
            "by_hand",
            "checks",
            "fired",
            WEIGHTS["hand"],
            "It is not a return that is settled without a person.",
            (_claim(evidence, "value"),),
        )
    return list(seen.values())


def _claim(evidence: Evidence, check: str) -> tuple[str, str, Any]:
    for key in (*SHOWN.get(check, ()), "reason", "number"):
        value = evidence[key]
        if value is None or value is False:
            continue
        return key, "eq", value
    return "number", "present", True


def choose(evidence: Evidence, possible: Sequence[str], settings: Settings, *, policy: str) -> str:
    """The outcome that the lines lean to together: asked for first, declined only where every line is."""
    found = judged(evidence, settings, policy=policy)
    leaning = {line.advised.leaning for line in found.lines}
    if any(line.advised.ask for line in found.lines):
        wanted = ASK
    elif leaning == {"DECLINE"} or not leaning:
        wanted = DECLINE
    elif leaning <= KEEPS | {"DECLINE"}:
        wanted = KEEP
    elif leaning <= {"REPLACE_NO_RETURN", "DECLINE"}:
        wanted = REPLACE
    else:
        wanted = APPROVE
    return wanted.key if wanted.key in possible else possible[0]


def terms(evidence: Evidence, outcome: str, settings: Settings, *, policy: str) -> dict[str, Any]:
    """What the outcome means here: each line's own outcome, units and money, never more together than is left to refund."""
    found = judged(evidence, settings, policy=policy)
    currency = _currency(evidence)
    left = evidence["left_to_refund"]
    rows, total = [], Decimal(0)
    for line in found.lines:
        becomes = _becomes(line, outcome, every=all(one.advised.leaning == "DECLINE" for one in found.lines))
        units = 0 if becomes == "DECLINE" else line.line.asked
        amount = _amount(line, becomes, settings)
        if amount is not None and left is not None:
            amount = min(amount, max(Decimal(left) - total, Decimal(0)))
        total += amount or Decimal(0)
        rows.append(
            {
                "line": line.line.key, "title": line.line.title or line.line.sku, "asked": line.line.asked, "outcome": becomes,
                "units": units, "amount": None if amount is None else f"{amount:.2f}",
            }
        )  # fmt: skip
    first = found.lines[0].advised.terms if found.lines else None
    decline = next((line.advised.decline for line in found.lines if line.advised.decline), "OTHER")
    return {
        "lines": rows, "amount": f"{total:.2f}", "currency": currency, "decline": decline if outcome == DECLINE.key else "",
        "refund_shipping": outcome != DECLINE.key and any(line.advised.terms.refund_shipping for line in found.lines),
        "inspect": any(line.advised.terms.inspect for line in found.lines), "destination": first.destination if first else "",
        "instructions": instructions(evidence["number"] or "", outcome, settings),
    }  # fmt: skip


def _becomes(line: JudgedLine, outcome: str, *, every: bool) -> str:
    leaning = line.advised.leaning
    if outcome in {DECLINE.key, ASK.key} or (leaning == "DECLINE" and not every):
        return "DECLINE"
    if outcome == KEEP.key:
        return leaning if leaning in KEEPS else "KEEP_ITEM_REFUND"
    if outcome == REPLACE.key:
        return "REPLACE_NO_RETURN"
    return leaning if leaning in COMES_BACK or leaning in KEEPS or leaning == "REPLACE_NO_RETURN" else "REFUND_ORIGINAL"


def _amount(line: JudgedLine, becomes: str, settings: Settings) -> Decimal | None:
    value = line.line.value
    if becomes == "STORE_CREDIT":
        return None if value is None else (value * (1 + settings.credit_bonus)).quantize(Decimal("0.01"))
    if becomes not in REFUNDS or value is None:
        return None
    if becomes == "PARTIAL_CREDIT":
        return (value * settings.late_share).quantize(Decimal("0.01"))
    return max(value - line.advised.terms.fee, Decimal(0)).quantize(Decimal("0.01"))


def _currency(evidence: Evidence) -> str:
    fact = evidence.facts.get("left_to_refund")
    return fact.unit if fact is not None else ""


def instructions(number: str, outcome: str, settings: Settings) -> str:
    """What the customer is told: what to do and what follows, never why."""
    if outcome == APPROVE.key:
        return (
            f"Your return {number} is accepted. Pack the goods well, put a note with the number {number} into the parcel, and send it to us. "
            f"The number is valid for {settings.expire_after_days} days. When the parcel is here and has been looked at, you hear from us."
        )
    if outcome == KEEP.key:
        return f"You need not send anything back for your return {number}. We have arranged your refund."
    if outcome == REPLACE.key:
        return f"You need not send anything back for your return {number}. We have arranged a replacement."
    if outcome == ASK.key:
        return f"To look at your return {number} we need photos of the goods, or a few more words. Please answer this message."
    return f"We are sorry: we cannot take back the goods of your return {number}. Please write to us if you have a question."


def headline(evidence: Evidence, settings: Settings, *, policy: str) -> str:
    """Reason, outcome, and what decided; no personal data."""
    found = judged(evidence, settings, policy=policy)
    if not found.lines:
        return "Nothing is asked for."
    first = found.lines[0]
    what = f"{evidence['units']} × {first.line.reason.replace('_', ' ').lower()}"
    return f"{what}: {first.advised.drove[0]}" if first.advised.drove else what
