"""An order as the Admin API gives it, put into the words of the webhooks, so that one reader understands both.

Ids lose their prefix, states their capitals, and amounts are those in the shop's currency.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ordersops.stores.facts import CoreFacts, DisputeFacts, OrderFacts, RiskFacts
from ordersops.stores.platforms.reading import moment, rows, table, text, word
from ordersops.stores.platforms.shopify import parts
from ordersops.stores.platforms.shopify.admin import plain
from ordersops.stores.platforms.shopify.order import order_facts

Body = dict[str, Any]

# OrderDisplayFulfillmentStatus in the words of the REST resource, where it has one. The others stay as the store says them.
FULFILMENT: dict[str, str | None] = {"UNFULFILLED": None, "PARTIALLY_FULFILLED": "partial"}
# RiskAssessmentResult, from the least to the most; PENDING says nothing yet.
LEVELS = ("NONE", "LOW", "MEDIUM", "HIGH")


def polled_facts(payload: Body, at: datetime) -> OrderFacts:
    """The facts of a document that `Interface` read: those of an order's webhook, and its payments and risk with them."""
    node = table(payload.get("order"))
    body = resource(payload)
    found = order_facts(body, text(body["id"]), at)
    own = parts.transactions(body["transactions"])
    inner = {part.external_id for part in own}
    return found.model_copy(
        update={
            "core": _without_client(found.core),
            "transactions": (*own, *(part for part in found.transactions if part.external_id not in inner)),
            "disputes": tuple(_dispute(row, moment(payload.get("read_at")) or at) for row in rows(payload.get("disputes"))),
            "risk": _risk(rows(table(node.get("risk")).get("assessments")), found.at),
        }
    )


def _without_client(core: CoreFacts | None) -> CoreFacts | None:
    """The API tells less of the buyer's device than a webhook does, so nothing is stated of it and what was known stays."""
    if core is None:
        return None
    return CoreFacts(**{name: getattr(core, name) for name in core.model_fields_set - {"client"}})


def resource(payload: Body) -> Body:
    """The order resource as a webhook has it. `payload` is {order, fulfillments, refunds}."""
    node = table(payload.get("order"))
    fulfilment = text(node.get("displayFulfillmentStatus"))
    return {
        "id": plain(node.get("id")),
        "name": node.get("name"),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "processed_at": node.get("processedAt"),
        "cancelled_at": node.get("cancelledAt"),
        "cancel_reason": word(node.get("cancelReason")) or None,
        "closed_at": node.get("closedAt"),
        "currency": node.get("currencyCode"),
        "financial_status": word(node.get("displayFinancialStatus")) or None,
        "fulfillment_status": FULFILMENT.get(fulfilment, fulfilment.lower() or None),
        "email": node.get("email"),
        "phone": node.get("phone"),
        "note": node.get("note"),
        "tags": node.get("tags"),
        "source_name": node.get("sourceName"),
        "test": node.get("test"),
        "taxes_included": node.get("taxesIncluded"),
        "total_price": _amount(node.get("totalPriceSet")),
        "total_discounts": _amount(node.get("totalDiscountsSet")),
        "total_tax": _amount(node.get("totalTaxSet")),
        "total_shipping_price_set": _pair(node.get("totalShippingPriceSet")),
        "total_tip_received": _amount(node.get("totalTipReceivedSet")),
        "original_total_duties_set": _pair(node.get("originalTotalDutiesSet")),
        "original_total_additional_fees_set": _pair(node.get("originalTotalAdditionalFeesSet")),
        "total_cash_rounding_payment_adjustment_set": _pair(table(node.get("totalCashRoundingAdjustment")).get("paymentSet")),
        "customer": _customer(table(node.get("customer"))),
        "shipping_address": _address(table(node.get("shippingAddress"))),
        "billing_address": _address(table(node.get("billingAddress"))),
        "shipping_lines": [
            {"title": line.get("title"), "code": line.get("code"), "price": _amount(line.get("originalPriceSet"))}
            for line in _nodes(node.get("shippingLines"))
        ],
        "line_items": [_line(line) for line in _nodes(node.get("lineItems"))],
        "transactions": [_transaction(part) for part in rows(node.get("transactions"))],
        "fulfillments": [_fulfillment(part) for part in rows(payload.get("fulfillments"))],
        "refunds": [_refund(part) for part in rows(payload.get("refunds"))],
    }


def _nodes(connection: Any) -> list[Body]:
    return list(rows(table(connection).get("nodes")))


def _amount(bag: Any) -> Any:
    return table(table(bag).get("shopMoney")).get("amount")


def _pair(bag: Any) -> Body | None:
    amount = _amount(bag)
    return None if amount is None else {"shop_money": {"amount": amount}}


