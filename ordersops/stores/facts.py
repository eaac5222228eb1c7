"""Facts about an order, platform-neutral: what every adapter yields and `orders.apply_facts` takes.

A section that is None was not stated and changes nothing; an empty list says that there are none. Money is in the
order's currency unless a currency stands beside it. Times are aware.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _cut(limit: int) -> Callable[[Any], str]:
    """Whatever stands there as text of at most `limit` characters, without NUL and halves of pairs, which PostgreSQL cannot store."""

    def cut(value: Any) -> str:
        return "" if value is None else str(value).replace("\x00", "").encode("utf-8", "replace").decode().strip()[:limit]

    return cut


Currency = Annotated[str, BeforeValidator(_cut(3))]
Word = Annotated[str, BeforeValidator(_cut(60))]
Id = Annotated[str, BeforeValidator(_cut(200))]
Words = Annotated[str, BeforeValidator(_cut(300))]
Email = Annotated[str, BeforeValidator(_cut(320))]
Title = Annotated[str, BeforeValidator(_cut(500))]
Prose = Annotated[str, BeforeValidator(_cut(5000))]
Money = Annotated[Decimal, Field(max_digits=14, decimal_places=2)] | None
Cost = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=4)] | None


class Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AddressFacts(Facts):
    name: Words = ""
    company: Words = ""
    address1: Words = ""
    address2: Words = ""
    city: Words = ""
    region: Words = ""
    country: Word = ""  # ISO 3166-1 alpha-2 where the store says so, else its own word
    postal_code: Word = ""
    phone: Word = ""
    latitude: float | None = None
    longitude: float | None = None


class ClientFacts(Facts):
    ip: Word = ""
    user_agent: Title = ""
    accept_language: Words = ""
    session_id: Words = ""
    device_id: Words = ""


class CustomerFacts(Facts):
    """`at` is the source time of these facts."""

    external_id: Id
    at: datetime | None = None
    email: Email = ""
    name: Words = ""
    phone: Word = ""
    tier: Word = ""
    email_verified: bool | None = None
    created_at: datetime | None = None


class LineFacts(Facts):
    external_id: Id
    sku: Id = ""
    title: Title = ""
    quantity: int = Field(ge=0, le=1_000_000)
    removed: int = Field(default=0, ge=0)  # taken off the order by an edit
    price: Money = None
    unit_cost: Cost = None  # what one unit cost the store, without tax; nobody's business outside of it
    requires_shipping: bool = True
    gift_card: bool = False


class CardFacts(Facts):
    brand: Word = ""
    last4: Word = ""
    bin: Word = ""
    fingerprint: Id = ""
    country: Word = ""
    wallet: Word = ""
    funding: Word = ""
    avs: Word = ""  # the network's result code
    cvv: Word = ""
    name: Words = ""


class TransactionFacts(Facts):
    external_id: Id
    kind: Word  # authorization sale capture void refund
    status: Word  # success failure pending error
    amount: Money = None
    currency: Currency = ""
    gateway: Word = ""
    error_code: Word = ""
    at: datetime | None = None
    expires_at: datetime | None = None  # of an authorization, where the store says when it ends
    card: CardFacts = CardFacts()


class ShipmentFacts(Facts):
    """`status` is pending, shipped, in_transit, out_for_delivery, ready_for_pickup, attempted_delivery, delivered, failure, cancelled,
    or the store's own word."""

    external_id: Id
    at: datetime | None = None
    status: Word
    carrier: Words = ""
    tracking_numbers: tuple[Id, ...] = ()
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    quantities: dict[str, int] = {}


class RefundFacts(Facts):
    external_id: Id
    at: datetime | None = None
    amount: Money = None
    reason: Words = ""
    items: tuple[tuple[str, int, str], ...] = ()  # line external id, units, return | cancel | none


class ReturnLineFacts(Facts):
    """Some units of a line of the order. `reason` is the store's own word."""

    line: Id
    quantity: int = Field(ge=1, le=1_000_000)
    reason: Words = ""
    words: Prose = ""
    external_id: Id = ""


class ReturnFacts(Facts):
    """A return as the store has it. `status` is requested, open, declined, cancelled or closed, or the store's own word.

    `wish` is what the customer would like. `parcel` is what a carrier says of it: in_transit, delivered, or a word of its own.
    """

    external_id: Id
    at: datetime | None = None
    status: Word = ""
    wish: Word = ""
    parcel: Word = ""
    carrier: Words = ""
    tracking_number: Words = ""
    lines: tuple[ReturnLineFacts, ...] = ()


class DisputeFacts(Facts):
    external_id: Id
    at: datetime | None = None
    kind: Word = ""
    reason: Word = ""
    status: Word = ""
    amount: Money = None
    currency: Currency = ""
    opened_at: datetime | None = None
    due_at: datetime | None = None


