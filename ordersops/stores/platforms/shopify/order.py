"""The order resource as facts."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from ordersops.stores.facts import ClientFacts, CoreFacts, CustomerFacts, LineFacts, OrderFacts, RefundFacts, ShipmentFacts
from ordersops.stores.platforms import completeness
from ordersops.stores.platforms.reading import moment, money, rows, shown, table, text, units, word, yes
from ordersops.stores.platforms.shopify import parts

Body = dict[str, Any]

# OrderDisplayFinancialStatus, whose words are the canonical ones.
FINANCIAL = {"pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided", "expired"}
# OrderDisplayFulfillmentStatus, its older words, and those of the REST resource.
FULFILMENT = {
    "unfulfilled", "scheduled", "on_hold", "in_progress", "partially_fulfilled", "fulfilled", "request_declined", "open",
    "pending_fulfillment", "restocked", "fulfillment_not_required", "partial",
}  # fmt: skip
TIMES = ("updated_at", "created_at", "processed_at", "cancelled_at", "closed_at")


def order_facts(body: Body, key: str, at: datetime) -> OrderFacts:
    """The whole order: its head and lines, and the fulfilments, refunds and customer that are embedded in it."""
    changed = parts.sharpened(moment(body.get("updated_at")), at)
    shipments = parts.shipments(body.get("fulfillments"))
    refunds, transactions = parts.refunds(body.get("refunds"))
    customer = _customer(body, changed)
    return OrderFacts(
        order=key,
        at=changed,
        core=_core(body, changed, customer, _lines(body, shipments, refunds), shipments),
        customer=customer,
        transactions=transactions,
        shipments=shipments,
        refunds=refunds,
    )


def _core(
    body: Body, at: datetime, customer: CustomerFacts | None, lines: tuple[LineFacts, ...], shipments: tuple[ShipmentFacts, ...]
) -> CoreFacts:
    financial, fulfilment = text(body.get("financial_status")), text(body.get("fulfillment_status"))
    core = CoreFacts(
        at=at,
        number=text(body.get("name")) or text(body.get("order_number")),
        # An imported order was created today and placed when it was processed.
        placed_at=moment(body.get("processed_at")) or moment(body.get("created_at")) or at,
        cancelled_at=moment(body.get("cancelled_at")),
        cancel_reason=word(body.get("cancel_reason")),
        closed_at=moment(body.get("closed_at")),
        currency=_currency(body),
        total=money(body.get("total_price")),
        subtotal=_goods(body, lines),
        shipping_total=_shipping(body),
        tax_total=money(body.get("total_tax")),
        discount_total=money(body.get("total_discounts")),
        email=text(body.get("email")) or text(body.get("contact_email")),
        phone=text(body.get("phone")),
        customer_id=customer.external_id if customer else "",
        shipping_address=parts.address(body.get("shipping_address")),
        billing_address=parts.address(body.get("billing_address")),
        client=_client(body),
        shipping_method=next((text(line.get("title")) or text(line.get("code")) for line in _shipping_lines(body)), ""),
        note=text(body.get("note")),
        tags=parts.tags(body.get("tags")),
        source=text(body.get("source_name")),
        is_test=body.get("test") is True,
        payment=financial.lower() if financial.lower() in FINANCIAL else "",
        stated={"financial": financial[:60], "fulfilment": fulfilment[:60]},
        lines=lines,
    )
    return core.model_copy(update={"issues": tuple(_issues(body, core, customer, shipments))})


def _lines(body: Body, shipments: tuple[ShipmentFacts, ...], refunds: tuple[RefundFacts, ...]) -> tuple[LineFacts, ...]:
    """`current_quantity` falls with edits, refunds and the cancellation alike. What refunds do not explain, and what was
    not fulfilled before, was taken off."""
    gone: dict[str, int] = {}
    back: dict[str, int] = {}
    for shipment in shipments:
        if shipment.status not in parts.NOT_GOING:
            for line, count in shipment.quantities.items():
                gone[line] = gone.get(line, 0) + count
    for refund in refunds:
        for line, count, _ in refund.items:
            back[line] = back.get(line, 0) + count
    found: dict[str, LineFacts] = {}
    for position, row in enumerate(rows(body.get("line_items")), start=1):
        sku = text(row.get("sku"))
        key = text(row.get("id")) or f"{position}:{sku}"
        quantity = units(row.get("quantity")) or 0
        current = units(row.get("current_quantity"))
        taken = 0 if current is None else quantity - current - back.get(key, 0)
        found.setdefault(
            key,
            LineFacts(
                external_id=key,
                sku=sku,
                title=text(row.get("title")) or text(row.get("name")),
                quantity=quantity,
                removed=max(0, min(taken, quantity - gone.get(key, 0))),
                price=money(row.get("price")),
                requires_shipping=yes(row.get("requires_shipping"), otherwise=True),
                gift_card=yes(row.get("gift_card"), otherwise=False),
            ),
        )
    return tuple(found.values())


def _customer(body: Body, at: datetime) -> CustomerFacts | None:
    """The embedded customer; for a guest, whoever stands behind the e-mail address."""
    embedded = table(body.get("customer"))
    if text(embedded.get("id")):
        return parts.customer(embedded, at)
    email = text(body.get("email")) or text(body.get("contact_email")) or text(embedded.get("email"))
    if not email:
        return None
    billing = parts.address(body.get("billing_address")) or parts.address(body.get("shipping_address"))
    name = billing.name if billing else ""
    return CustomerFacts(external_id=f"email:{email.lower()}", at=at, email=email, name=name, phone=text(body.get("phone")))


def _client(body: Body) -> ClientFacts:
    details = table(body.get("client_details"))
    return ClientFacts(
        ip=text(details.get("browser_ip")) or text(body.get("browser_ip")),
        user_agent=text(details.get("user_agent")),
        accept_language=text(details.get("accept_language")),
        session_id=text(details.get("session_hash")),
        device_id=text(body.get("device_id")),
    )


def _currency(body: Body) -> str:
    stated = text(body.get("currency")).upper()
    return stated if len(stated) == 3 and stated.isascii() and stated.isalpha() else ""


def _shop_money(value: Any) -> Decimal | None:
    """The amount in the shop's currency, of a pair that also has it in the buyer's."""
    return money(table(table(value).get("shop_money")).get("amount"))


def _shipping_lines(body: Body) -> list[Body]:
    return [line for line in rows(body.get("shipping_lines")) if line.get("is_removed") is not True]


def _shipping(body: Body) -> Decimal | None:
    stated = _shop_money(body.get("total_shipping_price_set"))
    return stated if stated is not None else parts.total(money(line.get("price")) for line in _shipping_lines(body))


def _goods(body: Body, lines: tuple[LineFacts, ...]) -> Decimal | None:
    """The lines before discounts, so that goods - discount + shipping + tax is the total."""
    stated = money(body.get("total_line_items_price"))
    return stated if stated is not None else parts.total(None if line.price is None else line.price * line.quantity for line in lines)


def _issues(body: Body, core: CoreFacts, customer: CustomerFacts | None, shipments: tuple[ShipmentFacts, ...]) -> list[str]:
    financial, fulfilment = core.stated["financial"], core.stated["fulfilment"]
    addresses = [found for found in (core.shipping_address, core.billing_address) if found]
    phone = core.phone or (customer.phone if customer else "") or next((found.phone for found in addresses if found.phone), "")
    issues = completeness.unreachable(core.email or (customer.email if customer else ""), phone)
    issues += completeness.lines(core.lines) + completeness.destination(core.shipping_address, core.lines)
    if not core.currency:
        issues.append("The order states no currency.")
    if core.total is None:
        issues.append("The order states no total.")
    extra = parts.total(
        [
            money(body.get("total_tip_received")),
            *(_shop_money(body.get(f"{name}_set")) for name in ("original_total_duties", "original_total_additional_fees")),
            _shop_money(body.get("total_cash_rounding_payment_adjustment_set")),
        ]
    )
    tax = Decimal(0) if body.get("taxes_included") is True else core.tax_total
    shipping = parts.total([core.shipping_total, extra])
    issues += completeness.arithmetic(goods=core.subtotal, discount=core.discount_total, shipping=shipping, tax=tax, total=core.total)
    if not financial:
        issues.append("The store states no payment status.")
    elif not core.payment:
        issues.append(completeness.unknown_word("payment", financial))
    if fulfilment and fulfilment.lower() not in FULFILMENT:
        issues.append(completeness.unknown_word("fulfilment", fulfilment))
    known = {*parts.MOVING.values(), *parts.FULFILLMENT.values()}
    issues += [completeness.unknown_word("shipment", shipment.status) for shipment in shipments if shipment.status not in known]
    issues += [
        completeness.not_a_time(name, shown(body[name])) for name in TIMES if body.get(name) is not None and moment(body[name]) is None
    ]
    return list(dict.fromkeys(issues))[:50]
