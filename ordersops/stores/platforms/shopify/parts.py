"""The smaller resources as facts. A refund or fulfilment inside an order gives the same facts as one that came by itself."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ordersops.stores.facts import (
    AddressFacts,
    CardFacts,
    CustomerFacts,
    DisputeFacts,
    RefundFacts,
    ReturnFacts,
    ReturnLineFacts,
    RiskFacts,
    ShipmentFacts,
    TransactionFacts,
)  # fmt: skip
from ordersops.stores.platforms.reading import degrees, moment, money, rows, table, text, units, word

Body = dict[str, Any]

# Where the carrier has the parcel (FulfillmentEventStatus, FulfillmentDisplayStatus).
MOVING = {
    "carrier_picked_up": "in_transit",
    "in_transit": "in_transit",
    "delayed": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "ready_for_pickup": "ready_for_pickup",
    "attempted_delivery": "attempted_delivery",
    "delivered": "delivered",
    "picked_up": "delivered",
    "failure": "failure",
    "not_delivered": "failure",
}
# The carrier knows of the parcel and does not have it: the fulfilment's own status says where it is.
STILL_HERE = {"label_purchased", "label_printed", "label_voided", "confirmed", "submitted", "fulfilled", "marked_as_fulfilled"}
# FulfillmentStatus. What the store counts as fulfilled counts as shipped (lifecycle.md 5.3).
FULFILLMENT = {
    "pending": "pending",
    "open": "pending",
    "success": "shipped",
    "cancelled": "cancelled",
    "error": "failure",
    "failure": "failure",
}
NOT_GOING = {"pending", "cancelled", "failure"}
# RefundLineItemRestockType. The legacy kind does not say whether the goods had left, so nothing is concluded from it.
RESTOCK = {"return": "return", "cancel": "cancel", "no_restock": "none", "legacy_restock": "none"}
KINDS = {"emv_authorization": "authorization"}
TIERS = ("vip", "platinum", "gold", "silver", "bronze", "premium", "wholesale", "standard")


def shipments(found: Any) -> tuple[ShipmentFacts, ...]:
    """Fulfilments with an id, the last one of each."""
    return tuple({key: shipment(body, key) for body in rows(found) if (key := text(body.get("id")))}.values())


def shipment(body: Body, key: str, at: datetime | None = None) -> ShipmentFacts:
    """A fulfilment. `at` is the time of its own delivery, where it came by itself."""
    status, stated = shipment_status(word(body.get("status")), word(body.get("shipment_status")))
    changed = moment(body.get("updated_at")) or moment(body.get("created_at"))
    stated_numbers = body.get("tracking_numbers")
    numbers = stated_numbers if isinstance(stated_numbers, list) else []
    quantities: dict[str, int] = {}
    for line in rows(body.get("line_items")):
        if (line_id := text(line.get("id"))) and (count := units(line.get("quantity"))):
            quantities[line_id] = quantities.get(line_id, 0) + count
    return ShipmentFacts(
        external_id=key,
        at=sharpened(changed, at) if at else changed,
        status=status or stated or "pending",
        carrier=text(body.get("tracking_company")),
        tracking_numbers=tuple(dict.fromkeys(known for number in [*numbers, body.get("tracking_number")] if (known := text(number)))),
        shipped_at=None if status in NOT_GOING else moment(body.get("created_at")),
        delivered_at=changed if status == "delivered" else None,
        quantities=quantities,
    )


def shipment_status(fulfillment: str, carrier: str) -> tuple[str, str]:
    """The canonical status, and the store's word where it has none. A fulfilment that is off stays off, wherever the label is."""
    own = FULFILLMENT.get(fulfillment, "")
    if own in {"cancelled", "failure"}:
        return own, ""
    if carrier in MOVING:
        return MOVING[carrier], ""
    if carrier and carrier not in STILL_HERE:
        return "", carrier
    return own, "" if own else fulfillment


def shipment_event(body: Body, at: datetime) -> ShipmentFacts | None:
    """What a carrier's scan says: the status and its time, nothing about contents. None while the parcel has not moved."""
    stated = word(body.get("status"))
    if not stated or stated in STILL_HERE:
        return None
    status = MOVING.get(stated, stated)
    recorded = moment(body.get("updated_at")) or moment(body.get("created_at")) or moment(body.get("happened_at")) or at
    facts: Body = {"external_id": text(body.get("fulfillment_id")), "at": recorded, "status": status}
    if status == "delivered":
        facts["delivered_at"] = moment(body.get("happened_at")) or recorded
    return ShipmentFacts(**facts)


