"""The order resource as facts.

The platform has one status for everything. What it says of money is read with `date_paid`, what it says of parcels with
`date_completed`; a status that a merchant added is kept as it is and shown, and only those dates are concluded from
(lifecycle.md 5.3).
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ordersops.stores.facts import ClientFacts, CoreFacts, OrderFacts, ShipmentFacts, TransactionFacts
from ordersops.stores.platforms import completeness
from ordersops.stores.platforms.reading import money, rows, shown, text, word
from ordersops.stores.platforms.woocommerce import parts

Body = dict[str, Any]

# In the order of an order's way: of two states of one second, the one further along is the later.
STATUSES = ("checkout-draft", "pending", "failed", "on-hold", "processing", "completed", "cancelled", "refunded", "trash")
BACK = {"pending", "failed", "on-hold", "processing", "cancelled"}  # after these, what was completed once is so no more
# Where the well-known payment plugins say that money is reserved and not taken yet.
RESERVED = {"_stripe_charge_captured": "no", "_intention_status": "requires_capture", "_ppcp_paypal_captured": "false"}
TRACKING = "_wc_shipment_tracking_items"
TIMES = ("date_created", "date_modified", "date_paid", "date_completed")


def order_facts(body: Body, key: str, at: datetime) -> OrderFacts:
    """The whole order as it was when the body was made."""
    status = word(body.get("status")).removeprefix("wc-")
    refunds = parts.refunds(body)
    changed = parts.since(body, "date_modified") or parts.since(body, "date_created")
    changed = at if changed is None else changed + timedelta(milliseconds=_further(status), microseconds=min(len(refunds), 999))
    returned = sum((refund.amount or Decimal(0) for refund in refunds), Decimal(0))
    payment = _payment(body, status, returned)
    customer = parts.buyer(body, changed)
    core = _core(body, status, changed, payment, customer.external_id if customer else "")
    return OrderFacts(
        order=key,
        at=changed,
        core=core,
        customer=customer,
        transactions=_transactions(body, status, payment, changed),
        shipments=_shipments(body, key, status, changed, core),
        refunds=refunds,
    )


def _further(status: str) -> int:
    return 10 * STATUSES.index(status) if status in STATUSES else 45


def _core(body: Body, status: str, at: datetime, payment: str, customer: str) -> CoreFacts:
    to = parts.address(body.get("shipping"))
    bill = parts.address(body.get("billing"))
    billing = body["billing"] if isinstance(body.get("billing"), dict) else {}
    shipping = next((parts.plain(line.get("method_title")) or text(line.get("method_id")) for line in rows(body.get("shipping_lines"))), "")
    core = CoreFacts(
        at=at,
        number=text(body.get("number")) or text(body.get("id")),
        # A draft is a basket at the checkout: nobody has ordered yet.
        placed_at=None if status == "checkout-draft" else parts.since(body, "date_created") or at,
        # The platform keeps no time of cancelling; the last change is the nearest that it states.
        cancelled_at=at.replace(microsecond=0) if status == "cancelled" else None,
        cancel_reason="",
        currency=_currency(body),
        total=money(body.get("total")),
        subtotal=parts.total(money(row.get("subtotal")) for row in rows(body.get("line_items"))),
        shipping_total=_of(body, "shipping_total", "shipping_lines", "total"),
        tax_total=_tax(body),
        discount_total=_of(body, "discount_total", "coupon_lines", "discount"),
        email=text(billing.get("email")),
        phone=text(billing.get("phone")),
        customer_id=customer,
        shipping_address=to,
        billing_address=bill,
        client=ClientFacts(ip=text(body.get("customer_ip_address")), user_agent=text(body.get("customer_user_agent"))),
        shipping_method=shipping,
        note=text(body.get("customer_note")),
        tags=parts.tags(body),
        source=text(body.get("created_via")),
        payment=payment,
        stated=_stated(body),
        lines=parts.lines(body, ship=parts.ships(body, to)),
    )
    return core.model_copy(update={"issues": tuple(_issues(body, core, status))})


def _payment(body: Body, status: str, returned: Decimal) -> str:
    """Money is there when the store states the day. A status alone promises nothing: cash on delivery is `processing` too."""
    if status == "refunded":
        return "refunded"
    if status == "failed":
        return "failed"
    if parts.has_time(body, "date_paid"):
        if _reserved(body) and status == "on-hold":
            return "authorized"
        owed = money(body.get("total"))
        return "paid" if not returned else "refunded" if owed is not None and returned >= owed else "partially_refunded"
    if status == "cancelled":
        return "voided"
    if _reserved(body):
        return "authorized"
    return "pending" if status in STATUSES and status not in {"trash"} else ""


def _reserved(body: Body) -> bool:
    return any(word(parts.meta(body, key)) == value for key, value in RESERVED.items())


def _transactions(body: Body, status: str, payment: str, at: datetime) -> tuple[TransactionFacts, ...]:
    """The one movement of money that an order names. Payments without a number (bank transfer, cash) are in the payment state alone."""
    key = text(body.get("transaction_id"))
    if not key or payment in {"", "pending", "voided"}:
        return ()
    kind = "authorization" if payment == "authorized" else "sale"
    return (
        TransactionFacts(
            external_id=key,
            kind=kind,
            status="failure" if status == "failed" else "success",
            amount=money(body.get("total")),
            currency=_currency(body),
            gateway=text(body.get("payment_method")),
            at=at if payment in {"authorized", "failed"} else parts.since(body, "date_paid") or at,
        ),
    )


def _shipments(body: Body, key: str, status: str, at: datetime, core: CoreFacts) -> tuple[ShipmentFacts, ...]:
    """What the store counts as completed counts as shipped, whole; set back, it is a parcel that did not go."""
    done = parts.since(body, "date_completed")
    if status != "completed" and not parts.has_time(body, "date_completed"):
        return ()
    if status == "checkout-draft" or not any(line.requires_shipping for line in core.lines):
        return ()
    tracking = [row for row in rows(parts.meta(body, TRACKING)) if text(row.get("tracking_number"))]
    gone = status not in BACK
    carrier = next((text(row.get("tracking_provider")) or text(row.get("custom_tracking_provider")) for row in tracking), "")
    return (
        ShipmentFacts(
            external_id=f"completed:{key}",
            at=at,
            status="shipped" if gone else "cancelled",
            carrier=carrier,
            tracking_numbers=tuple(dict.fromkeys(text(row.get("tracking_number")) for row in tracking)),
            shipped_at=(done or at) if gone else None,
            quantities={line.external_id: line.quantity for line in core.lines},
        ),
    )


def _stated(body: Body) -> dict[str, str]:
    """The store's own words: its status, how it was paid, and the coupons and fees that are in the sums."""
    said = {"status": text(body.get("status"))[:60], "method": parts.plain(body.get("payment_method_title"))[:60]}
    said["coupons"] = ", ".join(filter(None, (text(row.get("code")) for row in rows(body.get("coupon_lines")))))[:200]
    fees = (f"{parts.plain(row.get('name'))} {text(row.get('total'))}".strip() for row in rows(body.get("fee_lines")))
    said["fees"] = ", ".join(filter(None, fees))[:200]
    return {name: word for name, word in said.items() if word}


