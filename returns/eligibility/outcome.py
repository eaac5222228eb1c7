"""From twelve rows to an outcome: what is recommended for a line, what drove it, what the other ways would cost, and on which terms."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from returns.eligibility.costs import COMES_BACK, Cost, cost
from returns.eligibility.given import Asked, LineAsked
from returns.eligibility.rows import Row
from returns.grounds import GROUNDS
from returns.policy import Settings

OUTCOMES: dict[str, str] = {
    "REFUND_ORIGINAL": "Refund when it is back",
    "STORE_CREDIT": "Store credit when it is back",
    "EXCHANGE_SAME": "Exchange for the same product",
    "EXCHANGE_OTHER": "Exchange for another product",
    "REPLACE_NO_RETURN": "Send a replacement, nothing comes back",
    "KEEP_ITEM_REFUND": "Refund, the customer keeps it",
    "PARTIAL_CREDIT": "Refund a part, the customer keeps it",
    "DONATE": "Refund, the customer gives it away",
    "REPAIR": "Repair and send back",
    "DECLINE": "Decline",
    "NEEDS_REVIEW": "A person decides",
}
# Outcomes after which money goes back to the means of payment.
REFUNDS = frozenset({"REFUND_ORIGINAL", "KEEP_ITEM_REFUND", "PARTIAL_CREDIT", "DONATE"})
SENDS = frozenset({"EXCHANGE_SAME", "EXCHANGE_OTHER", "REPLACE_NO_RETURN"})
REPLACES = frozenset({"EXCHANGE_SAME", "REPLACE_NO_RETURN"})
BY_HAND = frozenset({"STORE_CREDIT", "EXCHANGE_OTHER", "REPAIR"})  # no store's interface does it: a colleague is told
DECLINES = {"FINAL_SALE": "FINAL_SALE", "RETURN_PERIOD_ENDED": "RETURN_PERIOD_ENDED"}  # else OTHER, in Shopify's words


@dataclass(frozen=True, slots=True)
class Terms:
    """Modifiers of an outcome."""

    fee: Decimal = Decimal(0)
    refund_shipping: bool = False
    destination: str = ""
    inspect: bool = True
    timing: str = "on_inspection"
    refund_within_days: int | None = None  # where the law says so
    excluded: tuple[str, ...] = ()

    def kept(self) -> dict[str, Any]:
        return {
            "fee": f"{self.fee:.2f}", "refund_shipping": self.refund_shipping, "destination": self.destination, "inspect": self.inspect,
            "timing": self.timing, "refund_within_days": self.refund_within_days, "excluded": list(self.excluded),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Advised:
    """`outcome` is NEEDS_REVIEW where a check asks for a person; `leaning` is what the rules would advise that person."""

    outcome: str
    leaning: str
    drove: tuple[str, ...]  # sentences, the decisive one first
    decline: str = ""
    ask: bool = False  # the customer's answer is needed first
    terms: Terms = Terms()
    alternatives: tuple[Cost, ...] = field(default=())
    cost: Cost | None = None


def advise(asked: Asked, line: LineAsked, rows: list[Row], settings: Settings) -> Advised:
    by = {row.check: row for row in rows}
    by_law = by["statutory"].result == "right"
    terms = _terms(asked, line, settings, by_law=by_law)
    denied = next((row for row in rows if row.result == "denied"), None)
    if denied:
        decline = DECLINES.get(denied.code, "OTHER")
        return Advised(
            "DECLINE", "DECLINE", (denied.reason,), decline, alternatives=_others("DECLINE", asked, line, settings), cost=_nothing()
        )
    leaning, why = _leaning(asked, line, by, settings, terms)
    people = [row for row in rows if row.result == "person"]
    ask = any(row.result == "ask" for row in rows)
    drove = [row.reason for row in (*people, *(row for row in rows if row.result in {"ask", "keep", "right"}))]
    outcome = "NEEDS_REVIEW" if people or ask else leaning
    return Advised(
        outcome, leaning, tuple(dict.fromkeys([*drove, why])), ask=ask, terms=terms,
        alternatives=_others(leaning, asked, line, settings), cost=cost(leaning, asked, line, settings),
    )  # fmt: skip


def _leaning(asked: Asked, line: LineAsked, by: dict[str, Row], settings: Settings, terms: Terms) -> tuple[str, str]:
    """What the rules advise where nobody need look, in order: what the law gives, what the goods allow, what the customer wishes."""
    ground, wish = GROUNDS[line.reason], asked.wish
    keep = by["value"].result == "keep" or by["shippable"].result == "keep"

    def can(outcome: str) -> bool:
        return outcome not in terms.excluded

    if ground.nothing_back:
        if wish not in {"refund", "credit"} and line.in_stock is not False and can("REPLACE_NO_RETURN"):
            return "REPLACE_NO_RETURN", f"“{ground.label}”: what is missing is sent again."
        return "KEEP_ITEM_REFUND", f"“{ground.label}”: there is nothing to send back, so the money goes back."
    if line.reason == "PRICING":
        return "PARTIAL_CREDIT", "The price is put right; the goods stay where they are."
    if line.reason == "ARRIVED_LATE" and wish == "keep" and can("PARTIAL_CREDIT"):
        return "PARTIAL_CREDIT", "The customer keeps what came late for a part of its price."
    if ground.is_ours and wish in {"", "replacement", "exchange"} and line.reason in {"DEFECTIVE", "DAMAGED_IN_TRANSIT", "WRONG_ITEM"}:
        if line.reason == "DEFECTIVE" and line.product_type in settings.repairs and wish == "":
            return "REPAIR", f"Defective goods of the kind “{line.product_type}” are repaired."
        if wish and line.in_stock is not False:
            small = line.value is not None and line.value <= settings.replace_keep_most.get(asked.currency, Decimal(-1))
            if (small or keep or line.hazmat) and can("REPLACE_NO_RETURN"):
                return "REPLACE_NO_RETURN", "Our fault, and not worth sending back: a replacement goes out."
            if can("EXCHANGE_SAME"):
                return "EXCHANGE_SAME", "Our fault, and a replacement is wished: it goes out when the goods are back."
    if wish == "repair" and line.product_type in settings.repairs and can("REPAIR"):
        return "REPAIR", "A repair is wished, and the shop repairs this kind of goods."
    if keep and can("KEEP_ITEM_REFUND"):
        if line.product_type and line.product_type in settings.donated_types and can("DONATE"):
            return "DONATE", "Not worth sending back, and somebody can use it."
        return "KEEP_ITEM_REFUND", "Not worth sending back."
    if wish == "exchange" and line.in_stock is not False:
        if line.reason in {"SIZE_TOO_SMALL", "SIZE_TOO_LARGE"} and can("EXCHANGE_SAME"):
            return "EXCHANGE_SAME", "Another size of the same product is wished."
        if can("EXCHANGE_OTHER"):
            return "EXCHANGE_OTHER", "Another product is wished."
    if (wish == "credit" or asked.method_refundable is False) and settings.credit and can("STORE_CREDIT"):
        return "STORE_CREDIT", "Credit is wished." if wish == "credit" else "The means of payment takes no money back."
    return "REFUND_ORIGINAL", "The rules are met: the money goes back to where it came from."


def _terms(asked: Asked, line: LineAsked, settings: Settings, *, by_law: bool) -> Terms:
    """Modifiers: the shop's fault frees of the fee and gives the shipping back; the law gives back the shipping of a whole order."""
    ours = GROUNDS[line.reason].is_ours
    fee = Decimal(0) if ours or by_law else settings.handling_fee.get(asked.currency, Decimal(0))
    inspect_from = settings.inspect_from.get(asked.currency, Decimal(0))
    careful = line.value is None or line.value >= inspect_from or ours
    timing = settings.refund_timing if careful or settings.refund_timing != "on_inspection" else "on_receipt"
    excluded = set(settings.excluded)
    if by_law and asked.wish != "credit":
        excluded.add("STORE_CREDIT")  # who withdraws gets money, on the means by which it was paid (directive 2011/83/EU art. 13)
    return Terms(
        fee=fee, refund_shipping=ours or (by_law and asked.whole_order),
        destination=settings.destinations.get(line.product_type, settings.destination), inspect=careful, timing=timing,
        refund_within_days=settings.withdrawal_refund_days if by_law else None, excluded=tuple(sorted(excluded)),
    )  # fmt: skip


def _others(chosen: str, asked: Asked, line: LineAsked, settings: Settings) -> tuple[Cost, ...]:
    """Every other way that makes sense for the line, the cheapest first; those whose cost nobody knows stand last."""
    ground = GROUNDS[line.reason]
    ways = ["REFUND_ORIGINAL", "KEEP_ITEM_REFUND", "REPLACE_NO_RETURN", "EXCHANGE_SAME", "PARTIAL_CREDIT"]
    if ground.nothing_back:
        ways = [way for way in ways if way not in COMES_BACK]
    if settings.credit:
        ways.append("STORE_CREDIT")
    if line.product_type in settings.repairs:
        ways.append("REPAIR")
    if line.in_stock is False:
        ways = [way for way in ways if way not in SENDS]
    found = [cost(way, asked, line, settings) for way in ways if way != chosen and way not in settings.excluded]
    if chosen != "DECLINE":
        found.append(_nothing())
    return tuple(sorted(found, key=lambda one: (one.amount is None, one.amount or Decimal(0), one.outcome)))


def _nothing() -> Cost:
    return Cost("DECLINE", Decimal(0), ())
