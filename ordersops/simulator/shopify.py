"""Webhook bodies in the shape of Shopify's REST resources, version 2025-01: which topics announce what, and the order itself."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from . import shopify_parts as parts
from .goods_back import Return
from .numbering import customer_key
from .places import COUNTRY_NAMES, Address
from .shopify_parts import gid, money_set, when
from .world import ZERO, Dispute, Order, Refund, Risk, Shipment, Transaction

API_VERSION = "2025-01"
_FINANCIAL = {"failed": "pending"}  # a declined attempt leaves a Shopify order pending


def documents(happening: str, order: Order, part: object) -> list[tuple[str, dict[str, Any]]]:
    """The topics and bodies of a happening, in the order the platform sends them."""
    match happening, part:
        case "placed", _:
            return [("orders/create", order_body(order))]
        case "edited", _:
            return [("orders/updated", order_body(order))]
        case "payment_failed" | "authorised", Transaction():
            return [("order_transactions/create", parts.transaction(order, part)), ("orders/updated", order_body(order))]
        case "paid", Transaction():
            return [
                ("order_transactions/create", parts.transaction(order, part)),
                ("orders/paid", order_body(order)),
                ("orders/updated", order_body(order)),
            ]
        case "risk_assessed", Risk():
            return [("orders/risk_assessment_changed", parts.risk(order, part))]
        case "shipped", Shipment():
            shipped = [("fulfillments/create", parts.fulfillment(order, part))]
            if not any(line.fulfillable for line in order.lines if line.product.requires_shipping):
                shipped.append(("orders/fulfilled", order_body(order)))
            return [*shipped, ("orders/updated", order_body(order))]
        case "shipment_moved", Shipment():
            return [("fulfillments/update", parts.fulfillment(order, part))]
        case "refunded", Refund():
            return [("refunds/create", parts.refund(order, part)), ("orders/updated", order_body(order))]
        case "disputed", Dispute():
            return [("disputes/create", parts.dispute(order, part))]
        case "dispute_moved", Dispute():
            return [("disputes/update", parts.dispute(order, part))]
        case "cancelled", _:
            return [("orders/cancelled", order_body(order)), ("orders/updated", order_body(order))]
        case "customer_changed", _:
            return [("customers/update", customer(order) | {"addresses": []})]
        case "return_asked", Return():
            return [("returns/request", parts.going_back(order, part))]
        case "return_moved", Return():
            named = {"OPEN": "approve", "DECLINED": "decline", "CANCELED": "cancel", "CLOSED": "close"}
            return [(f"returns/{named.get(part.status, 'update')}", parts.going_back(order, part))]
    raise ValueError(f"Shopify announces no {happening}")


def order_body(order: Order) -> dict[str, Any]:
    """The order resource as it is now. `current_*` follow refunds and cancellation, the others stay as ordered."""
    currency = order.shop.currency
    token = hashlib.sha256(str(order.key).encode()).hexdigest()[:32]
    given_back = sum((refund.amount for refund in order.refunds), ZERO)
    current_total = ZERO if order.cancelled_at and not order.captured else max(order.total - given_back, ZERO)
    current_subtotal = max(sum((order.line_refund(line, line.current)[0] for line in order.lines), ZERO), ZERO)
    current_tax = sum((order.line_refund(line, line.current)[1] for line in order.lines), ZERO)
    gateways = sorted({t.gateway for t in order.transactions})
    device = order.device

    def priced(name: str, amount: Decimal) -> dict[str, Any]:
        return {name: f"{amount:.2f}", f"{name}_set": money_set(amount, currency)}

    return {
        "id": order.key,
        "admin_graphql_api_id": gid("Order", order.key),
        "app_id": 580111,
        "browser_ip": device.ip,
        "buyer_accepts_marketing": order.number % 3 == 0,
        "cancel_reason": order.cancel_reason,
        "cancelled_at": when(order.cancelled_at),
        "cart_token": token[::-1],
        "checkout_id": order.key + 7,
        "checkout_token": token[8:] + token[:8],
        "client_details": {
            "accept_language": device.accept_language,
            "browser_height": None,
            "browser_ip": device.ip,
            "browser_width": None,
            "session_hash": device.session_id,
            "user_agent": device.user_agent,
        },
        "closed_at": when(order.closed_at),
        "confirmation_number": token[:9].upper(),
        "confirmed": True,
        "contact_email": order.person.email,
        "created_at": when(order.placed_at),
        "currency": currency,
        "current_shipping_price_set": money_set(order.shipping.price, currency),
        **priced("current_subtotal_price", current_subtotal),
        "current_total_additional_fees_set": None,
        **priced("current_total_discounts", order.discount),
        "current_total_duties_set": None,
        **priced("current_total_price", current_total),
        **priced("current_total_tax", current_tax),
        "customer_locale": (device.accept_language or "en")[:2],
        "device_id": None,
        "discount_codes": [{"code": "THANKS10", "amount": f"{order.discount:.2f}", "type": "fixed_amount"}] if order.discount else [],
        "duties_included": False,
        "email": order.person.email,
        "estimated_taxes": False,
        "financial_status": _FINANCIAL.get(order.payment_status, order.payment_status),
        "fulfillment_status": _fulfillment_status(order),
        "landing_site": "/",
        "landing_site_ref": None,
        "location_id": None,
        "merchant_business_entity_id": None,
        "merchant_of_record_app_id": None,
        "name": order.name,
        "note": order.note,
        "note_attributes": [{"name": name, "value": value} for name, value in order.attributes.items()],
        "number": order.number - 1000,
        "order_number": order.number,
        "order_status_url": f"https://{order.shop.domain}/orders/{token}/authenticate",
        "original_total_additional_fees_set": None,
        "original_total_duties_set": None,
        "payment_gateway_names": gateways,
        "phone": order.person.phone,
        "po_number": None,
        "presentment_currency": currency,
        "processed_at": when(order.placed_at),
        "reference": None,
        "referring_site": None,
        "source_identifier": None,
        "source_name": order.source,
        "source_url": None,
        **priced("subtotal_price", order.subtotal - order.discount),
        "tags": ", ".join(order.tags),
        "tax_exempt": False,
        "tax_lines": [{"price": f"{order.tax:.2f}", "rate": float(order.tax_rate), "title": "Sales tax", "channel_liable": False}],
        "taxes_included": False,
        "test": False,
        "token": token,
        "total_cash_rounding_payment_adjustment_set": money_set(ZERO, currency),
        "total_cash_rounding_refund_adjustment_set": money_set(ZERO, currency),
        **priced("total_discounts", order.discount),
        **priced("total_line_items_price", order.subtotal),
        "total_outstanding": f"{max(current_total - order.captured + order.refunded, ZERO):.2f}",
        **priced("total_price", order.total),
        "total_shipping_price_set": money_set(order.shipping.price, currency),
        **priced("total_tax", order.tax),
        "total_tip_received": "0.00",
        "total_weight": sum(line.product.grams * line.quantity for line in order.lines),
        "updated_at": when(order.updated_at),
        "user_id": None,
        "billing_address": address(order.billing),
        "customer": customer(order),
        "discount_applications": parts.discount_applications(order),
        "fulfillments": [parts.fulfillment(order, shipment) for shipment in order.shipments],
        "line_items": [parts.line_item(order, line) for line in order.lines],
        "payment_terms": None,
        "refunds": [parts.refund(order, refund) for refund in order.refunds],
        "shipping_address": address(order.ship_to) if any(line.product.requires_shipping for line in order.lines) else None,
        "shipping_lines": parts.shipping_lines(order),
        "returns": [],
    }


def _fulfillment_status(order: Order) -> str | None:
    if not order.shipments:
        return None
    return "partial" if any(line.fulfillable for line in order.lines if line.product.requires_shipping) else "fulfilled"


def customer(order: Order) -> dict[str, Any]:
    person, key = order.person, customer_key(order.person.email)
    return {
        "id": key,
        "email": person.email,
        "created_at": when(order.customer_since),
        "updated_at": when(order.updated_at),
        "first_name": person.first,
        "last_name": person.last,
        "state": "enabled" if person.known_days else "disabled",
        "note": None,
        "verified_email": person.email_verified,
        "multipass_identifier": None,
        "tax_exempt": False,
        "phone": person.phone,
        "currency": order.shop.currency,
        "tags": person.tier or "",
        "tax_exemptions": [],
        "admin_graphql_api_id": gid("Customer", key),
        "default_address": {
            "id": key + 1,
            "customer_id": key,
            **{name: value for name, value in address(person.home).items() if name not in ("latitude", "longitude")},
            "country_name": COUNTRY_NAMES[person.home.country],
            "default": True,
        },
    }


def address(where: Address) -> dict[str, Any]:
    first, _, last = where.name.partition(" ")
    return {
        "first_name": first,
        "address1": where.address1,
        "phone": where.phone,
        "city": where.city,
        "zip": where.postal_code,
        "province": where.region,
        "country": COUNTRY_NAMES.get(where.country, where.country),
        "last_name": last,
        "address2": where.address2,
        "company": where.company,
        "latitude": where.latitude,
        "longitude": where.longitude,
        "name": where.name,
        "country_code": where.country,
        "province_code": where.region_code,
    }
