"""The same order twice: as a webhook brings it, and as the Admin API tells it. Written by hand, one beside the other."""

from typing import Any

from tests.effects.shopify.server import Row, bag, connection, first_of, page, work_row

WHEN = "2026-03-01T12:00:00Z"
PLACE = {
    "name": "Ada Lovelace", "company": None, "address1": "Main 1", "address2": None, "city": "Ottawa", "province": "Ontario",
    "zip": "K2P 0A1", "phone": "+16135550100", "latitude": 45.4, "longitude": -75.7,
}  # fmt: skip
REST_PLACE = PLACE | {"first_name": "Ada", "last_name": "Lovelace", "province_code": "ON", "country_code": "CA"}
API_PLACE = PLACE | {"firstName": "Ada", "lastName": "Lovelace", "provinceCode": "ON", "countryCodeV2": "CA"}


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def money(amount: str) -> dict[str, Any]:
    return {"shop_money": {"amount": amount, "currency_code": "USD"}, "presentment_money": {"amount": amount, "currency_code": "USD"}}


def as_webhook(number: int = 1) -> dict[str, Any]:
    return {
        "id": number, "name": f"#100{number}", "created_at": WHEN, "updated_at": "2026-03-02T09:30:00Z", "processed_at": WHEN,
        "cancelled_at": None, "cancel_reason": None, "closed_at": None, "currency": "USD", "financial_status": "partially_refunded",
        "fulfillment_status": "partial", "email": "ada@x.org", "contact_email": "ada@x.org", "phone": "+16135550100", "note": "Ring twice",
        "tags": "gift, VIP", "source_name": "web", "test": False, "taxes_included": False, "total_price": "69.00",
        "total_line_items_price": "60.00", "total_discounts": "5.00", "total_tax": "4.00", "total_shipping_price_set": money("10.00"),
        "total_tip_received": "0.00", "original_total_duties_set": None, "original_total_additional_fees_set": None,
        "total_cash_rounding_payment_adjustment_set": money("0.00"),
        "customer": {
            "id": 5, "email": "ada@x.org", "phone": "+16135550100", "first_name": "Ada", "last_name": "Lovelace",
            "created_at": "2025-01-01T00:00:00Z", "updated_at": WHEN, "verified_email": True, "tags": "b2b, VIP",
        },
        "shipping_address": REST_PLACE, "billing_address": REST_PLACE,
        "shipping_lines": [{"title": "Express", "code": "EX", "price": "10.00", "is_removed": False}],
        "line_items": [
            {"id": 11, "sku": "LAMP", "title": "Lamp", "name": "Lamp - red", "quantity": 2, "current_quantity": 1, "price": "20.00",
             "requires_shipping": True, "gift_card": False},
            {"id": 12, "sku": "CARD", "title": "Gift card", "name": "Gift card", "quantity": 1, "current_quantity": 1, "price": "20.00",
             "requires_shipping": False, "gift_card": True},
        ],
        "fulfillments": [
            {"id": 7, "status": "success", "shipment_status": "in_transit", "created_at": WHEN, "updated_at": "2026-03-02T08:00:00Z",
             "tracking_company": "UPS", "tracking_number": "1Z1", "tracking_numbers": ["1Z1", "1Z2"], "line_items": [{"id": 11, "quantity": 1}]},
        ],
        "refunds": [
            {"id": 9, "created_at": WHEN, "processed_at": WHEN, "note": "broken",
             "refund_line_items": [{"line_item_id": 11, "quantity": 1, "restock_type": "return", "subtotal": "20.00", "total_tax": "1.00"}],
             "transactions": [
                 {"id": 32, "kind": "refund", "status": "success", "gateway": "shopify_payments", "error_code": None, "amount": "21.00",
                  "currency": "USD", "created_at": WHEN, "processed_at": WHEN, "payment_details": {}},
             ]},
        ],
    }  # fmt: skip