def transactions(found: Any) -> tuple[TransactionFacts, ...]:
    """Movements of money with an id and a kind. A suggested refund has not happened and is none."""
    made: dict[str, TransactionFacts] = {}
    for body in rows(found):
        key, kind = text(body.get("id")), word(body.get("kind"))
        if key and kind != "suggested_refund":
            made[key] = TransactionFacts(
                external_id=key,
                kind=KINDS.get(kind, kind),
                status=word(body.get("status")),
                amount=money(body.get("amount")),
                currency=text(body.get("currency")).upper(),
                gateway=text(body.get("gateway")),
                error_code=word(body.get("error_code")),
                at=_settled(body),
                card=_card(table(body.get("payment_details"))),
                **_ends(body),
            )
    return tuple(made.values())


def _ends(body: Body) -> Body:
    """When an authorisation ends, an extended one by its extension. Not every plan and gateway says so: then nothing is stated."""
    extended = table(body.get("extended_authorization_attributes"))
    names = ("extended_authorization_expires_at", "standard_authorization_expires_at")
    stated = [moment(extended.get(name)) for name in names] + [moment(body.get("authorization_expires_at"))]
    end = next((at for at in stated if at is not None), None)
    return {"expires_at": end} if end is not None else {}


def _settled(body: Body) -> datetime | None:
    """A result has the time of the attempt itself; it is put just after it, so that it stands whichever is read first."""
    at = moment(body.get("processed_at")) or moment(body.get("created_at"))
    return at if at is None or word(body.get("status")) == "pending" else at + timedelta(microseconds=1)


def sharpened(changed: datetime | None, at: datetime) -> datetime:
    """Bodies state times to the second, the delivery's header finer: within the same second the header tells which state is later."""
    return at if changed is None or timedelta(0) <= at - changed < timedelta(seconds=1) else changed


def _card(details: Body) -> CardFacts:
    digits = "".join(char for char in text(details.get("credit_card_number")) if char.isascii() and char.isdigit())
    return CardFacts(
        brand=word(details.get("credit_card_company")) or word(details.get("payment_method_name")),
        last4=digits[-4:],
        bin=text(details.get("credit_card_bin")),
        wallet=word(details.get("credit_card_wallet")),
        avs=text(details.get("avs_result_code")).upper(),
        cvv=text(details.get("cvv_result_code")).upper(),
        name=text(details.get("credit_card_name")),
    )


def refunds(found: Any) -> tuple[tuple[RefundFacts, ...], tuple[TransactionFacts, ...]]:
    """Refunds with an id, and the movements of money in them."""
    bodies = {key: body for body in rows(found) if (key := text(body.get("id")))}
    moved = {part.external_id: part for body in bodies.values() for part in transactions(body.get("transactions"))}
    return tuple(_refund(body, key) for key, body in bodies.items()), tuple(moved.values())


def _refund(body: Body, key: str) -> RefundFacts:
    """The amount is the money that went back. A body that leaves the movements out is taken at the value of its lines;
    an empty list says that none has gone back."""
    items, value = [], []
    for line in rows(body.get("refund_line_items")):
        value += [money(line.get("subtotal")), money(line.get("total_tax"))]
        line_id = text(line.get("line_item_id")) or text(table(line.get("line_item")).get("id"))
        if line_id and (count := units(line.get("quantity"))):
            items.append((line_id, count, RESTOCK.get(word(line.get("restock_type")), "none")))
    amount = total(value)
    if isinstance(body.get("transactions"), list):
        moved = transactions(body["transactions"])
        amount = total(part.amount for part in moved if part.kind == "refund" and part.status == "success") or Decimal(0)
    at = moment(body.get("processed_at")) or moment(body.get("created_at"))
    return RefundFacts(external_id=key, at=at, amount=amount, reason=text(body.get("note")), items=tuple(items))


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of the known amounts; None where none is known, or where it is too large to be one."""
    known = [amount for amount in amounts if amount is not None]
    return money(sum(known, Decimal(0))) if known else None


def dispute(body: Body, at: datetime) -> DisputeFacts:
    """A dispute states no time of change, so the delivery's stands for it."""
    return DisputeFacts(
        external_id=text(body.get("id")),
        at=at,
        kind=word(body.get("type")),
        reason=word(body.get("reason")),
        status=word(body.get("status")),
        amount=money(body.get("amount")),
        currency=text(body.get("currency")).upper(),
        opened_at=moment(body.get("initiated_at")),
        due_at=moment(body.get("evidence_due_by")),
    )


