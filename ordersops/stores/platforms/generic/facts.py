"""A generic event as facts. Only what the event states is set (`model_fields_set`), so a partial event leaves the rest alone."""

from datetime import datetime
from typing import Any

from ordersops.stores.facts import (
    AddressFacts,
    CardFacts,
    ClientFacts,
    CoreFacts,
    CustomerFacts,
    DisputeFacts,
    LineFacts,
    OrderFacts,
    RefundFacts,
    ReturnFacts,
    ReturnLineFacts,
    RiskFacts,
    ShipmentFacts,
    TransactionFacts,
)  # fmt: skip
from ordersops.stores.platforms import completeness
from ordersops.stores.platforms.generic import contract
from ordersops.stores.platforms.generic.contract import Event, Section
from ordersops.stores.platforms.generic.stock import stock_of

PAYMENT = {"pending", "authorized", "paid", "partially_paid", "partially_refunded", "refunded", "voided", "expired", "failed"}
RESTOCK = {"return", "cancel", "none"}
HEAD = ("number", "currency", "cancelled_at", "cancel_reason", "closed_at", "shipping_method", "note", "source")


def as_facts(event: Event, issues: list[str], at: datetime) -> OrderFacts:
    """`at` is the delivery's time, for an event that states none."""
    at = event.updated_at or event.occurred_at or at
    customer = _customer(event, at)
    transactions = event.payment.transactions if event.payment else None
    return OrderFacts(
        order=event.order_id,
        at=at,
        core=_core(event, customer, issues, at) if event.order_id else None,
        customer=customer,
        transactions=tuple(_transaction(part, at) for part in transactions or ()),
        shipments=tuple(_shipment(part, at) for part in event.shipments or ()),
        refunds=tuple(_refund(part, at) for part in event.refunds or ()),
        disputes=tuple(_dispute(part, at) for part in event.disputes or ()),
        returns=tuple(_return(part, at) for part in event.returns or ()),
        risk=_risk(event.risk, at) if event.risk else None,
        stock=stock_of(event, at),
    )


def _said(section: Section, *names: str, **called: str) -> dict[str, Any]:
    """The fields that the sender stated, under our names (`ours="theirs"`)."""
    pairs = {name: name for name in names} | called
    return {ours: getattr(section, theirs) for ours, theirs in pairs.items() if theirs in section.model_fields_set}


def _core(event: Event, customer: CustomerFacts | None, issues: list[str], at: datetime) -> CoreFacts | None:
    """The order's head. An order counts as placed once its own event, or its items, have arrived; until then it waits."""
    stated = _said(event, *HEAD)
    if event.items is not None:
        stated["lines"] = _lines(event.items)
    if event.totals:
        names = {"total": "total", "subtotal": "subtotal", "shipping_total": "shipping", "tax_total": "tax", "discount_total": "discount"}
        stated |= _said(event.totals, **names)
    for side in ("shipping_address", "billing_address"):
        if address := getattr(event, side):
            stated[side] = AddressFacts(**address.model_dump())
    if event.client:
        stated["client"] = ClientFacts(**event.client.model_dump())
    if event.tags is not None:
        stated["tags"] = tuple(dict.fromkeys(filter(None, event.tags)))
    if event.payment and event.payment.status:
        word = event.payment.status.lower()
        stated |= {"payment": word if word in PAYMENT else "", "stated": {"financial": event.payment.status[:60]}}
    if customer:
        stated |= {"customer_id": customer.external_id, **_said(customer_of(event), "email", "phone")}
    if event.event == "order.created" or event.items is not None:
        stated["placed_at"] = event.placed_at or event.occurred_at or at
    elif not stated.keys() - {"number", "currency"}:
        return None  # it only says which order the rest is about
    if found := _issues(event, stated, issues):
        stated["issues"] = tuple(found[:50])
    return CoreFacts(at=at, **stated)


def customer_of(event: Event) -> contract.Customer:
    return event.customer or contract.Customer()


def _customer(event: Event, at: datetime) -> CustomerFacts | None:
    """The customer by id, by e-mail address, or, where only a tier is known, as the one who placed this order."""
    section = customer_of(event)
    tier = section.tier or event.customer_tier
    of_order = f"order:{event.order_id}" if event.order_id and (event.customer or tier) else ""
    key = section.id or (f"email:{section.email.lower()}" if section.email else of_order)
    if not key:
        return None
    stated = _said(section, "email", "name", "phone", "created_at", "email_verified")
    if tier or "tier" in section.model_fields_set:
        stated["tier"] = tier
    return CustomerFacts(external_id=key, at=at, **stated)


