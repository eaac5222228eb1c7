"""Bodies in the shape of WooCommerce's REST resources, version 3: the order as it is now, whatever happened to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zlib import crc32

from .catalogue import Product
from .hooks import Hook
from .numbering import customer_key
from .places import Address
from .world import ZERO, Line, Note, Order, Refund, cents

SHOP_ZONE = timezone(timedelta(hours=1))
_UNTOLD = {
    "risk_assessed",
    "disputed",
    "dispute_moved",
    "customer_changed",
    "return_asked",
    "return_moved",
}  # there are no such topics, or nobody subscribed


def documents(happening: str, order: Order) -> list[tuple[str, dict[str, Any]]]:
    """An order is created once; everything after that is an update with the whole order."""
    if happening in _UNTOLD:
        return []
    return [("order.created" if happening == "placed" else "order.updated", order_body(order))]


def status(order: Order) -> str:
    """The one axis that WooCommerce has. An order that waits for the product's word is on hold."""
    if order.merchant_status:
        return order.merchant_status
    if order.cancelled_at:
        return "cancelled"
    if order.captured and order.refunded >= order.captured:
        return "refunded"
    if order.word == "held" or (order.awaits_word and order.word is None and not order.shipments and order.payment_status != "failed"):
        return "on-hold"
    if order.captured or order.free:
        goods = [line for line in order.lines if line.product.requires_shipping]
        return "processing" if any(line.fulfillable for line in goods) else "completed"
    if order.authorised:
        return "on-hold"
    return "failed" if order.payment_status == "failed" else "pending"


def created(order: Order) -> datetime:
    """To the second, as everything in this platform."""
    return order.placed_at.replace(microsecond=0)


def modified(order: Order) -> datetime:
    return order.updated_at.replace(microsecond=0)


def order_body(order: Order) -> dict[str, Any]:
    paid = next((t for t in order.transactions if t.kind in ("sale", "capture") and t.status == "success"), None)
    authorised = next((t for t in order.transactions if t.kind == "authorization" and t.status == "success"), None)
    settled = paid or authorised
    now = status(order)
    finished = (order.closed_at or order.updated_at) if now == "completed" else None
    taxes = _shared(order, order.tax)
    items = [line_item(order, line, tax) for line, tax in zip(order.lines, taxes, strict=True)]
    return {
        "id": order.number,
        "parent_id": order.parent,
        "status": now,
        "currency": order.shop.currency,
        "version": "10.2.1",
        "prices_include_tax": False,
        **_dates("date_created", order.placed_at),
        **_dates("date_modified", order.updated_at),
        "discount_total": f"{order.discount:.2f}",
        "discount_tax": "0.00",
        "shipping_total": f"{order.shipping.price:.2f}",
        "shipping_tax": "0.00",
        "cart_tax": f"{order.tax:.2f}",
        "total": f"{order.total:.2f}",
        "total_tax": f"{order.tax:.2f}",
        "customer_id": customer_key(order.person.email) if order.person.known_days else 0,
        "order_key": f"wc_order_{order.key:x}"[:22],
        "billing": address(order.billing) | {"email": order.person.email, "phone": order.billing.phone or ""},
        "shipping": address(order.ship_to) | {"phone": order.ship_to.phone or ""},
        "payment_method": "stripe",
        "payment_method_title": "Credit / Debit Card",
        "transaction_id": f"ch_{settled.key:x}" if settled else "",
        "customer_ip_address": order.device.ip or "",
        "customer_user_agent": order.device.user_agent or "",
        "created_via": "checkout",
        "customer_note": order.note or "",
        **_dates("date_completed", finished),
        **_dates("date_paid", paid.at if paid else order.placed_at if order.free else None),
        "cart_hash": f"{order.key:032x}",
        "number": str(order.number),
        "meta_data": _meta(order, reserved=bool(authorised and not paid)),
        "line_items": items,
        "tax_lines": [
            {
                "id": order.key + 11, "rate_code": "VAT-1", "rate_id": 1, "label": "VAT", "compound": False,
                "tax_total": f"{order.tax:.2f}", "shipping_tax_total": "0.00",
                "rate_percent": float(order.tax_rate * 100), "meta_data": [],
            }
        ],
        "shipping_lines": [
            {
                "id": order.key + 12, "method_title": order.shipping.title, "method_id": "flat_rate", "instance_id": "1",
                "total": f"{order.shipping.price:.2f}", "total_tax": "0.00", "taxes": [], "meta_data": [],
            }
        ],
        "fee_lines": [],
        "coupon_lines": _coupons(order),
        "refunds": [{"id": r.key, "reason": r.reason, "total": f"-{r.amount:.2f}"} for r in order.refunds],
        "payment_url": f"https://{order.shop.domain}/checkout/order-pay/{order.number}/",
        "is_editable": now in ("pending", "on-hold"),
        "needs_payment": now in ("pending", "failed"),
        "needs_processing": any(line.product.requires_shipping for line in order.lines),
        "currency_symbol": {"EUR": "€", "USD": "$"}.get(order.shop.currency, order.shop.currency),
    }  # fmt: skip


