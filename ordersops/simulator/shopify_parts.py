"""The smaller Shopify resources: line items, transactions, fulfilments, refunds, disputes, risk."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zlib import crc32

from .catalogue import Product
from .goods_back import Return
from .places import COUNTRY_NAMES
from .world import ZERO, Dispute, Line, Order, Refund, Risk, Shipment, Transaction, cents

SHOP_ZONE = timezone(timedelta(hours=-5))
_RETURN_REASONS = {
    "SIZE_TOO_SMALL", "SIZE_TOO_LARGE", "UNWANTED", "NOT_AS_DESCRIBED", "WRONG_ITEM", "DEFECTIVE", "STYLE", "COLOR", "OTHER", "UNKNOWN",
}  # fmt: skip
_FULFILLMENT = {"pending": "pending", "cancelled": "cancelled", "failure": "failure"}


def when(moment: datetime | None) -> str | None:
    """The platform writes times in the shop's own zone, to the second."""
    return moment.astimezone(SHOP_ZONE).isoformat(timespec="seconds") if moment else None


def gid(kind: str, key: int) -> str:
    return f"gid://shopify/{kind}/{key}"


def variant_key(product: Product) -> int:
    return 42_000_000_000_000 + crc32(product.sku.encode())


def money_set(amount: Decimal, currency: str) -> dict[str, Any]:
    money = {"amount": f"{amount:.2f}", "currency_code": currency}
    return {"shop_money": money, "presentment_money": dict(money)}


def line_item(order: Order, line: Line) -> dict[str, Any]:
    currency, product = order.shop.currency, line.product
    share = cents(order.discount * line.price / order.subtotal) if order.discount else ZERO
    tax = cents((line.price - share) * order.tax_rate)
    return {
        "id": line.key,
        "admin_graphql_api_id": gid("LineItem", line.key),
        "attributed_staffs": [],
        "current_quantity": 0 if order.cancelled_at else line.current,
        "fulfillable_quantity": 0 if order.cancelled_at else line.fulfillable,
        "fulfillment_service": "manual" if product.requires_shipping else "gift_card",
        "fulfillment_status": "fulfilled" if line.shipped >= line.quantity else "partial" if line.shipped else None,
        "gift_card": product.kind == "gift_card",
        "grams": product.grams,
        "name": product.title,
        "price": f"{product.price:.2f}",
        "price_set": money_set(product.price, currency),
        "product_exists": True,
        "product_id": 7_000_000_000_000 + crc32(product.sku.encode()),
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": product.requires_shipping,
        "sales_line_item_group_id": None,
        "sku": product.sku,
        "taxable": True,
        "title": product.title,
        "total_discount": "0.00",
        "total_discount_set": money_set(ZERO, currency),
        "variant_id": variant_key(product),
        "variant_inventory_management": "shopify",
        "variant_title": None,
        "vendor": order.shop.name,
        "tax_lines": [{"price": f"{tax:.2f}", "price_set": money_set(tax, currency), "rate": float(order.tax_rate), "title": "Sales tax"}],
        "duties": [],
        "discount_allocations": (
            [{"amount": f"{share:.2f}", "amount_set": money_set(share, currency), "discount_application_index": 0}] if share else []
        ),
    }


def discount_applications(order: Order) -> list[dict[str, Any]]:
    if not order.discount:
        return []
    return [
        {
            "target_type": "line_item", "type": "discount_code", "value": f"{order.discount:.2f}", "value_type": "fixed_amount",
            "allocation_method": "across", "target_selection": "all", "code": "THANKS10",
        }
    ]  # fmt: skip


def shipping_lines(order: Order) -> list[dict[str, Any]]:
    if not any(line.product.requires_shipping for line in order.lines):
        return []
    method, currency = order.shipping, order.shop.currency
    return [
        {
            "id": order.key + 3,
            "carrier_identifier": None,
            "code": method.code,
            "current_discounted_price_set": money_set(method.price, currency),
            "discounted_price": f"{method.price:.2f}",
            "discounted_price_set": money_set(method.price, currency),
            "is_removed": False,
            "phone": None,
            "price": f"{method.price:.2f}",
            "price_set": money_set(method.price, currency),
            "requested_fulfillment_service_id": None,
            "source": "shopify",
            "title": method.title,
            "tax_lines": [],
            "discount_allocations": [],
        }
    ]


def transaction(order: Order, t: Transaction) -> dict[str, Any]:
    card, currency = t.card, order.shop.currency
    unsettled = {"amount": f"{t.amount if t.kind == 'authorization' else ZERO:.2f}", "currency": currency}
    return {
        "id": t.key,
        "order_id": order.key,
        "kind": t.kind,
        "gateway": t.gateway,
        "status": t.status,
        "message": {"failure": "The card was declined", "success": "Transaction approved"}.get(t.status),
        "created_at": when(t.at),
        "test": False,
        "authorization": f"pi_{t.key % 10**12:012d}" if t.status == "success" else None,
        "location_id": None,
        "user_id": None,
        "parent_id": t.parent,
        "processed_at": when(t.at),
        "authorization_expires_at": when(t.ends) if t.ends else None,
        "device_id": None,
        "error_code": t.error_code,
        "source_name": order.source,
        "payment_details": {
            "credit_card_bin": card.bin,
            "avs_result_code": card.avs,
            "cvv_result_code": card.cvv,
            "credit_card_number": f"•••• •••• •••• {card.last4}",
            "credit_card_company": card.label,
            "buyer_action_info": None,
            "credit_card_name": order.billing.name,
            "credit_card_wallet": card.wallet,
            "credit_card_expiration_month": card.expires[0],
            "credit_card_expiration_year": card.expires[1],
            "payment_method_name": card.brand,
        },
        "receipt": {},
        "amount": f"{t.amount:.2f}",
        "currency": currency,
        "payment_id": f"{order.name}.{order.transactions.index(t) + 1}",
        "total_unsettled_set": {"presentment_money": unsettled, "shop_money": dict(unsettled)},
        "manual_payment_gateway": False,
        "amount_rounding": None,
        "admin_graphql_api_id": gid("OrderTransaction", t.key),
    }