def _lines(items: list[contract.Item]) -> tuple[LineFacts, ...]:
    """A line without an id is called after its position and SKU, which an update has to keep."""
    found: dict[str, LineFacts] = {}
    for position, item in enumerate(items, start=1):
        key = item.id or f"{position}:{item.sku}"
        found.setdefault(
            key,
            LineFacts(
                external_id=key,
                sku=item.sku,
                title=item.title,
                quantity=item.quantity,
                price=item.unit_price,
                unit_cost=item.unit_cost,
                requires_shipping=item.requires_shipping is not False,
                gift_card=item.gift_card is True,
            ),
        )
    return tuple(found.values())


def _transaction(part: contract.Transaction, at: datetime) -> TransactionFacts:
    card = CardFacts(**part.card.model_dump()) if part.card else CardFacts()
    stated = part.model_dump(exclude={"id", "at", "card", *(() if part.expires_at else ("expires_at",))})
    return TransactionFacts(external_id=part.id, at=part.at or at, card=card, **stated)


def _shipment(part: contract.Shipment, at: datetime) -> ShipmentFacts:
    stated = _said(part, "carrier", "shipped_at", "delivered_at")
    if part.tracking_numbers is not None:
        stated["tracking_numbers"] = tuple(dict.fromkeys(filter(None, part.tracking_numbers)))
    if part.items is not None:
        quantities: dict[str, int] = {}
        for item in part.items:
            quantities[item.id] = quantities.get(item.id, 0) + item.quantity
        stated["quantities"] = quantities
    return ShipmentFacts(external_id=part.id, at=part.updated_at or at, status=part.status or "pending", **stated)


def _refund(part: contract.Refund, at: datetime) -> RefundFacts:
    items = tuple((item.id, item.quantity, item.restock if item.restock in RESTOCK else "none") for item in part.items or ())
    return RefundFacts(external_id=part.id, at=part.at or at, amount=part.amount, reason=part.reason, items=items)


def _dispute(part: contract.Dispute, at: datetime) -> DisputeFacts:
    return DisputeFacts(external_id=part.id, at=at, **part.model_dump(exclude={"id"}))


def _return(part: contract.Return, at: datetime) -> ReturnFacts:
    lines = {
        item.id: ReturnLineFacts(line=item.id, quantity=item.quantity, reason=item.reason, words=item.note)
        for item in part.items or ()
        if item.quantity
    }
    parcel = part.parcel or contract.Parcel()
    return ReturnFacts(
        external_id=part.id, at=part.updated_at or at, status=part.status.lower(), lines=tuple(lines.values()), wish=part.wish.lower(),
        parcel=parcel.status.lower(), carrier=parcel.carrier, tracking_number=parcel.tracking_number,
    )  # fmt: skip


def _risk(part: contract.Risk, at: datetime) -> RiskFacts:
    facts = tuple((fact.description, fact.sentiment) for fact in part.facts or ())
    return RiskFacts(at=at, level=part.level, provider=part.provider, facts=facts)


def _issues(event: Event, stated: dict[str, Any], issues: list[str]) -> list[str]:
    """What is missing can be told only of an event that states the order as a whole."""
    found = list(issues)
    if event.payment and event.payment.status and not stated["payment"]:
        found.append(completeness.unknown_word("payment", event.payment.status))
    restocks = {item.restock for refund in event.refunds or () for item in refund.items or () if item.restock}
    found += [completeness.unknown_word("restock", word) for word in sorted(restocks - RESTOCK)]
    if "lines" not in stated:
        return found
    customer, addresses = customer_of(event), [address for address in (event.shipping_address, event.billing_address) if address]
    phone = customer.phone or next((address.phone for address in addresses if address.phone), "")
    found += completeness.unreachable(customer.email, phone) + completeness.lines(stated["lines"])
    found += completeness.destination(stated.get("shipping_address"), stated["lines"])
    totals = event.totals or contract.Totals()
    if totals.total is None:
        found.append("The order states no total.")
    goods = totals.subtotal
    return found + completeness.arithmetic(
        goods=goods, discount=totals.discount, shipping=totals.shipping, tax=totals.tax, total=totals.total
    )
