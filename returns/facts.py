"""gather(): the evidence of the returns lane, and what the checks see in it again, years later too."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ordersops.advice.facts import Evidence
from returns.asked import asked, dressed
from returns.catalogue import Sheet
from returns.eligibility.given import Asked, CustomerPast, LineAsked
from returns.models import ReturnRequest
from returns.policy import Settings

# Of a line as it is frozen; the rest is the policy's word, or stands in a fact of its own.
LINE = ("key", "asked", "reason", "title", "sku", "photos", "condition", "price", "fulfilled", "returned", "refunded", "asked_elsewhere",
        "delivered_at", "shipped_at", "fulfilled_at", "not_delivered", "gift_card", "digital", "discount_percent", "in_stock")  # fmt: skip
_TIMES, _AMOUNTS = frozenset({"delivered_at", "shipped_at", "fulfilled_at"}), frozenset({"price", "discount_percent"})
_DEFAULTS = {field.name: field.default for field in fields(LineAsked)}


def gather(requests: Sequence[ReturnRequest]) -> dict[UUID, Evidence]:
    """The evidence for each request. They come with what asked.NEEDS names; then it takes four queries for the whole batch."""
    found = asked(requests)
    return {request.pk: _evidence(request, found[request.pk]) for request in requests}


def _evidence(request: ReturnRequest, one: Asked) -> Evidence:
    sheet, past = Sheet(one.currency), one.customer
    delivered = max((line.delivered_at for line in one.lines if line.delivered_at), default=None)
    values = {
        "request": str(request.pk), "number": request.number, "asked_at": one.at, "source": request.source, "identity": one.identity,
        "wish": one.wish, "reason": one.lines[0].reason if one.lines else "", "units": sum(line.asked for line in one.lines),
        "units_left": sum(max(line.fulfilled - max(line.returned, line.refunded) - line.asked_elsewhere, 0) for line in one.lines),
        "photos": sum(line.photos for line in one.lines), "value": request.value, "lines": [_frozen(line) for line in one.lines],
        "message": [{"line": line.key, "text": line.words} for line in one.lines if line.words] or None, "placed_at": one.placed_at,
        "delivered_at": delivered, "days_since_delivery": max((one.at - delivered).days, 0) if delivered else None, "country": one.country,
        "total": one.total, "shipping": one.shipping, "left_to_refund": one.left_to_refund,
        "order_tags": [{"tag": tag} for tag in sorted(one.order_tags)] or None, "whole_order": one.whole_order,
        "method_refundable": one.method_refundable, "dispute_open": one.dispute_open, "refund_issued": one.refund_issued,
        "earlier_requests": one.earlier_requests, "tier": past.tier, "customer": past.key, "customer_orders": past.orders,
        "customer_returns": past.orders_with_returns, "customer_exceptions": past.exceptions, "customer_spent": past.spent,
        "customer_disputes": past.disputes, "claims": [{"at": when.isoformat()} for when in past.claimed_at] or None,
        "reports": [{"code": code, "count": count} for code, count in sorted(past.reports.items())] or None,
        "claimants_at_address": one.claimants_at_address,
    }  # fmt: skip
    for key, value in values.items():
        sheet.put(key, value)
    return Evidence(sheet.facts(as_of=one.at))


def _frozen(line: LineAsked) -> dict[str, Any]:
    """What is not the default."""
    row: dict[str, Any] = {}
    for name in LINE:
        value = getattr(line, name)
        if value != _DEFAULTS[name] or name == "key":
            row[name] = value.isoformat() if isinstance(value, datetime) else f"{value:f}" if isinstance(value, Decimal) else value
    return row


def read(evidence: Evidence, settings: Settings) -> Asked:
    """What the checks see: the frozen facts, with what the policy knows of the goods. Pure."""
    said = {str(row.get("line")): str(row.get("text") or "") for row in evidence["message"] or ()}
    lines = tuple(_line(row, said.get(str(row.get("key")), "")) for row in evidence["lines"] or ())
    past = CustomerPast(
        key=evidence["customer"] or "", tier=evidence["tier"] or "", orders=evidence["customer_orders"],
        orders_with_returns=evidence["customer_returns"], exceptions=evidence["customer_exceptions"], spent=evidence["customer_spent"],
        disputes=evidence["customer_disputes"], claimed_at=tuple(datetime.fromisoformat(row["at"]) for row in evidence["claims"] or ()),
        reports={row["code"]: row["count"] for row in evidence["reports"] or ()},
    )  # fmt: skip
    total = evidence.facts.get("left_to_refund") or evidence.facts.get("total")
    one = Asked(
        at=evidence["asked_at"], lines=lines, currency=total.unit if total else "", country=evidence["country"] or "",
        placed_at=evidence["placed_at"], identity=evidence["identity"] or "none", wish=evidence["wish"] or "", total=evidence["total"],
        shipping=evidence["shipping"], left_to_refund=evidence["left_to_refund"],
        order_tags=frozenset(row["tag"] for row in evidence["order_tags"] or ()), earlier_requests=evidence["earlier_requests"] or 0,
        whole_order=bool(evidence["whole_order"]), customer=past, dispute_open=evidence["dispute_open"], refund_issued=evidence["refund_issued"],
        method_refundable=evidence["method_refundable"], claimants_at_address=evidence["claimants_at_address"],
    )  # fmt: skip
    return dressed(one, settings)


def _line(row: dict[str, Any], words: str) -> LineAsked:
    values: dict[str, Any] = {name: row[name] for name in LINE if name in row}
    for name in _TIMES & values.keys():
        values[name] = datetime.fromisoformat(values[name])
    for name in _AMOUNTS & values.keys():
        values[name] = Decimal(values[name])
    return LineAsked(**values, words=words)