def _of(body: Body, name: str, rows_of: str, column: str) -> Decimal | None:
    """A sum as the order states it, else the sum of its rows."""
    stated = money(body.get(name))
    return stated if stated is not None else parts.total(money(row.get(column)) for row in rows(body.get(rows_of)))


def _tax(body: Body) -> Decimal | None:
    stated = money(body.get("total_tax"))
    if stated is not None:
        return stated
    return parts.total(money(row.get(column)) for row in rows(body.get("tax_lines")) for column in ("tax_total", "shipping_tax_total"))


def _currency(body: Body) -> str:
    stated = text(body.get("currency")).upper()
    return stated if len(stated) == 3 and stated.isascii() and stated.isalpha() else ""


def _sums(body: Body, core: CoreFacts) -> list[str]:
    """Every amount of a line is without tax and rounded by itself, so a cent for each line is no error."""
    fees = parts.total(money(row.get("total")) for row in rows(body.get("fee_lines")))
    extra = parts.total([core.shipping_total, fees])
    made = completeness.arithmetic(goods=core.subtotal, discount=core.discount_total, shipping=extra, tax=core.tax_total, total=core.total)
    if not made or core.subtotal is None or core.total is None:
        return made
    off = core.subtotal - (core.discount_total or 0) + (extra or 0) + (core.tax_total or 0) - core.total
    return [] if abs(off) <= completeness.ROUNDING * len(core.lines) else made


def _issues(body: Body, core: CoreFacts, status: str) -> list[str]:
    addresses = [found for found in (core.shipping_address, core.billing_address) if found]
    phone = core.phone or next((found.phone for found in addresses if found.phone), "")
    issues = completeness.unreachable(core.email, phone) + completeness.lines(core.lines)
    issues += completeness.destination(core.shipping_address, core.lines)
    if not core.currency:
        issues.append("The order states no currency.")
    if core.total is None:
        issues.append("The order states no total.")
    issues += _sums(body, core)
    if not status:
        issues.append("The store states no status.")
    elif status not in STATUSES:
        issues.append(completeness.unknown_word("order", text(body.get("status"))))
    elif status == "trash":
        issues.append("The order lies in the store's trash.")
    for name in TIMES:
        if parts.has_time(body, name) and parts.since(body, name) is None:
            issues.append(completeness.not_a_time(name, shown(body.get(f"{name}_gmt") or body.get(name))))
    return list(dict.fromkeys(issues))[:50]
