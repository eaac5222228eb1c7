"""What an outcome costs the shop for one line: an estimate from the policy's table, made of named parts. Ours.

Refund and credit are what leaves; what comes back is credited at its resale share; goods sent out count at what they cost us.
"""

from dataclasses import dataclass
from decimal import Decimal

from returns.eligibility.given import Asked, LineAsked
from returns.policy import Settings

CENT = Decimal("0.01")
ZERO = Decimal(0)
COMES_BACK = frozenset({"REFUND_ORIGINAL", "STORE_CREDIT", "EXCHANGE_SAME", "EXCHANGE_OTHER", "REPAIR"})


@dataclass(frozen=True, slots=True)
class Cost:
    """`parts` are (what, amount); what comes back is negative. None where the line's price is not known."""

    outcome: str
    amount: Decimal | None
    parts: tuple[tuple[str, Decimal], ...] = ()


def cost(outcome: str, asked: Asked, line: LineAsked, settings: Settings) -> Cost:
    value, currency = line.value, asked.currency
    if value is None or currency not in settings.return_cost:
        return Cost(outcome, None)
    share = line.resale_share if line.resale_share is not None else settings.resale_share
    back = ZERO if line.condition == "damaged" or line.reason in {"DEFECTIVE", "DAMAGED_IN_TRANSIT"} else value * share
    label, send = settings.return_cost[currency], settings.send_cost.get(currency, ZERO)
    handling, goods = settings.handling_cost.get(currency, ZERO), value * settings.goods_cost_share
    parts: list[tuple[str, Decimal]] = []
    if outcome in {"REFUND_ORIGINAL", "KEEP_ITEM_REFUND", "DONATE"}:
        parts.append(("refund", value))
    elif outcome == "STORE_CREDIT":
        parts.append(("goods for the credit", (value * (1 + settings.credit_bonus)) * settings.goods_cost_share))
    elif outcome == "PARTIAL_CREDIT":
        parts.append(("partial refund", value * settings.late_share))
    elif outcome in {"EXCHANGE_SAME", "EXCHANGE_OTHER", "REPLACE_NO_RETURN"}:
        parts += [("goods sent", goods), ("sending", send)]
    elif outcome == "REPAIR":
        parts += [("repair", value * settings.repair_share), ("sending", send)]
    if outcome in COMES_BACK:
        parts += [("return label", label), ("handling", handling)]
        if outcome != "REPAIR" and back:
            parts.append(("resale", -back))
    rounded = tuple((what, amount.quantize(CENT)) for what, amount in parts)
    return Cost(outcome, sum((amount for _, amount in rounded), ZERO), rounded)
