"""A request as the checks see it: rows become the frozen `Asked` of returns/eligibility."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.db.models import Prefetch

from ordersops.effects.kinds.rules import left_beside
from ordersops.effects.models import Effect, EffectState
from ordersops.orders.lifecycle import DEAD_SHIPMENTS
from ordersops.orders.models import Line, Order, Shipment
from returns import history
from returns.eligibility.given import Asked, CustomerPast, LineAsked
from returns.models import ReturnLine, ReturnRequest
from returns.photos import LISTED
from returns.policy import Product, Settings

CENT = Decimal("0.01")
LINES = Prefetch("lines", queryset=ReturnLine.objects.select_related("line").prefetch_related(LISTED))
# What a request has to come with.
NEEDS = ("order__lines", "order__shipments", "order__refunds", "order__disputes", "order__transactions", "order__effects", LINES)


def asked(requests: Sequence[ReturnRequest]) -> dict[UUID, Asked]:
    """For each request what is asked, as of when it was: waiting costs nobody their window.

    The requests come with NEEDS loaded; then it takes four queries.
    """
    past = history.read(requests)
    return {request.pk: _asked(request, past, request.requested_at) for request in requests}


def dressed(plain: Asked, settings: Settings) -> Asked:
    """With what only the policy knows: what the goods are, and which claims still count. Pure."""
    since = plain.at - timedelta(days=settings.not_received_days)
    claims = sum(when >= since for when in plain.customer.claimed_at)
    past = plain.customer
    customer = replace(past, not_received_claims=claims) if past.orders is not None else past
    return replace(plain, lines=tuple(_dressed(line, settings) for line in plain.lines), customer=customer)


def _dressed(line: LineAsked, settings: Settings) -> LineAsked:
    known = product(line.sku, settings)
    if known is None:
        return line
    return replace(
        line, product_type=known.type, tags=line.tags | set(known.tags), custom_made=known.custom_made, perishable=known.perishable,
        sealed_hygiene=known.sealed_hygiene, digital=line.digital or known.digital, hazmat=line.hazmat or known.hazmat,
        restock_opened=known.restock_opened, resale_share=known.resale_share, most_a_customer=known.most_a_customer,
    )  # fmt: skip


def paid_price(order: Order, line: Line) -> Decimal | None:
    """What was paid for one unit: its price with its share of the order's discounts and taxes; what was sent along is not in it."""
    if line.price is None:
        return None
    goods = sum(((one.price or Decimal(0)) * max(one.ordered - one.removed, 0) for one in order.lines.all()), Decimal(0))
    if order.total is None or goods <= 0:
        return line.price
    share = max(order.total - (order.shipping_total or Decimal(0)), Decimal(0)) / goods
    return (line.price * min(share, Decimal(2))).quantize(CENT)


def product(sku: str, settings: Settings) -> Product | None:
    """What the policy knows of the goods: the longest SKU that fits."""
    fitting = [one for one in settings.products if sku and sku.casefold().startswith(one.sku.casefold())]
    return max(fitting, key=lambda one: len(one.sku), default=None)


def _asked(request: ReturnRequest, past: history.History, now: datetime) -> Asked:
    order = request.order
    person = past.people.get((order.store_id, order.email_key or 0)) if order.email_key is not None else None
    others = (
        past.claimants.get((order.store_id, order.ship_key or 0), set()) - {order.email_key or 0} if order.ship_key is not None else None
    )
    elsewhere = history.asked_elsewhere(request, past)
    wanted = Counter({row.line_id: row.quantity for row in request.lines.all()})
    return Asked(
        at=now, currency=order.currency, country=str(order.shipping_address.get("country") or ""), placed_at=order.placed_at,
        lines=tuple(_line(row, order, elsewhere.get(row.line_id, 0)) for row in request.lines.all()),
        identity=cast("Any", request.identity), wish=cast("Any", request.wish), total=order.total, shipping=order.shipping_total,
        left_to_refund=left_beside(order, _open_refunds(order)), order_tags=frozenset(str(tag) for tag in order.tags),
        earlier_requests=len(history.earlier(request, past)),
        whole_order=all(wanted[line.pk] >= line.shipped for line in order.lines.all() if line.shipped),
        customer=_customer(request, person), dispute_open=any(one.is_open for one in order.disputes.all()),
        refund_issued=_given_back(request), method_refundable=_method(order), claimants_at_address=len(others) if others is not None else None,
    )  # fmt: skip


def _customer(request: ReturnRequest, person: "history.Person | None") -> CustomerPast:
    order = request.order
    tier = order.customer.tier if order.customer else ""
    if person is None:
        return CustomerPast(key=order.email, tier=tier)
    return CustomerPast(
        key=order.email, tier=tier, orders=person.orders, orders_with_returns=person.with_returns, spent=person.spent, disputes=person.disputes,
        exceptions=len(person.exceptions - {request.pk}),
        claimed_at=tuple(sorted({when for _, when in person.claims})),
        reports=dict(Counter(code for pk, code in person.reports if pk != request.pk)),
    )  # fmt: skip


def _line(row: ReturnLine, order: Order, elsewhere: int) -> LineAsked:
    line = row.line
    sent = [one for one in order.shipments.all() if line.external_id in one.quantities and one.status not in DEAD_SHIPMENTS]
    return LineAsked(
        key=str(row.pk), asked=row.quantity, reason=row.reason, title=line.title[:200], sku=line.sku, words=row.words, photos=len(row.photos.all()),
        condition=cast("Any", row.condition), price=paid_price(order, line), fulfilled=line.shipped, returned=line.returned, refunded=line.refunded,
        asked_elsewhere=elsewhere, delivered_at=_last(sent, "delivered_at"), shipped_at=_last(sent, "shipped_at"),
        not_delivered=bool(sent) and not line.delivered and any(one.status in _UNDER_WAY for one in sent), gift_card=line.gift_card,
        digital=not line.requires_shipping,
    )  # fmt: skip


_UNDER_WAY = frozenset({"in_transit", "out_for_delivery", "ready_for_pickup", "attempted_delivery"})


def _last(sent: Sequence[Shipment], field: str) -> datetime | None:
    """The last parcel's: a window begins when everything is there (directive 2011/83/EU art. 9)."""
    moments = [moment for one in sent if (moment := getattr(one, field))]
    return max(moments) if moments and len(moments) == len(sent) else None


def _open_refunds(order: Order) -> list[Effect]:
    """Of the loaded effects those by which money goes back, but for what was undone or given up before the store accepted it."""
    over = {EffectState.UNDONE, EffectState.GIVEN_UP}
    return [one for one in order.effects.all() if one.amount is not None and not (one.state in over and one.accepted_at is None)]


def _given_back(request: ReturnRequest) -> bool:
    """Whether these units were refunded without having come back."""
    return any(row.line.refunded > row.line.returned for row in request.lines.all())


def _method(order: Order) -> bool | None:
    """A card or wallet takes money back; what a gateway does with other ways to pay is not known."""
    paid = [one for one in order.transactions.all() if one.kind in {"sale", "capture"} and one.status == "success"]
    return any(one.card for one in paid) or None
