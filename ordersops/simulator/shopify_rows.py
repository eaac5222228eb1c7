"""The simulated world in the words of Shopify's Admin interface. A field with arguments is a function that takes them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from . import works
from .config import Shop
from .goods_back import Return
from .numbering import customer_key
from .places import Address
from .shopify_parts import gid, variant_key
from .works import Work
from .world import ZERO, Dispute, Hold, Line, Order, Refund, Shipment, Transaction

Row = dict[str, Any]
_MONEY_STATES = {"failed": "PENDING"}  # a declined attempt leaves the order pending
_DECLINES = {"invalid_number": "INCORRECT_NUMBER"}
_ERRORS = {"CARD_DECLINED", "DO_NOT_HONOR", "EXPIRED_CARD", "FRAUD_SUSPECTED", "INCORRECT_CVC", "INCORRECT_NUMBER", "INSUFFICIENT_FUNDS"}
_DISPLAY = {"shipped": "FULFILLED", "cancelled": "CANCELED"}
_ADVICE = {"LOW": "ACCEPT", "MEDIUM": "INVESTIGATE", "HIGH": "CANCEL"}
APP = {"id": "gid://shopify/App/2000", "title": "ordersops"}  # the product, as the shop installed it


def order_row(order: Order) -> Row:
    currency, none = order.shop.currency, bag(ZERO, order.shop.currency)
    goods = any(line.product.requires_shipping for line in order.lines)
    return {
        "__typename": "Order",
        "id": gid("Order", order.key),
        "name": order.name,
        "createdAt": stamp(order.placed_at),
        "updatedAt": stamp(order.updated_at),
        "processedAt": stamp(order.placed_at),
        "cancelledAt": stamp(order.cancelled_at),
        "cancelReason": order.cancel_reason.upper() if order.cancel_reason and order.cancelled_at else None,
        "closedAt": stamp(order.closed_at),
        "currencyCode": currency,
        "presentmentCurrencyCode": currency,
        "displayFinancialStatus": _MONEY_STATES.get(order.payment_status, order.payment_status.upper()),
        "displayFulfillmentStatus": _fulfilment_status(order),
        "email": order.person.email,
        "phone": order.person.phone,
        "note": order.note,
        "tags": list(order.tags),
        "sourceName": order.source,
        "test": False,
        "taxesIncluded": False,
        "totalPriceSet": bag(order.total, currency),
        "totalDiscountsSet": bag(order.discount, currency),
        "totalTaxSet": bag(order.tax, currency),
        "totalShippingPriceSet": bag(order.shipping.price, currency),
        "totalTipReceivedSet": none,
        "originalTotalDutiesSet": None,
        "originalTotalAdditionalFeesSet": None,
        "totalCashRoundingAdjustment": {"paymentSet": none},
        "customer": _customer(order),
        "shippingAddress": _place(order.ship_to) if goods else None,
        "billingAddress": _place(order.billing),
        "shippingLines": connection(_shipping(order) if goods else []),
        "lineItems": connection([_line(order, line) for line in order.lines]),
        "transactions": first_of([_transaction(order, t) for t in order.transactions]),
        "fulfillments": first_of([fulfillment_row(order, shipment) for shipment in order.shipments]),
        "refunds": first_of([refund_row(order, back) for back in order.refunds]),
        "fulfillmentOrders": connection([work_row(order, work) for work in order.works] if goods else []),
        "disputes": [
            {"id": gid("OrderDisputeSummary", one.key), "initiatedAs": one.kind.upper(), "status": one.status.upper()}
            for one in order.disputes
        ],
        "metafield": lambda info, key, namespace=None: metafield_row(order, namespace, key),
        "risk": _risk(order),
    }


def work_row(order: Order, work: Work) -> Row:
    """One part of an order: what is to be shipped from one place."""
    left, gone = works.left(order)[work.key], works.shipped(order, work)
    lines = [
        {
            "id": part_line(order, work, line.key),
            "remainingQuantity": left.get(line.key, 0),
            "totalQuantity": left.get(line.key, 0) + gone.get(line.key, 0),
            "lineItem": _line(order, line),
        }
        for line in order.lines
        if line.product.requires_shipping and (left.get(line.key) or gone.get(line.key) or work.units is None)
    ]
    parcels = [s for s in order.shipments if (s.work or order.works[0].key) == work.key]
    return {
        "id": gid("FulfillmentOrder", work.key),
        "status": works.state(order, work),
        "requestStatus": work.request,
        "supportedActions": [{"action": action} for action in works.actions(order, work)],
        "assignedLocation": {"name": works.PLACES[work.place], "location": {"id": gid("Location", work.place)}},
        "fulfillmentHolds": [hold_row(hold) for hold in order.holds if hold.work in (0, work.key)],
        "lineItems": connection(lines),
        "fulfillments": connection([fulfillment_row(order, shipment) for shipment in parcels]),
    }


def part_line(order: Order, work: Work, line: int) -> str:
    """The id of a line within a part; that of the first part has the number of the order's own line."""
    place = order.works.index(work)
    return gid("FulfillmentOrderLineItem", line * 10 + place if place else line)


