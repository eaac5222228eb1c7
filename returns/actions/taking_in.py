"""What a store says of its returns: a request is taken in, and what was answered there is followed here (law 3)."""

from collections.abc import Sequence
from uuid import UUID

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions.opening import withdraw
from ordersops.cases.lanes import lane
from ordersops.errors import Conflict, Invalid, Upstream
from ordersops.orders.models import Order
from ordersops.stores.facts import OrderFacts, ReturnFacts
from returns.actions.deciding import LineTerms, approve, decline
from returns.actions.handling import mark_sent
from returns.actions.moving import locked, move
from returns.actions.requesting import Wanted, request
from returns.asked import paid_price
from returns.grounds import read
from returns.models import ReturnRequest, ReturnState
from returns.models.request import Identity, Source, Wish

UNDER_WAY = frozenset({"in_transit", "out_for_delivery", "delivered"})  # what a carrier says of a parcel that it has
UNDECIDED = frozenset({ReturnState.REQUESTED, ReturnState.WAITING})


@atomic
def take_in(*, facts: Sequence[tuple[UUID, OrderFacts]], by: User) -> None:
    """Each return once, by the store's id; older facts and the same again change nothing. Upstream, to be tried again, before its order."""
    for store, fact in facts:
        for one in fact.returns:
            _take(store, fact.order, one, by)


def _take(store: UUID, order_id: str, one: ReturnFacts, by: User) -> None:
    order = Order.objects.filter(store=store, external_id=order_id, placed_at__isnull=False).first()
    if order is None:
        raise Upstream("The return's order has not arrived yet.", permanent=False)
    found = ReturnRequest.objects.filter(store=store, external_id=one.external_id).first()
    if found is None:
        found = _new(order, one, by)
    found = locked(found)
    if found.source_at is not None and one.at is not None and one.at <= found.source_at:
        return
    before, found.stated, found.source_at = found.stated, one.status, one.at
    found.save(update_fields=["stated", "source_at"])
    if before and before != one.status:
        record(Verb.RETURN_UPDATED, by=by, order=order, request=found.pk, before=before, after=one.status)
    if found.state in UNDECIDED:
        _answered_there(found, one, by)
    if one.parcel or one.tracking_number:
        _on_its_way(found, one, by)


def _new(order: Order, one: ReturnFacts, by: User) -> ReturnRequest:
    if not one.lines:
        raise Invalid("The return names no lines that come back. Send the delivery again from the store.")
    wanted: dict[str, Wanted] = {}
    for row in one.lines:
        held = wanted.get(row.line)
        units = row.quantity + (held.quantity if held else 0)
        wanted[row.line] = Wanted(
            row.line,
            units,
            read(row.reason),
            words=row.words,
            stated_reason=row.reason,
            external_id=held.external_id if held else row.external_id,
        )
    try:
        return request(
            order=order,
            wanted=list(wanted.values()),
            source=Source.STORE,
            identity=Identity.STORE,
            by=by,
            wish=one.wish if one.wish in Wish.values else "",
            external_id=one.external_id,
            at=one.at,
        )
    except Conflict as refused:
        raise Invalid(f"The store has a return that does not fit what is known of its order: {refused.message}") from refused


def _on_its_way(found: ReturnRequest, one: ReturnFacts, by: User) -> None:
    """A carrier has the parcel, or its number is known now. That it was delivered says nothing of what is in it: somebody takes it in."""
    found = locked(found)
    if found.state == ReturnState.APPROVED and one.parcel in UNDER_WAY:
        mark_sent(request=found, by=by, carrier=one.carrier, tracking_number=one.tracking_number)
    elif found.state in {ReturnState.APPROVED, ReturnState.IN_TRANSIT} and one.tracking_number not in {"", found.tracking_number}:
        before = found.tracking_number or "no parcel"
        found.carrier, found.tracking_number = one.carrier[:120], one.tracking_number[:120]
        found.save(update_fields=["carrier", "tracking_number"])
        record(Verb.RETURN_UPDATED, by=by, order=found.order, request=found.pk, before=before, after=found.tracking_number)


def _answered_there(found: ReturnRequest, one: ReturnFacts, by: User) -> None:
    """Somebody answered it in the store: it is so here too, and nobody need decide it any more."""
    if one.status in {"open", "approved"}:
        terms = {
            row.pk: LineTerms("REFUND_ORIGINAL", row.quantity, None if price is None else price * row.quantity)
            for row in found.lines.all()
            for price in [paid_price(found.order, row.line)]
        }
        approve(request=found, outcome="approve", lines=terms, by=by)
    elif one.status == "declined":
        decline(request=found, reason="OTHER", by=by)
    elif one.status == "cancelled":
        found = locked(found)
        move(found, ReturnState.CANCELLED)
        found.closed_at = one.at
        found.save(update_fields=["state", "version", "closed_at"])
        record(Verb.RETURN_CANCELLED, by=by, order=found.order, request=found.pk, why="It was cancelled in the store.")
    else:
        return
    withdraw(lane=lane("returns"), subjects=[found.pk], because="It was answered in the store.", by=by)