def product_key(product: Product) -> int:
    return 1000 + crc32(product.sku.encode()) % 9000


def line_item(order: Order, line: Line, tax: Decimal) -> dict[str, Any]:
    net = line.price - _shared(order, order.discount)[order.lines.index(line)]
    return {
        "id": line.key,
        "name": line.product.title,
        "product_id": product_key(line.product),
        "variation_id": 0,
        "quantity": line.quantity,
        "tax_class": "",
        "subtotal": f"{line.price:.2f}",
        "subtotal_tax": f"{cents(line.price * order.tax_rate):.2f}",
        "total": f"{net:.2f}",
        "total_tax": f"{tax:.2f}",
        "taxes": [{"id": 1, "total": f"{tax:.2f}", "subtotal": f"{tax:.2f}"}],
        "meta_data": [],
        "sku": line.product.sku,
        "price": float(line.product.price),
    }


def address(where: Address) -> dict[str, Any]:
    first, _, last = where.name.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "company": where.company or "",
        "address_1": where.address1,
        "address_2": where.address2 or "",
        "city": where.city,
        "state": where.region_code or "",
        "postcode": where.postal_code,
        "country": where.country,
    }


def note_body(note: Note) -> dict[str, Any]:
    return {
        "id": note.key,
        "author": note.author,
        **_dates("date_created", note.at),
        "note": note.text,
        "customer_note": note.for_customer,
    }


def refund_body(order: Order, back: Refund) -> dict[str, Any]:
    items = []
    for place, (line, quantity) in enumerate(back.items):
        net, tax = order.line_refund(line, quantity)
        items.append(
            {
                "id": back.key + 100 + place, "name": line.product.title, "quantity": -quantity, "tax_class": "",
                "subtotal": f"-{net:.2f}", "subtotal_tax": f"-{tax:.2f}", "total": f"-{net:.2f}", "total_tax": f"-{tax:.2f}",
                "taxes": [{"id": 1, "total": f"-{tax:.2f}", "subtotal": f"-{tax:.2f}"}], "sku": line.product.sku,
                "meta_data": [{"id": back.key + 200 + place, "key": "_refunded_item_id", "value": str(line.key)}],
                "price": -float(line.product.price),
            }
        )  # fmt: skip
    return {
        "id": back.key,
        "parent_id": order.number,
        **_dates("date_created", back.at),
        "amount": f"{back.amount:.2f}",
        "reason": back.reason,
        "refunded_by": 1,
        "refunded_payment": back.at_gateway,
        "meta_data": [],
        "line_items": items,
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
    }


def hook_body(hook: Hook) -> dict[str, Any]:
    resource, _, event = hook.topic.partition(".")
    return {
        "id": hook.id,
        "name": hook.name,
        "status": hook.status,
        "topic": hook.topic,
        "resource": resource,
        "event": event,
        "hooks": [],
        "delivery_url": hook.delivery_url,
    }


def _meta(order: Order, *, reserved: bool) -> list[dict[str, Any]]:
    """What was written to the order, and what the shop's plugins for payment and tracking keep there."""
    rows: list[tuple[int, str, Any]] = [(key, name, value) for name, (key, value) in order.meta.items()]
    if order.authorised:
        rows.append((order.key + 14, "_stripe_charge_captured", "no" if reserved else "yes"))
    if order.shipments:
        parcels = [{"tracking_provider": s.carrier, "tracking_number": s.tracking} for s in order.shipments]
        rows.append((order.key + 15, "_wc_shipment_tracking_items", parcels))
    return [{"id": key, "key": name, "value": value} for key, name, value in rows]


def _shared(order: Order, amount: Decimal) -> list[Decimal]:
    """An amount of the whole order over its lines; the last one takes what rounding leaves."""
    if not amount:
        return [ZERO] * len(order.lines)
    shares = [cents(amount * line.price / order.subtotal) for line in order.lines[:-1]]
    return [*shares, amount - sum(shares, ZERO)]


def _coupons(order: Order) -> list[dict[str, Any]]:
    if not order.discount:
        return []
    return [{"id": order.key + 13, "code": "thanks10", "discount": f"{order.discount:.2f}", "discount_tax": "0.00", "meta_data": []}]


def _dates(name: str, moment: datetime | None) -> dict[str, str | None]:
    """Each moment twice: in the shop's own time and in UTC, to the second, without a zone."""

    def plain(zone: timezone) -> str | None:
        return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds") if moment else None

    return {name: plain(SHOP_ZONE), f"{name}_gmt": plain(UTC)}
