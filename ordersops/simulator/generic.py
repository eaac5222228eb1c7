"""The product's own generic contract: one event with the sections the shop knows. An absent section is unknown, not empty."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .goods_back import Return
from .numbering import customer_key, short
from .places import Address
from .world import Dispute, Order, Refund, Shipment, Transaction

EVENTS = {
    "placed": "order.created",
    "edited": "order.updated",
    "payment_failed": "payment.failed",
    "authorised": "payment.succeeded",
    "paid": "order.paid",
    "risk_assessed": "risk.assessed",
    "shipped": "shipment.created",
    "shipment_moved": "shipment.updated",
    "refunded": "refund.created",
    "disputed": "dispute.opened",
    "dispute_moved": "dispute.updated",
    "cancelled": "order.cancelled",
    "return_asked": "order.updated",
    "return_moved": "order.updated",
    "customer_changed": "customer.updated",
}


def documents(happening: str, order: Order, part: object, *, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """The event of a happening with the sections that concern it."""
    event = EVENTS[happening]
    sections: dict[str, Any] = {"number": order.name, "currency": order.shop.currency, "placed_at": when(order.placed_at)}
    match happening:
        case "placed":
            sections |= whole(order)
        case "edited":
            sections |= {"shipping_address": address(order.ship_to), "note": order.note, "tags": order.tags}
        case "payment_failed" | "authorised" | "paid":
            sections["payment"] = payment(order)
        case "risk_assessed":
            sections["risk"] = risk(order)
        case "shipped" | "shipment_moved":
            sections["shipments"] = [shipment(s) for s in order.shipments]
        case "refunded":
            sections |= {"payment": payment(order), "refunds": [refund(r) for r in order.refunds]}
        case "disputed" | "dispute_moved":
            sections["disputes"] = [dispute(d) for d in order.disputes]
        case "cancelled":
            cancelled_at = when(order.cancelled_at) if order.cancelled_at else None
            sections |= {"cancelled_at": cancelled_at, "cancel_reason": order.cancel_reason, "payment": payment(order)}
        case "customer_changed":
            sections["customer"] = customer(order)
        case "return_asked" | "return_moved":
            sections["returns"] = [going_back(one) for one in order.returns]
    head = {"event": event, "order_id": order.name, "occurred_at": when(now), "updated_at": when(order.updated_at)}
    return [(event, head | sections)]


def going_back(back: Return) -> dict[str, Any]:
    items = [
        {"id": short("li", one.line.key), "quantity": one.quantity, "reason": one.reason.lower(), "note": one.note} for one in back.items
    ]
    status = {"CANCELED": "cancelled"}.get(back.status, back.status.lower())
    parcel = {"parcel": back.parcel} if back.parcel else {}
    return {"id": short("ret", back.key), "status": status, "updated_at": when(back.at), "wish": back.wish, "items": items} | parcel


def whole(order: Order) -> dict[str, Any]:
    """What the shop knows of an order at the moment it is placed."""
    return {
        "customer": customer(order),
        "items": [
            {
                "id": short("li", line.key),
                "sku": line.product.sku,
                "title": line.product.title,
                "quantity": line.quantity,
                "unit_price": money(line.product.price),
                "requires_shipping": line.product.requires_shipping,
                "gift_card": line.product.kind == "gift_card",
            }
            for line in order.lines
        ],
        "totals": {
            "subtotal": money(order.subtotal),
            "shipping": money(order.shipping.price),
            "tax": money(order.tax),
            "discount": money(order.discount),
            "total": money(order.total),
        },
        "shipping_address": address(order.ship_to),
        "billing_address": address(order.billing),
        "shipping_method": order.shipping.code,
        "note": order.note,
        "tags": order.tags,
        "source": order.source,
        "client": {
            "ip": order.device.ip,
            "user_agent": order.device.user_agent,
            "accept_language": order.device.accept_language,
            "session_id": order.device.session_id,
            "device_id": order.device.device_id,
        },
        "payment": payment(order),
    }


def customer(order: Order) -> dict[str, Any]:
    person = order.person
    return {
        "id": short("cus", customer_key(person.email)),
        "email": person.email,
        "name": person.name,
        "phone": person.phone,
        "tier": person.tier,
        "created_at": when(order.customer_since),
        "email_verified": person.email_verified,
    }


def address(where: Address) -> dict[str, Any]:
    return {
        "name": where.name,
        "company": where.company,
        "address1": where.address1,
        "address2": where.address2,
        "city": where.city,
        "region": where.region,
        "country": where.country,
        "postal_code": where.postal_code,
        "phone": where.phone,
        "latitude": where.latitude,
        "longitude": where.longitude,
    }


def payment(order: Order) -> dict[str, Any]:
    return {"status": order.payment_status, "transactions": [transaction(t, order.shop.currency) for t in order.transactions]}


def transaction(t: Transaction, currency: str) -> dict[str, Any]:
    return {
        "id": short("txn", t.key),
        "kind": t.kind,
        "status": t.status,
        "amount": money(t.amount),
        "currency": currency,
        "gateway": t.gateway,
        "at": when(t.at),
        "error_code": t.error_code,
        "card": {
            "brand": t.card.brand,
            "last4": t.card.last4,
            "bin": t.card.bin,
            "fingerprint": t.card.fingerprint,
            "country": t.card.country,
            "wallet": t.card.wallet,
            "funding": t.card.funding,
            "avs": t.card.avs,
            "cvv": t.card.cvv,
        },
    }


def shipment(s: Shipment) -> dict[str, Any]:
    return {
        "id": short("shp", s.key),
        "status": s.status,
        "carrier": s.carrier,
        "tracking_numbers": [s.tracking],
        "shipped_at": when(s.shipped_at),
        "delivered_at": when(s.delivered_at) if s.delivered_at else None,
        "updated_at": when(s.updated_at),
        "items": [{"id": short("li", line.key), "quantity": quantity} for line, quantity in s.items],
    }


def refund(r: Refund) -> dict[str, Any]:
    return {
        "id": short("re", r.key),
        "amount": money(r.amount),
        "at": when(r.at),
        "reason": r.reason,
        "items": [{"id": short("li", line.key), "quantity": quantity, "restock": r.restock} for line, quantity in r.items],
    }


def dispute(d: Dispute) -> dict[str, Any]:
    return {
        "id": short("dp", d.key),
        "kind": d.kind,
        "reason": d.reason,
        "status": d.status,
        "amount": money(d.amount),
        "opened_at": when(d.opened_at),
        "due_at": when(d.due_at),
    }


def risk(order: Order) -> dict[str, Any] | None:
    if order.risk is None:
        return None
    facts = [{"description": text, "sentiment": sentiment} for text, sentiment in order.risk.facts]
    return {"level": order.risk.level, "provider": order.risk.provider, "facts": facts}


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def when(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
