"""A return is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from ordersops.ids import uuid7
from ordersops.orders.models import Line, Order
from returns.actions.moving import ask_about
from returns.actions.picturing import keep_photos
from returns.asked import paid_price
from returns.grounds import GROUNDS
from returns.models import OPEN, ReturnLine, ReturnRequest
from returns.models.request import Identity, Source, Wish
from returns.photos import MOST

MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Some units of a line that somebody wants to return. `photos` are (name, content)."""

    line: str  # its external id
    quantity: int
    reason: str
    words: str = ""
    condition: str = ""
    stated_reason: str = ""
    external_id: str = ""
    photos: Sequence[tuple[str, bytes]] = field(default=())


@atomic
def request(
    *,
    order: Order,
    wanted: Sequence[Wanted],
    source: str,
    identity: str,
    by: User,
    wish: str = "",
    external_id: str = "",
    at: datetime | None = None,
) -> ReturnRequest:
    """Take in that a customer wants to return something. A colleague needs `act_on_order`; the store and the customer come in as the system user.

    Conflict where nothing of a line is left that is not asked for elsewhere: whether it is accepted is another question.
    """
    if not by.is_system:
        require(by, Perm.ACT_ON_ORDER, order.store_id, to="ask for a return", order=order)
    _fits(wanted, source, identity, wish)
    order = Order.objects.select_for_update(of=("self",)).select_related("store", "customer").get(pk=order.pk)
    if order.placed_at is None:
        raise Conflict("The order itself has not arrived yet.")
    lines = {line.external_id: line for line in order.lines.all()}
    open_units = _asked_already(order)
    for one in wanted:
        found = lines.get(one.line)
        if found is None:
            raise Invalid(f"The order has no line “{one.line[:60]}”. Choose one of its lines.")
        left = found.ordered - found.cancelled - found.removed - found.returned - open_units.get(found.pk, 0)
        if one.quantity > left:
            raise Conflict(f"Of “{found.title or found.sku}”, {max(left, 0)} can be asked for: the rest is back, or asked for already.")
    number = f"R-{str(order).lstrip('#')[:100]}-{ReturnRequest.objects.filter(order=order).count() + 1}"
    made = ReturnRequest.objects.create(
        store_id=order.store_id, order=order, number=number, external_id=external_id[:200], source=source, identity=identity, wish=wish,
        requested_by=by, requested_at=at or timezone.now(), currency=order.currency, value=_value(order, wanted, lines),
    )  # fmt: skip
    rows = [_row(made, lines[one.line], one) for one in wanted]
    ReturnLine.objects.bulk_create(rows)
    for row, one in zip(rows, wanted, strict=True):
        keep_photos(row, one.photos)
    record(Verb.RETURN_REQUESTED, by=by, order=order, request=made.pk, number=made.number, source=source, lines=len(rows))
    ask_about(made, "requested")
    return made


def _fits(wanted: Sequence[Wanted], source: str, identity: str, wish: str) -> None:
    if source not in Source.values or identity not in Identity.values or (wish and wish not in Wish.values):
        raise Invalid("Where it comes from, who asks, or what is wished is none of the known words.")
    if not 1 <= len(wanted) <= MOST_LINES:
        raise Invalid(f"Name the lines that come back, one to {MOST_LINES} of them.")
    if len({one.line for one in wanted}) != len(wanted):
        raise Invalid("A line is named twice. Add its units up.")
    for one in wanted:
        if one.quantity < 1:
            raise Invalid("Each line needs at least one unit.")
        if one.reason not in GROUNDS:
            raise Invalid(f"“{one.reason[:40]}” is no reason for a return; choose one of {', '.join(GROUNDS)}.")
        if len(one.photos) > MOST:
            raise Invalid(f"{MOST} photos of one line are enough.")


def _asked_already(order: Order) -> dict[object, int]:
    rows = ReturnLine.objects.filter(request__order=order, request__state__in=OPEN).values_list("line").annotate(units=Sum("quantity"))
    return dict(rows.order_by())


def _value(order: Order, wanted: Sequence[Wanted], lines: dict[str, Line]) -> Decimal | None:
    prices = [(paid_price(order, lines[one.line]), one.quantity) for one in wanted]
    return None if any(price is None for price, _ in prices) else sum((price * units for price, units in prices if price), Decimal(0))


def _row(made: ReturnRequest, line: Line, one: Wanted) -> ReturnLine:
    return ReturnLine(
        id=uuid7(), store_id=made.store_id, request=made, line=line, external_id=one.external_id[:200], quantity=one.quantity, reason=one.reason,
        stated_reason=one.stated_reason[:120], words=_plain(one.words)[:2000], condition=one.condition if one.condition in _CONDITIONS else "",
    )  # fmt: skip


_CONDITIONS = frozenset({"unopened", "opened", "worn", "damaged"})


def _plain(words: str) -> str:
    return words.replace("\x00", "").strip()