class RiskFacts(Facts):
    """The platform's own assessment: an input, not a verdict. `facts` are (description, sentiment)."""

    at: datetime | None = None
    level: Word = ""
    provider: Words = ""
    facts: tuple[tuple[Words, Word], ...] = ()


class PersonalFacts(Facts):
    """A request about personal data, which the store passes on: access, erase (a customer) or close (the whole shop)."""

    kind: Word
    customer_id: Id = ""
    orders: tuple[Id, ...] = ()


class CoreFacts(Facts):
    """The order's own head. `payment` is a canonical payment state, or "" where the store's word (in `stated`) has no mapping."""

    at: datetime | None = None
    number: Words = ""
    placed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: Word = ""
    closed_at: datetime | None = None
    currency: Currency = ""
    total: Money = None
    subtotal: Money = None
    shipping_total: Money = None
    tax_total: Money = None
    discount_total: Money = None
    email: Email = ""
    phone: Word = ""
    customer_id: Id = ""
    shipping_address: AddressFacts | None = None
    billing_address: AddressFacts | None = None
    client: ClientFacts = ClientFacts()
    shipping_method: Words = ""
    note: Prose = ""
    tags: tuple[Words, ...] = ()
    source: Words = ""
    is_test: bool = False
    payment: Word = ""
    stated: dict[str, str] = {}
    lines: tuple[LineFacts, ...] = ()
    issues: tuple[str, ...] = ()  # what the adapter found wrong or missing


class LocationFacts(Facts):
    """A place that goods leave from. What it can do and when is stated by the generic contract alone; elsewhere people say it here."""

    external_id: Id
    at: datetime | None = None
    name: Words = ""
    is_active: bool = True
    country: Word = ""
    region: Word = ""
    city: Word = ""
    postal_code: Word = ""
    latitude: float | None = None
    longitude: float | None = None
    kind: Word = ""
    capabilities: tuple[Word, ...] = ()
    serves: tuple[Word, ...] = ()
    time_zone: Word = ""
    cut_off: time | None = None
    capacity: int | None = Field(default=None, ge=0, le=1_000_000)
    handling_days: int = Field(default=1, ge=0, le=60)


class ItemFacts(Facts):
    """Something that is stocked. `needs` are what it asks of a place (stock.models.NEEDS)."""

    external_id: Id
    at: datetime | None = None
    sku: Id = ""
    title: Title = ""
    grams: int | None = Field(default=None, ge=0, le=2_000_000_000)
    origin: Word = ""
    hs_code: Word = ""
    needs: tuple[Word, ...] = ()
    configured: bool = False
    unit_cost: Cost = None
    cost_currency: Currency = ""  # "" is the store's


class LevelFacts(Facts):
    """How much of an item (by its external id) lies at a location (by its external id). Below zero where the store oversold.

    `net`: the store has taken off already what it has sold, so an order of its own is not taken off a second time.
    """

    location: Id
    item: Id
    at: datetime | None = None
    units: int = Field(ge=-1_000_000_000, le=1_000_000_000)
    net: bool = False


class InboundFacts(Facts):
    """Units on their way to a location. `state` is expected, arrived or cancelled."""

    external_id: Id
    at: datetime | None = None
    location: Id
    item: Id
    units: int = Field(ge=0, le=1_000_000_000)
    expected_at: datetime | None = None
    state: Word = "expected"


class StockFacts(Facts):
    """What a delivery says about places and what lies there. A location that is gone is inactive."""

    locations: tuple[LocationFacts, ...] = ()
    items: tuple[ItemFacts, ...] = ()
    levels: tuple[LevelFacts, ...] = ()
    inbound: tuple[InboundFacts, ...] = ()


class NodeFacts(Facts):
    """What a warehouse answers to a request of ours. `answer` is accepted, rejected, shipped or cancelled; `reason` its own word for a refusal."""

    request: Id  # id of the effect that asked it
    answer: Word
    reason: Word = ""
    note: Words = ""


class OrderFacts(Facts):
    """All that one delivery says. `order` is the store's order id, "" where the delivery is about a customer alone."""

    order: Id = ""
    at: datetime
    core: CoreFacts | None = None
    customer: CustomerFacts | None = None
    transactions: tuple[TransactionFacts, ...] = ()
    shipments: tuple[ShipmentFacts, ...] = ()
    refunds: tuple[RefundFacts, ...] = ()
    disputes: tuple[DisputeFacts, ...] = ()
    returns: tuple[ReturnFacts, ...] = ()
    risk: RiskFacts | None = None
    personal: PersonalFacts | None = None
    stock: StockFacts | None = None
    node: NodeFacts | None = None


def content_hash(facts: Facts) -> str:
    """SHA-256 of the facts without their time: the tie-break between facts of the same moment, and what tells a change from a repetition."""
    return hashlib.sha256(facts.model_dump_json(exclude={"at"}).encode()).hexdigest()
