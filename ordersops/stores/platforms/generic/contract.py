"""The contract as models. `read` gives the event and what was odd about it, or says which field to correct."""

from datetime import datetime
from datetime import time as clock
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from ordersops.errors import Invalid
from ordersops.stores.platforms import completeness, reading

EVENTS = frozenset({
    "order.created", "order.updated", "order.paid", "order.cancelled", "payment.failed", "payment.succeeded", "shipment.created",
    "shipment.updated", "refund.created", "dispute.opened", "dispute.updated", "customer.updated", "risk.assessed",
    "location.updated", "item.updated", "stock.updated", "inbound.updated",
})  # fmt: skip
# These name no order.
OF_STOCK = frozenset({"location.updated", "item.updated", "stock.updated", "inbound.updated"})


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise ValueError("must be text")
    return reading.text(value)


def _named(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _money(value: Any) -> Decimal | None:
    if value is None:
        return None
    found = reading.money(value)
    if found is None or found < 0:
        raise ValueError(f'must be an amount such as "12.50", not negative and below 100 billion (it is “{reading.shown(value)}”)')
    return found


def _cost(value: Any) -> Decimal | None:
    if value is None:
        return None
    found = reading.cost(value)
    if found is None:
        raise ValueError(f'must be an amount such as "12.5", not negative and below 100 billion (it is “{reading.shown(value)}”)')
    return found


def _units(value: Any) -> int:
    found = reading.units(value)
    if found is None:
        raise ValueError(f"must be a whole number from 0 to {reading.MOST_UNITS} (it is “{reading.shown(value)}”)")
    return found


def _count(value: Any) -> int | None:
    return None if value is None else _units(value)


def _signed(value: Any) -> int:
    found = reading.number(value)
    if found is None or found != found.to_integral_value() or abs(found) > reading.MOST_UNITS:
        raise ValueError(f"must be a whole number between -{reading.MOST_UNITS} and {reading.MOST_UNITS} (it is “{reading.shown(value)}”)")
    return int(found)


def _clock(value: Any) -> clock | None:
    try:
        return None if value is None else clock.fromisoformat(str(value)).replace(tzinfo=None, microsecond=0)
    except ValueError:
        raise ValueError(f'must be a local time such as "16:30" (it is “{reading.shown(value)}”)') from None


def _currency(value: str) -> str:
    if value and not (len(value) == 3 and value.isascii() and value.isalpha()):
        raise ValueError(f"must be a three-letter ISO 4217 code such as USD (it is “{reading.shown(value, 20)}”)")
    return value.upper()


def _time(value: Any, info: ValidationInfo) -> datetime | None:
    """A time is never worth refusing an event: one that cannot be read is left out and becomes an issue."""
    found = reading.moment(value)
    if found is None and value is not None and info.context is not None:
        info.context["issues"].append(completeness.not_a_time(info.field_name or "time", reading.shown(value)))
    return found


Text = Annotated[str, BeforeValidator(_text)]
Key = Annotated[str, BeforeValidator(_text), AfterValidator(_named)]
Word = Annotated[str, BeforeValidator(_text), AfterValidator(str.lower)]
Money = Annotated[Decimal | None, BeforeValidator(_money)]
Cost = Annotated[Decimal | None, BeforeValidator(_cost)]
Units = Annotated[int, BeforeValidator(_units)]
Currency = Annotated[str, BeforeValidator(_text), AfterValidator(_currency)]
Time = Annotated[datetime | None, BeforeValidator(_time)]
Count = Annotated[int | None, BeforeValidator(_count)]
Signed = Annotated[int, BeforeValidator(_signed)]
Clock = Annotated[clock | None, BeforeValidator(_clock)]
Flag = Annotated[bool | None, Field(strict=True)]
Latitude = Annotated[float | None, BeforeValidator(lambda value: reading.degrees(value, 90))]
Longitude = Annotated[float | None, BeforeValidator(lambda value: reading.degrees(value, 180))]


class Section(BaseModel):
    """Fields that the contract does not name are ignored, so that it can grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Customer(Section):
    id: Text = ""
    email: Text = ""
    name: Text = ""
    phone: Text = ""
    tier: Word = ""
    created_at: Time = None
    email_verified: Flag = None


class Item(Section):
    id: Text = ""
    sku: Text = ""
    title: Text = ""
    quantity: Units
    unit_price: Money = None
    unit_cost: Cost = None
    requires_shipping: Flag = None
    gift_card: Flag = None


class Totals(Section):
    subtotal: Money = None
    shipping: Money = None
    tax: Money = None
    discount: Money = None
    total: Money = None


class Address(Section):
    name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    region: Text = ""
    country: Annotated[Text, AfterValidator(str.upper)] = ""
    postal_code: Text = ""
    phone: Text = ""
    latitude: Latitude = None
    longitude: Longitude = None


class Client(Section):
    ip: Text = ""
    user_agent: Text = ""
    accept_language: Text = ""
    session_id: Text = ""
    device_id: Text = ""


class Card(Section):
    brand: Word = ""
    last4: Text = ""
    bin: Text = ""
    fingerprint: Text = ""
    country: Annotated[Text, AfterValidator(str.upper)] = ""
    wallet: Word = ""
    funding: Word = ""
    avs: Text = ""
    cvv: Text = ""
    name: Text = ""


class Transaction(Section):
    id: Key
    kind: Word = ""
    status: Word = ""
    amount: Money = None
    currency: Currency = ""
    gateway: Text = ""
    error_code: Word = ""
    at: Time = None
    expires_at: Time = None  # of an authorization
    card: Card | None = None


class Payment(Section):
    status: Text = ""  # kept as it was written
    transactions: list[Transaction] | None = None


class Packed(Section):
    id: Key
    quantity: Units


class Shipment(Section):
    id: Key
    status: Word = ""
    carrier: Text = ""
    tracking_numbers: list[Text] | None = None
    shipped_at: Time = None
    delivered_at: Time = None
    updated_at: Time = None
    items: list[Packed] | None = None


class Returned(Section):
    id: Key
    quantity: Units
    restock: Word = ""


class Refund(Section):
    id: Key
    amount: Money = None
    at: Time = None
    reason: Text = ""
    items: list[Returned] | None = None


class GoingBack(Section):
    id: Key
    quantity: Units
    reason: Word = ""
    note: Text = ""


class Parcel(Section):
    status: Word = ""
    carrier: Text = ""
    tracking_number: Text = ""


class Return(Section):
    id: Key
    status: Word = ""
    wish: Word = ""
    updated_at: Time = None
    parcel: Parcel | None = None
    items: list[GoingBack] | None = None


class Dispute(Section):
    id: Key
    kind: Word = ""
    reason: Word = ""
    status: Word = ""
    amount: Money = None
    currency: Currency = ""
    opened_at: Time = None
    due_at: Time = None


class RiskFact(Section):
    description: Text = ""
    sentiment: Word = ""


class Risk(Section):
    level: Word = ""
    provider: Text = ""
    facts: list[RiskFact] | None = None


class Place(Section):
    id: Key
    name: Text = ""
    active: Flag = None
    kind: Word = ""
    country: Annotated[Text, AfterValidator(str.upper)] = ""
    region: Text = ""
    city: Text = ""
    postal_code: Text = ""
    latitude: Latitude = None
    longitude: Longitude = None
    capabilities: list[Word] | None = None
    serves: list[Annotated[Text, AfterValidator(str.upper)]] | None = None
    time_zone: Text = ""
    cut_off: Clock = None
    capacity: Count = None
    handling_days: Count = None


class Stocked(Section):
    sku: Key
    title: Text = ""
    grams: Count = None
    origin: Annotated[Text, AfterValidator(str.upper)] = ""
    hs_code: Text = ""
    needs: list[Word] | None = None
    configured: Flag = None
    unit_cost: Cost = None
    currency: Currency = ""  # of the cost


class Lying(Section):
    location: Key
    sku: Key
    on_hand: Signed
    updated_at: Time = None


class Arriving(Section):
    id: Key
    location: Key
    sku: Key
    units: Units
    expected_at: Time = None
    state: Word = ""


class Event(Section):
    """One event. A section that is absent or null is unknown and changes nothing."""

    event: Key
    order_id: Text = ""
    occurred_at: Time = None
    updated_at: Time = None
    number: Text = ""
    currency: Currency = ""
    placed_at: Time = None
    cancelled_at: Time = None
    cancel_reason: Word = ""
    closed_at: Time = None
    customer: Customer | None = None
    customer_tier: Word = ""
    items: list[Item] | None = None
    totals: Totals | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_method: Text = ""
    note: Text = ""
    tags: list[Text] | None = None
    source: Text = ""
    client: Client | None = None
    payment: Payment | None = None
    shipments: list[Shipment] | None = None
    refunds: list[Refund] | None = None
    disputes: list[Dispute] | None = None
    returns: list[Return] | None = None
    risk: Risk | None = None
    locations: list[Place] | None = None
    stock_items: list[Stocked] | None = None
    levels: list[Lying] | None = None
    inbound: list[Arriving] | None = None


def read(payload: dict[str, Any]) -> tuple[Event, list[str]]:
    """The event, and the times that could not be read. Raises Invalid with the first five fields that break the contract."""
    issues: list[str] = []
    try:
        event = Event.model_validate(payload, context={"issues": issues})
    except ValidationError as error:
        found = [f"“{_path(problem['loc'])}” {_wrong(problem)}" for problem in error.errors(include_url=False, include_input=False)]
        more = f" ({len(found) - 5} more)" if len(found) > 5 else ""
        raise Invalid(f"{'; '.join(found[:5])}{more}. Correct it at the sender and send the event again with a new webhook-id.") from None
    if event.event not in EVENTS:
        raise Invalid(f"“event” is “{reading.shown(event.event)}”; it must be one of {', '.join(sorted(EVENTS))}.")
    if not event.order_id and not (event.event == "customer.updated" and event.customer) and event.event not in OF_STOCK:
        raise Invalid("“order_id” is missing: every event about an order names it. Add it and send the event again.")
    return event, list(dict.fromkeys(issues))


def _path(steps: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def _wrong(problem: Any) -> str:
    wanted = {
        "missing": "is missing",
        "list_type": "must be a list",
        "model_type": "must be an object",
        "model_attributes_type": "must be an object",
        "bool_type": "must be true or false",
    }
    said = str(problem["msg"]).removeprefix("Value error, ")
    return wanted.get(problem["type"]) or said[:1].lower() + said[1:]