def returned(body: Body, key: str, at: datetime) -> ReturnFacts:
    """A return. The reason's own handle says more than the deprecated enum beside it; the customer's words are kept as they are."""
    lines = []
    for row in rows(body.get("return_line_items")):
        inner = table(table(row.get("fulfillment_line_item")).get("line_item"))
        line = _last(text(inner.get("id"))) or _last(text(inner.get("admin_graphql_api_id"))) or _last(text(row.get("line_item_id")))
        if line and (count := units(row.get("quantity"))):
            reason = text(table(row.get("return_reason_definition")).get("handle")) or text(row.get("return_reason"))
            said = text(row.get("customer_note")) or text(row.get("return_reason_note"))
            lines.append(ReturnLineFacts(line=line, quantity=count, reason=reason, words=said, external_id=_last(text(row.get("id")))))
    status = word(body.get("status"))
    moved = moment(body.get("updated_at")) or at
    wish = "exchange" if any(True for _ in rows(body.get("exchange_line_items"))) else ""
    return ReturnFacts(external_id=key, at=moved, status="cancelled" if status == "canceled" else status, lines=tuple(lines), wish=wish)


def _last(key: str) -> str:
    """Of a global id its last part."""
    return key.rpartition("/")[2]


def risk(body: Body, at: datetime) -> RiskFacts:
    """The provider is null where it is the platform itself."""
    return RiskFacts(
        at=moment(body.get("created_at")) or at,
        level=word(body.get("risk_level")),
        provider=text(body.get("provider_title")) or text(body.get("provider_id")) or "Shopify",
        facts=tuple((text(fact.get("description")), word(fact.get("sentiment"))) for fact in rows(body.get("facts"))),
    )


def customer(body: Body, at: datetime) -> CustomerFacts:
    """Only what the body has a field for is stated: an order's customer carries less than the customer's own topics."""
    facts: Body = {"external_id": text(body.get("id")), "at": moment(body.get("updated_at")) or at}
    if "email" in body:
        facts["email"] = text(body["email"])
    if "first_name" in body or "last_name" in body:
        facts["name"] = f"{text(body.get('first_name'))} {text(body.get('last_name'))}".strip()
    if "phone" in body:
        facts["phone"] = text(body["phone"])
    if "verified_email" in body:
        facts["email_verified"] = body["verified_email"] if isinstance(body["verified_email"], bool) else None
    if "created_at" in body:
        facts["created_at"] = moment(body["created_at"])
    if "tags" in body:
        own = {tag.lower() for tag in tags(body["tags"])}
        facts["tier"] = next((tier for tier in TIERS if tier in own), "")
    return CustomerFacts(**facts)


def tags(stated: Any) -> tuple[str, ...]:
    """Tags are one text with commas."""
    parts = stated.split(",") if isinstance(stated, str) else stated if isinstance(stated, list) else []
    return tuple(dict.fromkeys(filter(None, map(text, parts))))


def address(body: Any) -> AddressFacts | None:
    """None where no line of an address is filled in."""
    found = table(body)
    name = text(found.get("name")) or f"{text(found.get('first_name'))} {text(found.get('last_name'))}".strip()
    facts = AddressFacts(
        name=name,
        company=text(found.get("company")),
        address1=text(found.get("address1")),
        address2=text(found.get("address2")),
        city=text(found.get("city")),
        region=text(found.get("province")) or text(found.get("province_code")),
        country=text(found.get("country_code")).upper() or text(found.get("country")),
        postal_code=text(found.get("zip")),
        phone=text(found.get("phone")),
        latitude=degrees(found.get("latitude"), 90),
        longitude=degrees(found.get("longitude"), 180),
    )
    return None if facts == AddressFacts() else facts
