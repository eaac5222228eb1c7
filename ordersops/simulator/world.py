"""The order as the store itself knows it: money, lines, shipments and their invariants. No HTTP, no platform format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from .cards import Card
from .catalogue import Product
from .config import Shop
from .devices import Device
from .goods_back import Return
from .people import Person
from .places import Address
from .works import Work

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_RUN_BEGAN = datetime.now(UTC)
Word = Literal["released", "cancelled", "held"]


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Method:
    """A way of shipping with its price."""

    code: str
    title: str
    price: Decimal


STANDARD = Method("standard", "Standard", Decimal("6.90"))
FREE = Method("free", "Free shipping", ZERO)
EXPRESS = Method("express", "Express", Decimal("18.50"))
OVERNIGHT = Method("next_day_air", "Next day air", Decimal("34.00"))
NO_SHIPPING = Method("none", "Sent by e-mail", ZERO)


@dataclass
class Line:
    key: int
    product: Product
    quantity: int
    shipped: int = 0
    refunded: int = 0
    withdrawn: int = 0  # cancelled or refunded before it was shipped

    @property
    def price(self) -> Decimal:
        return self.product.price * self.quantity

    @property
    def fulfillable(self) -> int:
        return max(self.quantity - self.shipped - self.withdrawn, 0)

    @property
    def current(self) -> int:
        return self.quantity - self.refunded


@dataclass
class Transaction:
    key: int
    kind: Literal["authorization", "sale", "capture", "void", "refund"]
    status: Literal["success", "failure", "pending", "error"]
    amount: Decimal
    at: datetime
    card: Card
    error_code: str | None = None
    parent: int | None = None
    gateway: str = "shopify_payments"

    @property
    def ends(self) -> datetime | None:
        """Until when reserved money can be taken."""
        return self.at + timedelta(days=7) if self.kind == "authorization" and self.status == "success" else None


@dataclass
class Shipment:
    key: int
    carrier: str
    tracking: str
    items: list[tuple[Line, int]]
    shipped_at: datetime
    updated_at: datetime
    status: str = "shipped"
    delivered_at: datetime | None = None
    tracking_url: str | None = None
    work: int = 0  # the part of the order that it is of; 0: the first


@dataclass
class Refund:
    key: int
    amount: Decimal
    at: datetime
    reason: str
    items: list[tuple[Line, int]]
    restock: Literal["return", "cancel", "none"]
    transaction: Transaction
    at_gateway: bool = True  # False: the shop wrote it down, and somebody gives the money back by hand


@dataclass
class Dispute:
    key: int
    kind: Literal["chargeback", "inquiry"]
    reason: str
    amount: Decimal
    opened_at: datetime
    due_at: datetime
    status: str = "needs_response"


@dataclass
class Risk:
    level: Literal["low", "medium", "high"]
    provider: str
    facts: list[tuple[str, str]]  # description, sentiment


@dataclass
class Note:
    """A remark beside the order, for the shop's people or for the customer."""

    key: int
    text: str
    at: datetime
    author: str
    for_customer: bool = False


@dataclass
class Hold:
    """Why an order may not ship. The shop's own come from its checkout; those of the product carry its handle."""

    key: int
    handle: str
    reason: str
    note: str = ""
    by_product: bool = False
    work: int = 0  # the part that it holds; 0: the whole order


@dataclass
class Order:
    """One order. `awaits_word` means: the store ships only after the product has released it."""

    shop: Shop
    key: int
    number: int
    story: str
    person: Person
    lines: list[Line]
    shipping: Method
    ship_to: Address
    billing: Address
    device: Device
    placed_at: datetime
    updated_at: datetime
    discount: Decimal = ZERO
    tax_rate: Decimal = ZERO
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    source: str = "web"
    attributes: dict[str, str] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    risk: Risk | None = None
    told_risk: Risk | None = None  # what the product said of it
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    placed: bool = False
    awaits_word: bool = False
    word: Word | None = None
    notes: list[Note] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    meta: dict[str, tuple[int, Any]] = field(default_factory=dict)  # by key: number and value
    works: list[Work] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    parent: int = 0  # the number of the order that it was made under
    merchant_status: str | None = None  # what the shop's people set by hand, where it is not what follows from the facts

    @property
    def customer_since(self) -> datetime:
        """When the account was opened: minutes before a first order, or long before this run."""
        return _RUN_BEGAN - timedelta(days=self.person.known_days) if self.person.known_days else self.placed_at - timedelta(minutes=4)

    def __post_init__(self) -> None:
        self.works = self.works or [Work(self.key)]

    def touch(self, now: datetime) -> datetime:
        """Every event is newer than the one before, by a second at least: the coarsest clock of the formats shows it."""
        self.updated_at = max(now, self.updated_at + timedelta(seconds=1))
        return self.updated_at

    @property
    def name(self) -> str:
        return f"#{self.number}"

    @property
    def subtotal(self) -> Decimal:
        return cents(sum((line.price for line in self.lines), ZERO))

    @property
    def tax(self) -> Decimal:
        return cents((self.subtotal - self.discount) * self.tax_rate)

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount + self.shipping.price + self.tax

    def _moved(self, *kinds: str) -> Decimal:
        return sum((t.amount for t in self.transactions if t.kind in kinds and t.status == "success"), ZERO)

    @property
    def captured(self) -> Decimal:
        return self._moved("sale", "capture")

    @property
    def refunded(self) -> Decimal:
        return self._moved("refund")

    @property
    def authorised(self) -> Decimal:
        return ZERO if self._moved("void") else self._moved("authorization")

    @property
    def free(self) -> bool:
        """Nothing is to be paid."""
        return not self.total and not self.transactions

    @property
    def payment_status(self) -> str:
        """The payment axis, derived from the transactions alone."""
        if self.free:
            return "paid"
        if self.captured:
            if self.refunded >= self.captured:
                return "refunded"
            if self.refunded:
                return "partially_refunded"
            return "paid" if self.captured >= self.total else "partially_paid"
        if any(t.kind == "void" and t.status == "success" for t in self.transactions):
            return "voided"
        if self.authorised:
            return "authorized"
        return "failed" if any(t.status == "failure" for t in self.transactions) else "pending"

    @property
    def shipping_state(self) -> str:
        """The shipment axis as a word for the store's own page."""
        goods = [line for line in self.lines if line.product.requires_shipping]
        if not goods:
            return "nothing to ship"
        if not self.shipments:
            return "unfulfilled"
        if any(line.fulfillable for line in goods):
            return "partly fulfilled"
        return self.shipments[-1].status.replace("_", " ")

    def line_refund(self, line: Line, quantity: int) -> tuple[Decimal, Decimal]:
        """What `quantity` of a line costs the customer: net of its share of the discount, and the tax on that."""
        net = line.product.price * quantity
        if self.subtotal:
            net -= self.discount * net / self.subtotal
        return cents(net), cents(net * self.tax_rate)