def _line(line: Body) -> Body:
    return {
        "id": plain(line.get("id")),
        "sku": line.get("sku"),
        "title": line.get("title"),
        "name": line.get("name"),
        "quantity": line.get("quantity"),
        "current_quantity": line.get("currentQuantity"),
        "price": _amount(line.get("originalUnitPriceSet")),
        "requires_shipping": line.get("requiresShipping"),
        "gift_card": line.get("isGiftCard"),
    }


def _customer(found: Body) -> Body | None:
    if not found:
        return None
    return {
        "id": plain(found.get("id")),
        "email": table(found.get("defaultEmailAddress")).get("emailAddress"),
        "phone": table(found.get("defaultPhoneNumber")).get("phoneNumber"),
        "first_name": found.get("firstName"),
        "last_name": found.get("lastName"),
        "created_at": found.get("createdAt"),
        "updated_at": found.get("updatedAt"),
        "verified_email": found.get("verifiedEmail"),
        "tags": found.get("tags"),
    }


def _address(found: Body) -> Body | None:
    same = ("name", "company", "address1", "address2", "city", "province", "zip", "phone", "latitude", "longitude")
    other = {"first_name": "firstName", "last_name": "lastName", "province_code": "provinceCode", "country_code": "countryCodeV2"}
    return {name: found.get(name) for name in same} | {name: found.get(own) for name, own in other.items()} if found else None


def _transaction(part: Body) -> Body:
    money = table(table(part.get("amountSet")).get("shopMoney"))
    card = table(part.get("paymentDetails"))
    return {
        "id": plain(part.get("id")),
        "kind": part.get("kind"),
        "status": part.get("status"),
        "gateway": part.get("gateway"),
        "error_code": part.get("errorCode"),
        "amount": money.get("amount"),
        "currency": money.get("currencyCode"),
        "created_at": part.get("createdAt"),
        "processed_at": part.get("processedAt"),
        "authorization_expires_at": part.get("authorizationExpiresAt"),
        "payment_details": {
            "credit_card_company": card.get("company"),
            "credit_card_number": card.get("number"),
            "credit_card_bin": card.get("bin"),
            "credit_card_name": card.get("name"),
            "credit_card_wallet": card.get("wallet"),
            "avs_result_code": card.get("avsResultCode"),
            "cvv_result_code": card.get("cvvResultCode"),
            "payment_method_name": card.get("paymentMethodName"),
        },
    }


def _fulfillment(part: Body) -> Body:
    tracking = list(rows(part.get("trackingInfo")))
    display = word(part.get("displayStatus"))
    return {
        "id": plain(part.get("id")),
        "status": word(part.get("status")),
        "shipment_status": None if display == "canceled" else display or None,  # the status itself says that it is off
        "created_at": part.get("createdAt"),
        "updated_at": part.get("updatedAt"),
        "tracking_company": next((found.get("company") for found in tracking if found.get("company")), None),
        "tracking_numbers": [found.get("number") for found in tracking],
        "line_items": [
            {"id": plain(table(line.get("lineItem")).get("id")), "quantity": line.get("quantity")}
            for line in _nodes(part.get("fulfillmentLineItems"))
        ],
    }


def _refund(part: Body) -> Body:
    return {
        "id": plain(part.get("id")),
        "created_at": part.get("createdAt"),
        "processed_at": part.get("processedAt"),
        "note": part.get("note"),
        "refund_line_items": [
            {
                "line_item_id": plain(table(line.get("lineItem")).get("id")),
                "quantity": line.get("quantity"),
                "restock_type": line.get("restockType"),
                "subtotal": _amount(line.get("subtotalSet")),
                "total_tax": _amount(line.get("totalTaxSet")),
            }
            for line in _nodes(part.get("refundLineItems"))
        ],
        "transactions": [_transaction(moved) for moved in _nodes(part.get("transactions"))],
    }


def _dispute(row: Body, at: datetime) -> DisputeFacts:
    """What is not told is not stated, so what a webhook told of the amount and the reason stays."""
    money = table(row.get("amount"))
    facts = parts.dispute(
        {
            "id": plain(row.get("id")),
            "type": row.get("type"),
            "status": row.get("status"),
            "reason": table(row.get("reasonDetails")).get("reason"),
            "amount": money.get("amount"),
            "currency": money.get("currencyCode"),
            "initiated_at": row.get("initiatedAt"),
            "evidence_due_by": row.get("evidenceDueBy"),
        },
        at,
    )
    return facts if money else DisputeFacts(external_id=facts.external_id, at=at, kind=facts.kind, status=facts.status)


def _risk(assessments: Iterable[Body], at: datetime) -> RiskFacts | None:
    """The gravest assessment. The API states no time for it, so the order's own stands for it."""
    judged = [found for found in assessments if text(found.get("riskLevel")) in LEVELS]
    if not judged:
        return None
    gravest = max(judged, key=lambda found: LEVELS.index(text(found.get("riskLevel"))))
    return parts.risk(
        {
            "risk_level": gravest.get("riskLevel"),
            "provider_title": table(gravest.get("provider")).get("title"),
            "facts": gravest.get("facts"),
        },
        at,
    )