def hold_row(hold: Hold) -> Row:
    return {"id": gid("FulfillmentHold", hold.key), "handle": hold.handle, "reason": hold.reason, "heldByRequestingApp": hold.by_product}


def parcel_line(order: Order, line: Line, quantity: int) -> Row:
    return {"id": gid("FulfillmentLineItem", line.key), "quantity": quantity, "lineItem": _line(order, line)}


def return_row(order: Order, back: Return) -> Row:
    lines = [
        {
            "__typename": "ReturnLineItem",
            "id": gid("ReturnLineItem", part.key),
            "quantity": part.quantity,
            "processedQuantity": part.processed,
            "processableQuantity": part.quantity - part.processed if back.status == "OPEN" else 0,
            "fulfillmentLineItem": parcel_line(order, part.line, part.quantity),
        }
        for part in back.items
    ]
    return {
        "id": gid("Return", back.key),
        "status": back.status,
        "name": back.name,
        "order": {"id": gid("Order", order.key)},
        "decline": back.decline or None,
        "returnLineItems": connection(lines),
    }


def dispute_row(order: Order, dispute: Dispute) -> Row:
    return {
        "id": gid("ShopifyPaymentsDispute", dispute.key),
        "type": dispute.kind.upper(),
        "status": dispute.status.upper(),
        "amount": {"amount": f"{dispute.amount:.2f}", "currencyCode": order.shop.currency},
        "initiatedAt": stamp(dispute.opened_at),
        "evidenceDueBy": stamp(dispute.due_at),
        "evidenceSentOn": None,
        "finalizedOn": None,
        "reasonDetails": {"reason": dispute.reason.upper(), "networkReasonCode": None},
        "order": lambda info: order_row(order),
    }


def fulfillment_row(order: Order, shipment: Shipment) -> Row:
    lines = [parcel_line(order, line, n) for line, n in shipment.items]
    tracking = [{"company": shipment.carrier, "number": shipment.tracking, "url": shipment.tracking_url}]
    return {
        "id": gid("Fulfillment", shipment.key),
        "status": "CANCELLED" if shipment.status == "cancelled" else "SUCCESS",
        "displayStatus": _DISPLAY.get(shipment.status, shipment.status.upper()),
        "createdAt": stamp(shipment.shipped_at),
        "updatedAt": stamp(shipment.updated_at),
        "trackingInfo": first_of(tracking),
        "fulfillmentLineItems": connection(lines),
    }


def refund_row(order: Order, back: Refund) -> Row:
    currency, lines = order.shop.currency, []
    for line, quantity in back.items:
        net, tax = order.line_refund(line, quantity)
        lines.append(
            {
                "quantity": quantity,
                "restockType": {"return": "RETURN", "cancel": "CANCEL", "none": "NO_RESTOCK"}[back.restock],
                "subtotalSet": bag(net, currency),
                "totalTaxSet": bag(tax, currency),
                "lineItem": _line(order, line),
            }
        )
    return {
        "id": gid("Refund", back.key),
        "createdAt": stamp(back.at),
        "processedAt": stamp(back.at),
        "note": back.reason,
        "totalRefundedSet": bag(back.amount, currency),
        "refundLineItems": connection(lines),
        "transactions": connection([_transaction(order, back.transaction)]),
    }


def metafield_row(order: Order, namespace: str | None, key: str) -> Row | None:
    number, found = order.meta.get(f"{namespace}.{key}", (0, None))
    return {"id": gid("Metafield", number), **found} if found else None


def hook_rows(shop: Shop) -> list[Row]:
    return [
        {
            "id": gid("WebhookSubscription", hook.id),
            "topic": hook.topic.replace("/", "_").upper(),
            "uri": hook.delivery_url,
            "format": "JSON",
            "filter": None,
            "includeFields": [],
        }
        for hook in shop.hooks
    ]


def page(rows: list[Row], first: int | None, after: str | None) -> Row:
    """A page of a connection; a cursor is the number of rows before it."""
    start = int(base64.urlsafe_b64decode(after)) if after else 0
    end = start + (first or 50)
    cursor = base64.urlsafe_b64encode(str(end).encode()).decode()
    edges = [
        {"cursor": base64.urlsafe_b64encode(str(number).encode()).decode(), "node": row}
        for number, row in enumerate(rows[start:end], start + 1)
    ]
    return {
        "nodes": rows[start:end],
        "edges": edges,
        "pageInfo": {"hasNextPage": end < len(rows), "endCursor": cursor if edges else None},
    }


