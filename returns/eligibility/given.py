"""What the checks look at: one return request with the order and the customer behind it, frozen. None says that it is not known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

Identity = Literal["contact", "signed_in", "store", "staff", "none"]  # number with e-mail or phone; by the store; seen by staff
Condition = Literal["", "unopened", "opened", "worn", "damaged"]
Wish = Literal["", "refund", "exchange", "replacement", "credit", "repair", "keep"]


@dataclass(frozen=True, slots=True)
class LineAsked:
    """One line of the order, and what is asked of it. `asked_elsewhere`: units in other requests that are still open."""

    key: str
    asked: int
    reason: str
    title: str = ""
    sku: str = ""
    words: str = ""
    photos: int = 0
    condition: Condition = ""
    price: Decimal | None = None  # of one unit
    fulfilled: int = 0
    returned: int = 0
    refunded: int = 0
    asked_elsewhere: int = 0
    delivered_at: datetime | None = None
    shipped_at: datetime | None = None
    fulfilled_at: datetime | None = None
    not_delivered: bool = False  # on its way, by the carrier's own word
    gift_card: bool = False
    product_type: str = ""
    tags: frozenset[str] = frozenset()
    discount_percent: Decimal | None = None
    custom_made: bool = False
    perishable: bool = False
    sealed_hygiene: bool = False
    digital: bool = False
    hazmat: bool = False
    restock_opened: bool = True
    resale_share: Decimal | None = None
    most_a_customer: int | None = None
    in_stock: bool | None = None

    @property
    def value(self) -> Decimal | None:
        return None if self.price is None else self.price * self.asked


@dataclass(frozen=True, slots=True)
class CustomerPast:
    """Counted before this request. `reports`: what inspections of earlier returns found, by code."""

    key: str = ""
    tier: str = ""
    tags: frozenset[str] = frozenset()
    orders: int | None = None
    orders_with_returns: int | None = None
    exceptions: int | None = None  # returns approved against the rules
    spent: Decimal | None = None
    not_received_claims: int | None = None  # within the policy's days
    claimed_at: tuple[datetime, ...] = ()  # claims of non-receipt in other requests, and this one
    disputes: int | None = None
    reports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """The whole request, at the moment when it is judged."""

    at: datetime
    lines: tuple[LineAsked, ...]
    currency: str
    country: str = ""
    placed_at: datetime | None = None
    identity: Identity = "none"
    wish: Wish = ""
    total: Decimal | None = None
    shipping: Decimal | None = None
    left_to_refund: Decimal | None = None  # captured, less what went back or is under way
    order_tags: frozenset[str] = frozenset()
    discount_codes: frozenset[str] = frozenset()
    earlier_requests: int = 0  # of this order, neither declined nor cancelled
    whole_order: bool = False
    customer: CustomerPast = CustomerPast()
    dispute_open: bool | None = None
    refund_issued: bool | None = None  # for these units, outside of a return
    claim_paid: bool | None = None  # by the carrier
    method_refundable: bool | None = None
    other_instrument: bool | None = None  # the money is asked for on another card or account
    claimants_at_address: int | None = None  # other customers there who claimed
    parcel_weight_share: Decimal | None = None  # weighed against expected
    pod_photo: bool | None = None  # proof of delivery with a photo or a position
