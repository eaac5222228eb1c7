"""The payloads that WooCommerce documents, beside the project, and an order with everything in it."""

import base64
import hmac
import json
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings

OUTSIDE = settings.BASE_DIR.parent / "shared" / "outside" / "woocommerce" / "json_examples"
ABSENT = "WooCommerce's documented payloads are not beside the project (../shared/outside/woocommerce)"
SECRET = "Letters0And1Digits2Alone3"

LINE = {
    "id": 11, "product_id": 93, "variation_id": 0, "name": "Lamp &amp; shade", "sku": "LAMP",
    "quantity": 2, "subtotal": "60.00", "subtotal_tax": "6.00", "total": "50.00",
    "total_tax": "5.00", "price": 25, "meta_data": [],
}  # fmt: skip
PERSON = {
    "first_name": "Ada", "last_name": "Byron", "company": "", "address_1": "1 Road", "address_2": "", "city": "Lisbon", "state": "LX",
    "postcode": "1000", "country": "PT", "email": "Ada@x.example", "phone": "+351 1",
}  # fmt: skip


def encode(document: Any) -> bytes:
    return json.dumps(document, default=str).encode()


def sent(body: bytes, topic: str = "order.updated", *, secret: str = SECRET, delivery: str = "same-second") -> dict[str, str]:
    """The headers of a delivery."""
    made = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    return {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": made, "x-wc-webhook-delivery-id": delivery, "x-wc-webhook-id": "3"}


def order(**changes: Any) -> dict[str, Any]:
    """60 of goods, 10 off by coupon, 5 for wrapping, 7 of shipping and 6.20 of tax."""
    return {
        "id": 727, "number": "727", "status": "processing", "currency": "EUR", "created_via": "checkout",
        "date_created": "2026-02-01T12:00:00", "date_created_gmt": "2026-02-01T10:00:00", "date_modified": "2026-02-01T12:05:00",
        "date_modified_gmt": "2026-02-01T10:05:00", "date_paid": "2026-02-01T12:01:00", "date_paid_gmt": "2026-02-01T10:01:00",
        "date_completed": None, "date_completed_gmt": None, "discount_total": "10.00", "shipping_total": "7.00", "total_tax": "6.20",
        "total": "68.20", "customer_id": 0, "customer_ip_address": "203.0.113.9", "customer_user_agent": "Mozilla", "customer_note": "",
        "billing": PERSON, "shipping": {name: value for name, value in PERSON.items() if name not in {"email", "phone"}},
        "payment_method": "stripe", "payment_method_title": "Card", "transaction_id": "ch_1", "meta_data": [], "line_items": [LINE],
        "tax_lines": [{"id": 1, "tax_total": "5.50", "shipping_tax_total": "0.70"}],
        "shipping_lines": [{"id": 2, "method_title": "Flat &amp; fast", "method_id": "flat_rate", "total": "7.00"}],
        "fee_lines": [{"id": 3, "name": "Wrapping", "total": "5.00", "total_tax": "0.50"}],
        "coupon_lines": [{"id": 4, "code": "SPRING", "discount": "10.00"}], "refunds": [], **changes,
    }  # fmt: skip


@cache
def documented() -> dict[str, dict[str, Any]]:
    """name -> order"""
    found = {}
    for path in sorted(OUTSIDE.glob("_orders_*.json")):
        document = json.loads(path.read_text(), parse_float=Decimal)
        batch = [each for value in document.values() if isinstance(value, list) for each in value] if "create" in document else None
        bodies = batch or (document if isinstance(document, list) else [document])
        found |= {f"{path.stem} {number}": body for number, body in enumerate(bodies) if body.get("line_items")}
    return found