def connection(rows: list[Row]) -> Any:
    return lambda info, first=None, after=None: page(rows, first, after)


def first_of(rows: list[Row]) -> Any:
    return lambda info, first=None: rows[:first]


def bag(amount: Decimal, currency: str) -> Row:
    return {"shopMoney": {"amount": f"{amount:.2f}", "currencyCode": currency}}


def stamp(moment: datetime | None) -> str | None:
    """In UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _fulfilment_status(order: Order) -> str:
    if order.shipments:
        return "PARTIALLY_FULFILLED" if any(line.fulfillable for line in order.lines if line.product.requires_shipping) else "FULFILLED"
    return "ON_HOLD" if order.holds and not order.cancelled_at else "UNFULFILLED"


def _line(order: Order, line: Line) -> Row:
    return {
        "id": gid("LineItem", line.key),
        "sku": line.product.sku,
        "title": line.product.title,
        "name": line.product.title,
        "quantity": line.quantity,
        "currentQuantity": 0 if order.cancelled_at else line.current,
        "requiresShipping": line.product.requires_shipping,
        "isGiftCard": line.product.kind == "gift_card",
        "variant": {"id": gid("ProductVariant", variant_key(line.product))},
        "originalUnitPriceSet": bag(line.product.price, order.shop.currency),
    }


def _shipping(order: Order) -> list[Row]:
    return [
        {"title": order.shipping.title, "code": order.shipping.code, "originalPriceSet": bag(order.shipping.price, order.shop.currency)}
    ]


def _transaction(order: Order, t: Transaction) -> Row:
    code = _DECLINES.get(t.error_code or "", (t.error_code or "").upper())
    refundable = t.kind in ("sale", "capture") and t.status == "success"
    left = {"amount": f"{order.captured - order.refunded:.2f}", "currencyCode": order.shop.currency} if refundable else None
    return {
        "id": gid("OrderTransaction", t.key),
        "kind": t.kind.upper(),
        "status": t.status.upper(),
        "gateway": t.gateway,
        "errorCode": (code if code in _ERRORS else "GENERIC_ERROR") if code else None,
        "createdAt": stamp(t.at),
        "processedAt": stamp(t.at),
        "authorizationExpiresAt": stamp(t.ends) if t.ends else None,
        "amountSet": bag(t.amount, order.shop.currency),
        "maximumRefundableV2": left,
        "paymentDetails": {
            "__typename": "CardPaymentDetails",
            "company": t.card.label,
            "number": f"•••• •••• •••• {t.card.last4}",
            "bin": t.card.bin,
            "name": order.billing.name,
            "wallet": t.card.wallet.upper() if t.card.wallet else None,
            "avsResultCode": t.card.avs,
            "cvvResultCode": t.card.cvv,
            "paymentMethodName": t.card.brand,
        },
    }


def _customer(order: Order) -> Row:
    person = order.person
    return {
        "id": gid("Customer", customer_key(person.email)),
        "firstName": person.first,
        "lastName": person.last,
        "createdAt": stamp(order.customer_since),
        "updatedAt": stamp(order.updated_at),
        "verifiedEmail": person.email_verified,
        "tags": [person.tier] if person.tier else [],
        "defaultEmailAddress": {"emailAddress": person.email},
        "defaultPhoneNumber": {"phoneNumber": person.phone} if person.phone else None,
    }


def _place(where: Address) -> Row:
    first, _, last = where.name.partition(" ")
    return {
        "name": where.name,
        "firstName": first,
        "lastName": last,
        "company": where.company,
        "address1": where.address1,
        "address2": where.address2,
        "city": where.city,
        "province": where.region,
        "provinceCode": where.region_code,
        "countryCodeV2": where.country,
        "zip": where.postal_code,
        "phone": where.phone,
        "latitude": where.latitude,
        "longitude": where.longitude,
    }


def _risk(order: Order) -> Row:
    found = []
    for risk in filter(None, (order.risk, order.told_risk)):
        facts = [{"description": text, "sentiment": sentiment.upper()} for text, sentiment in risk.facts]
        provider = APP if risk is order.told_risk else {"id": gid("App", 1_000), "title": risk.provider}
        found.append({"riskLevel": risk.level.upper(), "provider": provider, "facts": facts})
    levels = {str(row["riskLevel"]) for row in found}
    advice = next((said for level, said in reversed(_ADVICE.items()) if level in levels), "NONE")
    return {"recommendation": advice, "assessments": found}