def fulfillment(order: Order, shipment: Shipment) -> dict[str, Any]:
    destination = order.ship_to
    first, _, last = destination.name.partition(" ")
    return {
        "id": shipment.key,
        "order_id": order.key,
        "status": _FULFILLMENT.get(shipment.status, "success"),
        "created_at": when(shipment.shipped_at),
        "service": "manual",
        "updated_at": when(shipment.updated_at),
        "tracking_company": shipment.carrier,
        "shipment_status": None if shipment.status == "shipped" else shipment.status,
        "location_id": 65_000_000_001,
        "origin_address": None,
        "email": order.person.email,
        "destination": {
            "first_name": first,
            "address1": destination.address1,
            "phone": destination.phone,
            "city": destination.city,
            "zip": destination.postal_code,
            "province": destination.region,
            "country": COUNTRY_NAMES.get(destination.country, destination.country),
            "last_name": last,
            "address2": destination.address2,
            "company": destination.company,
            "latitude": destination.latitude,
            "longitude": destination.longitude,
            "name": destination.name,
            "country_code": destination.country,
            "province_code": destination.region_code,
        },
        "line_items": [line_item(order, line) | {"quantity": quantity} for line, quantity in shipment.items],
        "tracking_number": shipment.tracking,
        "tracking_numbers": [shipment.tracking],
        "tracking_url": shipment.tracking_url,
        "tracking_urls": [shipment.tracking_url] if shipment.tracking_url else [],
        "receipt": {},
        "name": f"{order.name}.{order.shipments.index(shipment) + 1}",
        "admin_graphql_api_id": gid("Fulfillment", shipment.key),
    }


def refund(order: Order, back: Refund) -> dict[str, Any]:
    currency = order.shop.currency
    lines: list[dict[str, Any]] = []
    for line, quantity in back.items:
        net, tax = order.line_refund(line, quantity)
        lines.append(
            {
                "id": back.key + 1_000_000 + len(lines),
                "quantity": quantity,
                "line_item_id": line.key,
                "location_id": None,
                "restock_type": {"return": "return", "cancel": "cancel", "none": "no_restock"}[back.restock],
                "subtotal": float(net),
                "total_tax": float(tax),
                "subtotal_set": money_set(net, currency),
                "total_tax_set": money_set(tax, currency),
                "line_item": line_item(order, line),
            }
        )
    return {
        "id": back.key,
        "order_id": order.key,
        "created_at": when(back.at),
        "note": back.reason,
        "user_id": 91_000_000_001,
        "processed_at": when(back.at),
        "duties": [],
        "total_duties_set": money_set(ZERO, currency),
        "return": None,
        "restock": back.restock != "none",
        "refund_shipping_lines": [],
        "admin_graphql_api_id": gid("Refund", back.key),
        "order_adjustments": [],
        "refund_line_items": lines,
        "transactions": [transaction(order, back.transaction)],
    }


def dispute(order: Order, d: Dispute) -> dict[str, Any]:
    return {
        "id": d.key,
        "order_id": order.key,
        "type": d.kind,
        "amount": f"{d.amount:.2f}",
        "currency": order.shop.currency,
        "reason": d.reason,
        "network_reason_code": "10.4" if d.reason == "fraudulent" else "13.1",
        "status": d.status,
        "evidence_due_by": when(d.due_at),
        "evidence_sent_on": None,
        "finalized_on": None,
        "initiated_at": when(d.opened_at),
    }


def risk(order: Order, assessed: Risk) -> dict[str, Any]:
    """The risk topic names the level and the order; the facts stay behind the platform's API."""
    return {
        "provider_id": None,
        "provider_title": assessed.provider,
        "risk_level": assessed.level,
        "created_at": when(order.updated_at),
        "order_id": order.key,
        "admin_graphql_api_order_id": gid("Order", order.key),
    }


def going_back(order: Order, back: Return) -> dict[str, Any]:
    """A return as its topics tell it. Reasons are handles of definitions, the enum beside them is deprecated."""
    exchanged = [{"id": part.key, "quantity": part.quantity} for part in back.items] if back.wish == "exchange" else []
    return {
        "id": back.key,
        "admin_graphql_api_id": gid("Return", back.key),
        "name": back.name,
        "status": back.status.lower(),
        "created_at": when(back.at),
        "updated_at": when(back.at),
        "order": {"id": order.key, "admin_graphql_api_id": gid("Order", order.key)},
        "total_return_line_items": sum(part.quantity for part in back.items),
        "exchange_line_items": exchanged,
        "return_line_items": [
            {
                "id": part.key,
                "admin_graphql_api_id": gid("ReturnLineItem", part.key),
                "quantity": part.quantity,
                "return_reason": part.reason if part.reason in _RETURN_REASONS else "OTHER",
                "return_reason_definition": {
                    "handle": part.reason.lower().replace("_", "-"),
                    "name": part.reason.replace("_", " ").title(),
                },
                "return_reason_note": "",
                "customer_note": part.note or None,
                "fulfillment_line_item": {"line_item": {"id": part.line.key, "admin_graphql_api_id": gid("LineItem", part.line.key)}},
            }
            for part in back.items
        ],
    }