def as_api(number: int = 1, **changes: Any) -> Row:
    """A row of the server: connections are fields with arguments."""
    none = {
        "cancelledAt": None,
        "cancelReason": None,
        "closedAt": None,
        "originalTotalDutiesSet": None,
        "originalTotalAdditionalFeesSet": None,
    }
    movement = {"gateway": "shopify_payments", "errorCode": None, "createdAt": WHEN, "processedAt": WHEN, "status": "SUCCESS"}
    card = {
        "__typename": "CardPaymentDetails", "company": "Visa", "number": "•••• 4242", "bin": "424242", "name": "ADA", "wallet": "APPLE_PAY",
        "avsResultCode": "Y", "cvvResultCode": "M", "paymentMethodName": "visa",
    }  # fmt: skip
    back = {"id": gid("OrderTransaction", 32), "kind": "REFUND", "amountSet": bag("21.00"), "paymentDetails": None} | movement
    sale = {"id": gid("OrderTransaction", 31), "kind": "SALE", "amountSet": bag("69.00"), "paymentDetails": card} | movement
    sale["maximumRefundableV2"] = {"amount": "48.00", "currencyCode": "USD"}
    lines = [
        {"id": gid("LineItem", 11), "sku": "LAMP", "title": "Lamp", "name": "Lamp - red", "quantity": 2, "currentQuantity": 1,
         "requiresShipping": True, "isGiftCard": False, "originalUnitPriceSet": bag("20.00"), "variant": {"id": gid("ProductVariant", 41)}},
        {"id": gid("LineItem", 12), "sku": "CARD", "title": "Gift card", "name": "Gift card", "quantity": 1, "currentQuantity": 1,
         "requiresShipping": False, "isGiftCard": True, "originalUnitPriceSet": bag("20.00"), "variant": None},
    ]  # fmt: skip
    row: Row = {
        **none, "id": gid("Order", number), "name": f"#100{number}", "createdAt": WHEN, "updatedAt": "2026-03-02T09:30:00Z",
        "processedAt": WHEN, "currencyCode": "USD", "presentmentCurrencyCode": "USD", "displayFinancialStatus": "PARTIALLY_REFUNDED",
        "displayFulfillmentStatus": "PARTIALLY_FULFILLED", "email": "ada@x.org", "phone": "+16135550100", "note": "Ring twice",
        "tags": ["gift", "VIP"], "sourceName": "web", "test": False, "taxesIncluded": False, "totalPriceSet": bag("69.00"),
        "totalDiscountsSet": bag("5.00"), "totalTaxSet": bag("4.00"), "totalShippingPriceSet": bag("10.00"),
        "totalTipReceivedSet": bag("0.00"), "totalCashRoundingAdjustment": {"paymentSet": bag("0.00"), "refundSet": bag("0.00")},
        "customer": {
            "id": gid("Customer", 5), "firstName": "Ada", "lastName": "Lovelace", "createdAt": "2025-01-01T00:00:00Z", "updatedAt": WHEN,
            "verifiedEmail": True, "tags": ["b2b", "VIP"], "defaultEmailAddress": {"emailAddress": "ada@x.org"},
            "defaultPhoneNumber": {"phoneNumber": "+16135550100"},
        },
        "shippingAddress": API_PLACE, "billingAddress": API_PLACE,
        "shippingLines": connection([{"title": "Express", "code": "EX", "originalPriceSet": bag("10.00")}]),
        "lineItems": connection(lines), "transactions": first_of([sale, back]),
        "fulfillment_rows": [
            {"id": gid("Fulfillment", 7), "status": "SUCCESS", "displayStatus": "IN_TRANSIT", "createdAt": WHEN,
             "updatedAt": "2026-03-02T08:00:00Z",
             "trackingInfo": first_of([{"company": "UPS", "number": "1Z1"}, {"company": "UPS", "number": "1Z2"}]),
             "fulfillmentLineItems": connection([{"quantity": 1, "lineItem": lines[0]}])},
        ],
        "refund_rows": [
            {"id": gid("Refund", 9), "createdAt": WHEN, "processedAt": WHEN, "note": "broken", "totalRefundedSet": bag("21.00"),
             "refundLineItems": connection([
                 {"quantity": 1, "restockType": "RETURN", "subtotalSet": bag("20.00"), "totalTaxSet": bag("1.00"), "lineItem": lines[0]},
             ]),
             "transactions": connection([back])},
        ],
        "risk": {"recommendation": "INVESTIGATE", "assessments": [
            {"riskLevel": "LOW", "provider": {"id": gid("App", 5), "title": "Guard"}, "facts": []},
            {"riskLevel": "HIGH", "provider": None, "facts": [{"description": "Many cards", "sentiment": "NEGATIVE"}]},
        ]},
        "fields": {}, "work": [], "disputes": [],
    } | changes  # fmt: skip
    row["fulfillments"] = lambda info, first=None, **_: row["fulfillment_rows"][:first]
    row["refunds"] = lambda info, first=None, **_: row["refund_rows"][:first]
    row["fulfillmentOrders"] = lambda info, first=None, after=None, **_: page(row["work"], first, after)
    row["metafield"] = lambda info, key, namespace=None: row["fields"].get((namespace, key))
    return row


def held_twice(number: int = 1, **changes: Any) -> Row:
    """An order of two fulfilment orders, unshipped; a third one has left under the tracking number 1Z1."""
    lines = [
        {"id": gid("FulfillmentOrderLineItem", 21), "remainingQuantity": 2, "totalQuantity": 2, "lineItem": {"id": gid("LineItem", 11)}}
    ]
    fresh = {"displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED", "fulfillment_rows": [], "refund_rows": []}
    tracking = [{"company": "UPS", "number": "1Z1", "url": None}]
    gone = work_row(53, status="CLOSED", made=[{"id": gid("Fulfillment", 701), "status": "SUCCESS", "trackingInfo": first_of(tracking)}])
    return as_api(number, **fresh, work=[work_row(51, lines), work_row(52), gone], **changes)
