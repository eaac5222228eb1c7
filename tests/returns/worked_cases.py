"""Worked cases of policies.md 4.1: what is unusual about a return, and what comes out.

Every case begins with the same plain return: a jacket for 80.00 EUR to Germany, delivered twenty days before it is asked for, one of
one, too small, unopened, by a customer whose number and e-mail fit. `line` and `asked` say what is different, `decides` names the
row that is looked at as `check result code`, then the outcome and, where a person decides, what the rules lean to.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from returns.eligibility import Asked, CustomerPast, LineAsked
from returns.policy import DEFAULTS, Listed, Settings, Window

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
D = Decimal


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


CLEARANCE = frozenset({"clearance"})
PLAIN_LINE = LineAsked(
    key="1", asked=1, reason="SIZE_TOO_SMALL", title="Jacket", sku="JK-1", price=D("80.00"), fulfilled=1, delivered_at=ago(20),
    shipped_at=ago(22), fulfilled_at=ago(22), condition="unopened",
)  # fmt: skip
PLAIN = Asked(
    at=NOW, lines=(PLAIN_LINE,), currency="EUR", country="DE", placed_at=ago(24), identity="contact", total=D("85.00"), shipping=D("5.00"),
    left_to_refund=D("85.00"), method_refundable=True, customer=CustomerPast(key="a@example.com", orders=2, orders_with_returns=0),
)  # fmt: skip


@dataclass(frozen=True)
class Worked:
    name: str
    decides: str
    outcome: str
    leaning: str = ""
    line: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)
    past: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    def request(self) -> Asked:
        lines = (replace(PLAIN_LINE, **self.line),)
        return replace(PLAIN, lines=lines, customer=replace(PLAIN.customer, **self.past), **self.asked)

    def policy(self) -> Settings:
        return DEFAULTS.model_copy(update=self.settings)


W = Worked
REFUND, KEEP, REVIEW, DECLINE = "REFUND_ORIGINAL", "KEEP_ITEM_REFUND", "NEEDS_REVIEW", "DECLINE"
BROKEN = {"reason": "DEFECTIVE", "photos": 1, "words": "The zip came off.", "condition": "damaged"}
US = {"country": "US"}
WORKED = [
    W("a plain return within the window", "window passed", REFUND),
    # 1 identity
    W("nobody knows who asks", "identity person identity_unverified", REVIEW, REFUND, asked={"identity": "none"}),
    W("a colleague asks for the customer", "identity passed", REFUND, asked={"identity": "staff"}),
    # 2 what is left
    W("nothing was sent yet", "returnable denied nothing_returnable", DECLINE, line={"fulfilled": 0}),
    W("it came back already", "returnable denied nothing_returnable", DECLINE, line={"returned": 1}),
    W("it was refunded without coming back", "returnable denied nothing_returnable", DECLINE, line={"refunded": 1}),
    W("another request has the unit", "returnable denied nothing_returnable", DECLINE, line={"asked_elsewhere": 1}),
    W("two of three after one came back", "returnable passed", REFUND, line={"fulfilled": 3, "returned": 1, "refunded": 1, "asked": 2}),
    W(
        "three of three after one came back",
        "returnable denied nothing_returnable",
        DECLINE,
        line={"fulfilled": 3, "returned": 1, "asked": 3},
    ),
    # 3 the law
    W("withdrawal on the 14th day", "statutory right statutory_right", REFUND, line={"delivered_at": ago(14)}),
    W("a second after the 14th day", "statutory passed", REFUND, line={"delivered_at": ago(14) - timedelta(seconds=1)}),
    W("withdrawal overrides a final sale", "final_sale overridden FINAL_SALE", REFUND, line={"delivered_at": ago(5), "tags": CLEARANCE}),
    W(
        "no such right in the United States",
        "final_sale denied FINAL_SALE",
        DECLINE,
        line={"delivered_at": ago(5), "tags": CLEARANCE},
        asked=US,
    ),
    W(
        "withdrawal overrides a short window",
        "window overridden RETURN_PERIOD_ENDED",
        REFUND,
        line={"delivered_at": ago(12)},
        settings={"window_days": 7},
    ),
    W(
        "withdrawal overrides the block list",
        "lists overridden blocked_sku",
        REFUND,
        line={"delivered_at": ago(3)},
        settings={"lists": (Listed(kind="block", what="sku", match="JK-1"),)},
    ),
    W("withdrawal before delivery", "statutory right statutory_right", REFUND, line={"delivered_at": None, "not_delivered": True}),
    W(
        "custom-made goods on final sale",
        "final_sale denied FINAL_SALE",
        DECLINE,
        line={"delivered_at": ago(2), "custom_made": True, "tags": frozenset({"final sale"})},
    ),
    W(
        "opened hygiene goods have no such right",
        "statutory passed",
        REFUND,
        line={"delivered_at": ago(2), "sealed_hygiene": True, "condition": "opened"},
    ),
    W("sealed hygiene goods have it", "statutory right statutory_right", REFUND, line={"delivered_at": ago(2), "sealed_hygiene": True}),
    W(
        "the law does not override risk",
        "risk person return_risk",
        REVIEW,
        REFUND,
        line={"delivered_at": ago(2)},
        asked={"other_instrument": True},
    ),
    # 4 final sale
    W("final sale by order tag", "final_sale denied FINAL_SALE", DECLINE, asked={"order_tags": frozenset({"Final Sale"})}),
    W("final sale that arrived broken", "final_sale passed", REFUND, line={**BROKEN, "tags": CLEARANCE}, asked={"wish": "refund"}),
    W(
        "final sale, the wrong item came",
        "final_sale passed",
        "EXCHANGE_SAME",
        line={"reason": "WRONG_ITEM", "photos": 2, "tags": CLEARANCE},
        asked={"wish": "replacement"},
    ),
    W(
        "a discount that makes it final",
        "final_sale denied FINAL_SALE",
        DECLINE,
        line={"discount_percent": D(60)},
        settings={"final_sale_discount_percent": D(50)},
    ),
    # 5 the window
    W("the 30th day", "window passed", REFUND, line={"delivered_at": ago(30)}),
    W("a day of grace", "window person window_grace", REVIEW, REFUND, line={"delivered_at": ago(31)}),
    W("the grace is over", "window denied RETURN_PERIOD_ENDED", DECLINE, line={"delivered_at": ago(33.1)}),
    W("a defect after 80 days", "window passed", REFUND, line={**BROKEN, "delivered_at": ago(80)}, asked={"wish": "refund"}),
    W("no delivery scan: dispatch and transit count", "window passed", REFUND, line={"delivered_at": None, "shipped_at": ago(36)}),
    W(
        "no delivery scan, too late all the same",
        "window denied RETURN_PERIOD_ENDED",
        DECLINE,
        line={"delivered_at": None, "shipped_at": ago(45)},
    ),
    W(
        "nobody knows when it was sent",
        "window person window_unknown",
        REVIEW,
        REFUND,
        line={"delivered_at": None, "shipped_at": None, "fulfilled_at": None},
    ),
    W(
        "a present bought before the holidays",
        "window passed",
        REFUND,
        line={"delivered_at": datetime(2025, 11, 20, tzinfo=UTC)},
        asked={"at": datetime(2026, 1, 20, tzinfo=UTC), "placed_at": datetime(2025, 11, 15, tzinfo=UTC)},
        settings={
            "windows": (
                Window(level="order", placed_from=date(2025, 11, 1), placed_until=date(2025, 12, 24), open_until=date(2026, 1, 31)),
            )
        },
    ),
    W(
        "the product's window goes before the customer's",
        "window denied RETURN_PERIOD_ENDED",
        DECLINE,
        line={"tags": frozenset({"swimwear"})},
        past={"tier": "vip"},
        settings={"windows": (Window(level="customer", match="vip", days=60), Window(level="product", match="swimwear", days=14))},
    ),
    W(
        "a good customer has longer",
        "window passed",
        REFUND,
        line={"delivered_at": ago(50)},
        past={"tier": "VIP"},
        settings={"windows": (Window(level="customer", match="vip", days=60),)},
    ),
    # 6 lists
    W(
        "a blocked product type",
        "lists person blocked_product_type",
        REVIEW,
        REFUND,
        line={"product_type": "earrings"},
        settings={"lists": (Listed(kind="block", what="product_type", match="Earrings"),)},
    ),
    W(
        "allowed beats blocked",
        "lists passed",
        REFUND,
        line={"product_type": "earrings"},
        settings={
            "lists": (
                Listed(kind="block", what="product_type", match="earrings"),
                Listed(kind="allow", what="customer", match="A@example.com"),
            )
        },
    ),
    # 7 limits
    W("a second return of the order", "limits person limit_per_order", REVIEW, REFUND, asked={"earlier_requests": 1}),
    W("three of five orders came back", "limits person limit_ratio", REVIEW, REFUND, past={"orders": 5, "orders_with_returns": 3}),
    W("two of three orders are too few to tell", "limits passed", REFUND, past={"orders": 3, "orders_with_returns": 2}),
    W(
        "more than one may return of it",
        "limits person limit_quantity",
        REVIEW,
        REFUND,
        line={"asked": 4, "fulfilled": 4, "most_a_customer": 2},
    ),
    # 8 evidence
    W("defective without a photo", "evidence ask evidence_missing", REVIEW, REFUND, line={"reason": "DEFECTIVE"}, asked={"wish": "refund"}),
    W(
        "defective and cheap needs none",
        "evidence passed",
        KEEP,
        line={"reason": "DEFECTIVE", "price": D("12.00")},
        asked={"wish": "refund"},
    ),
    W(
        "an unknown currency always needs one",
        "evidence ask evidence_missing",
        REVIEW,
        REFUND,
        line={"reason": "DEFECTIVE", "price": D("12.00")},
        asked={"wish": "refund", "currency": "BRL"},
    ),
    W("something else without words", "evidence ask evidence_missing", REVIEW, REFUND, line={"reason": "OTHER"}),
    W("something else in words", "evidence passed", REFUND, line={"reason": "OTHER", "words": "It was a present and we have two now."}),
    # 9 the way back
    W("dangerous goods that are dear", "shippable person not_shippable", REVIEW, REFUND, line={"hazmat": True}),
    W("dangerous goods that are cheap stay there", "shippable keep not_shippable", KEEP, line={"hazmat": True, "price": D("15.00")}),
    W("no carrier brings it back", "shippable person not_shippable", REVIEW, REFUND, settings={"no_carrier_countries": ("DE",)}),
    # 10 its worth
    W("cheap goods stay there", "value keep KEEP_ITEM", KEEP, line={"price": D("18.00")}),
    W(
        "cheap goods of a kind that is given away",
        "value keep KEEP_ITEM",
        "DONATE",
        line={"price": D("18.00"), "product_type": "food"},
        settings={"donated_types": ("food",)},
    ),
    W("cheap, but something is odd", "value passed", REFUND, line={"price": D("18.00")}, past={"disputes": 1}),
    W("at 26.00 it comes back", "value passed", REFUND, line={"price": D("26.00")}),
    # 11 abuse
    W("two claims of non-receipt", "risk person return_risk", REVIEW, REFUND, past={"not_received_claims": 2}),
    W("an empty parcel before", "risk person return_risk", REVIEW, REFUND, past={"reports": {"package-is-empty": 1}}),
    W("one worn item before does not stop it", "risk passed", REFUND, past={"reports": {"item-is-worn": 1}}),
    W("the parcel is half as heavy as it should be", "risk person return_risk", REVIEW, REFUND, asked={"parcel_weight_share": D("0.5")}),
    W(
        "claimed ten minutes after a photo at the door",
        "risk person return_risk",
        REVIEW,
        "REPLACE_NO_RETURN",
        line={"reason": "NOT_RECEIVED", "delivered_at": NOW - timedelta(minutes=10)},
        asked={"pod_photo": True},
    ),
    # 12 settled elsewhere
    W("a dispute is open", "resolved person double_compensation", REVIEW, REFUND, asked={"dispute_open": True}),
    W(
        "the carrier has paid",
        "resolved person double_compensation",
        REVIEW,
        "REPLACE_NO_RETURN",
        line={"reason": "NOT_RECEIVED"},
        asked={"claim_paid": True},
    ),
    # outcomes
    W("another size is wished", "value passed", "EXCHANGE_SAME", asked={"wish": "exchange"}),
    W("another size is wished and not there", "value passed", REFUND, line={"in_stock": False}, asked={"wish": "exchange"}),
    W("another colour is wished", "value passed", "EXCHANGE_OTHER", line={"reason": "COLOR"}, asked={"wish": "exchange"}),
    W("credit is wished", "value passed", "STORE_CREDIT", asked={"wish": "credit"}),
    W("the card takes nothing back", "value passed", "STORE_CREDIT", asked={"method_refundable": False}),
    W(
        "who withdraws gets money even so",
        "statutory right statutory_right",
        REFUND,
        line={"delivered_at": ago(3)},
        asked={"method_refundable": False},
    ),
    W(
        "a cheap thing arrived broken: another goes out",
        "evidence passed",
        "REPLACE_NO_RETURN",
        line={**BROKEN, "price": D("35.00")},
        asked={"wish": "replacement"},
    ),
    W("a part was missing", "evidence passed", "REPLACE_NO_RETURN", line={"reason": "MISSING_ITEM"}),
    W("a part was missing and there is none", "evidence passed", KEEP, line={"reason": "MISSING_ITEM", "in_stock": False}),
    W("it came late and is kept", "evidence passed", "PARTIAL_CREDIT", line={"reason": "ARRIVED_LATE"}, asked={"wish": "keep"}),
    W("it is repaired", "evidence passed", "REPAIR", line={**BROKEN, "product_type": "machines"}, settings={"repairs": ("machines",)}),
]
