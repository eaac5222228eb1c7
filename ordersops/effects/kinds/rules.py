"""What must hold before an act is planned (policies.md 4.12): each rule looks at the order and the arguments, and says why not.

A rule yields whole sentences; none means that nothing stands against the act. It runs when the act is asked for, under the
order's lock, and again before it leaves, since the facts may have changed in between; `but` is the effect itself, which must
not stand against itself. What a decision planned is looked at before it leaves by a rule of its own.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from ordersops.effects.kinds import arguments as a
from ordersops.effects.quiet import SAME_WORDS_AGAIN, TRANSACTIONAL
from ordersops.links import PLACE
from ordersops.orders.lifecycle import GONE, Commercial, Fulfilment, Payment, Risk
from ordersops.stock.queries import nothing_of
from ordersops.wording import leaks, told

if TYPE_CHECKING:
    from datetime import datetime

    from ordersops.accounts.models import User
    from ordersops.effects.models import Effect
    from ordersops.orders.models import Order

ZERO = Decimal(0)
WITH_CARRIER = frozenset({"in_transit", "out_for_delivery", "attempted_delivery", "ready_for_pickup", "delivered"})
# The other side has begun with it: only asking for a cancellation can stop it.
TAKEN = frozenset({Fulfilment.ACCEPTED, Fulfilment.IN_PROGRESS, Fulfilment.CANCELLATION_REQUESTED})


def known(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    if order.placed_at is None:
        yield "The order itself has not arrived yet."


def live(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    yield from known(order, arguments, by)
    if order.commercial == Commercial.CANCELLED:
        yield "The order is cancelled."


def may_ship(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """Releasing: no hold of ours stands against it (law 5)."""
    yield from live(order, arguments, by)
    if open_holds := [hold.get_reason_display() for hold in order.holds.open()]:
        yield f"A hold is open: {', '.join(open_holds)}. End it first."
    if order.risk in {Risk.NEEDS_REVIEW, Risk.VERIFICATION_REQUESTED, Risk.DECLINED}:
        yield f"Its risk is “{order.get_risk_display()}”: decide the case first."


def releasable(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """What has not begun to ship does not begin while its money is in doubt."""
    yield from may_ship(order, arguments, by)
    yield from _money_in_doubt(order)


def not_gone(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    yield from live(order, arguments, by)
    if order.fulfilment in GONE:
        yield "It has left the house."


def to_ship(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """What acts on a fulfilment order: something is left in one."""
    yield from not_gone(order, arguments, by)
    if units_left(order) == 0:
        yield "Nothing of it is left to ship."


def movable(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """There is something to ship, and where it is to go something of it lies."""
    yield from to_ship(order, arguments, by)
    if isinstance(arguments, a.Move) and (why := nothing_of(order, arguments.location)):
        yield why


def sendable(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """Law 5, and what is asked for is of the order and still to ship."""
    yield from releasable(order, arguments, by)
    yield from to_ship(order, arguments, by)
    if not isinstance(arguments, a.ToNode):
        return
    left = {line.external_id: line.ordered - line.removed - line.cancelled - line.shipped for line in order.lines.all()}
    for asked in arguments.lines:
        if asked.quantity > max(left.get(asked.external_id, 0), 0):
            yield f"Of {asked.sku or asked.external_id}, {max(left.get(asked.external_id, 0), 0)} are left to ship, not {asked.quantity}."


def divisible(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    yield from to_ship(order, arguments, by)
    if units_left(order) == 1:
        yield "A single unit is left to ship: there is nothing to split."


def shippable(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    yield from may_ship(order, arguments, by)
    yield from to_ship(order, arguments, by)


def has_shipped(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    yield from known(order, arguments, by)
    if not any(line.shipped for line in order.lines.all()):
        yield "Nothing of it has shipped."


def still_with_us(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """What the carrier has is on its way, whatever anybody writes."""
    yield from has_shipped(order, arguments, by)
    if isinstance(arguments, a.Unship):
        for shipment in order.shipments.all():
            if arguments.tracking_number in shipment.tracking_numbers and shipment.status in WITH_CARRIER:
                yield f"The carrier has {arguments.tracking_number} already: it is {shipment.status.replace('_', ' ')}."


def may_come_back(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """Returns are kept by the store alone; but nothing comes back that has not left."""
    if list(has_shipped(order, arguments, by)):
        yield "Nothing of it has shipped, so nothing can come back."


def units_left(order: "Order") -> int:
    return sum(max(line.ordered - line.removed - line.cancelled - line.shipped, 0) for line in order.lines.all())


def cancellable(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """A paid order is cancelled only by a person, and with a refund plan."""
    yield from not_gone(order, arguments, by)
    if any(line.shipped for line in order.lines.all()):
        yield "Part of it has shipped; what is left can be refunded, not cancelled."
    if order.fulfilment in TAKEN:
        yield "The warehouse has accepted it: ask for a cancellation there first."
    if owed(order) > ZERO:
        if by.is_system:
            yield "It is paid: only a person may cancel it."
        if isinstance(arguments, a.Cancel) and not arguments.refund:
            yield "It is paid: cancel it together with its refund."


def address_can_change(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    yield from not_gone(order, arguments, by)
    if any(line.shipped for line in order.lines.all()) or order.shipments.exists():
        yield "A label or a shipment exists."
    if order.fulfilment in TAKEN:
        yield "The warehouse has accepted it with the old address."
    if order.risk in {Risk.NEEDS_REVIEW, Risk.VERIFICATION_REQUESTED, Risk.DECLINED}:
        yield f"Its risk is “{order.get_risk_display()}”: the address stays until that is decided."
    before = str(order.shipping_address.get("country") or "").upper()
    if isinstance(arguments, a.UpdateAddress) and arguments.address.country != before:
        yield f"The country must stay {before or 'as the store knows it, which it does not'}."


def refundable(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """No more than was captured, less what is refunded or under way; lines within what was ordered."""
    yield from known(order, arguments, by)
    if not isinstance(arguments, a.Refund):
        if left_to_refund(order, but) <= ZERO:
            yield "Nothing is left to refund."
        return
    if arguments.currency != order.currency:
        yield f"The order is in {order.currency or 'an unknown currency'}, not in {arguments.currency}."
    left = left_to_refund(order, but)
    if arguments.amount > left:
        yield f"At most {max(left, ZERO)} {order.currency} can be refunded: the rest is refunded or under way."
    if order.shipping_total is not None and arguments.shipping_amount > order.shipping_total:
        yield f"Shipping cost {order.shipping_total} {order.currency}, not more."
    under_way: Counter[str] = Counter()
    for effect in _open_refunds(order, but):
        for line in effect.arguments.get("lines", []):
            under_way[line["external_id"]] += line["quantity"]
    lines = {line.external_id: line for line in order.lines.all()}
    for asked in arguments.lines:
        found = lines.get(asked.external_id)
        if found is None:
            yield f"The order has no line {asked.external_id}."
        elif asked.quantity > (free := found.ordered - found.refunded - under_way[asked.external_id]):
            yield f"Of “{found.title or found.sku}”, {max(free, 0)} can be refunded, not {asked.quantity}."


# --- What a decision planned, looked at again before it leaves ------------------------------------------------------------
# Only what is new since then counts: that the act was right, and in what state of the order, the lane has judged.
def anything(order: "Order") -> Iterator[str]:
    """What leaves in any case; its amount is bounded by its approval."""
    yield from ()


def not_cancelled(order: "Order") -> Iterator[str]:
    if order.commercial == Commercial.CANCELLED:
        yield "The order is cancelled."


def still_here(order: "Order") -> Iterator[str]:
    """For cancelling and holding: too late is too late. That it is cancelled already is no failure."""
    if order.fulfilment in GONE:
        yield "It has left the house."
    elif any(line.shipped for line in order.lines.all()):
        yield "Part of it has shipped."
    if order.fulfilment in TAKEN:
        yield "The warehouse has accepted it: ask for a cancellation there first."


def still_held(order: "Order") -> Iterator[str]:
    """For holding, where a decision was taken back: a newer one may have released the order since."""
    yield from still_here(order)
    if order.risk == Risk.APPROVED and not order.holds.open().exists():
        yield "It was released again since."


def still_releasable(order: "Order") -> Iterator[str]:
    """No hold, whoever opened it, no dispute, no new doubt (law 5)."""
    yield from not_cancelled(order)
    if open_holds := [hold.get_reason_display() for hold in order.holds.open()]:
        yield f"A hold is open: {', '.join(open_holds)}. End it, then send this again."
    if order.risk in {Risk.NEEDS_REVIEW, Risk.VERIFICATION_REQUESTED, Risk.DECLINED}:
        yield f"Its risk is “{order.get_risk_display()}”: decide the case first."
    yield from _money_in_doubt(order)


def still_sendable(order: "Order") -> Iterator[str]:
    """A warehouse is not asked for what has left meanwhile."""
    yield from still_releasable(order)
    if units_left(order) == 0:
        yield "Nothing of it is left to ship."


def _money_in_doubt(order: "Order") -> Iterator[str]:
    if order.payment == Payment.DISPUTED or any(dispute.is_open for dispute in order.disputes.all()):
        yield "Its payment is disputed."
    elif order.payment in {Payment.FAILED, Payment.VOIDED, Payment.EXPIRED, Payment.REFUNDED}:
        yield f"Its payment is “{order.get_payment_display()}”: there is no money for it."


def replaceable(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """Only what the customer has paid for and not been given back, and each unit once."""
    yield from live(order, arguments, by)
    if not isinstance(arguments, a.Replace):
        return
    replaced: Counter[str] = Counter()
    for effect in _others(order, "replacement.create", but):
        for line in effect.arguments.get("lines", []):
            replaced[line["external_id"]] += line["quantity"]
    lines = {line.external_id: line for line in order.lines.all()}
    for asked in arguments.lines:
        found = lines.get(asked.external_id)
        if found is None:
            yield f"The order has no line {asked.external_id}."
        elif asked.quantity > (free := found.ordered - found.refunded - found.cancelled - found.removed - replaced[asked.external_id]):
            yield f"Of “{found.title or found.sku}”, {max(free, 0)} can be replaced: the rest is refunded, cancelled or replaced already."


def may_write(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """Consent is the address that was left with the order, for what is about the order; and the same words once in a day: with another link
    they are others."""
    yield from known(order, arguments, by)
    if not order.email:
        yield "The order has no e-mail address, so nobody agreed to be written to."
    if not isinstance(arguments, a.Letter):
        return
    if arguments.about not in TRANSACTIONAL:
        yield "Only what is about the order itself is sent from here."
    if words := leaks(f"{arguments.subject}\n{arguments.text}"):
        yield f"It cannot be sent: it says {told(words)}. Customers are not told how orders are judged, nor promised what nobody can keep."
    since = timezone.now() - SAME_WORDS_AGAIN
    if PLACE not in arguments.text and any(
        _words(effect.arguments.get("text")) == _words(arguments.text) for effect in _others(order, "message.send", but, since)
    ):
        yield "The same text was sent about this order already, within a day."


def _words(text: object) -> str:
    return " ".join(str(text or "").casefold().split())


def not_asked_before(order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> Iterator[str]:
    """The same ticket twice helps nobody."""
    yield from known(order, arguments, by)
    if isinstance(arguments, a.Ticket) and any(effect.arguments == arguments.kept() for effect in _others(order, "ticket.create", but)):
        yield "The same was sent about this order already."


def _others(order: "Order", kind: str, but: "Effect | None", since: "datetime | None" = None) -> "list[Effect]":
    """Effects of the kind that are under way or done, planned after `since`."""
    rows = order.effects.filter(kind=kind).exclude(state__in=["undone", "given_up"], accepted_at=None)
    if since:
        rows = rows.filter(planned_at__gt=since)
    return list(rows.exclude(pk=but.pk) if but else rows)


def owed(order: "Order") -> Decimal:
    """What the store holds of the customer's money, by its own report."""
    return Decimal(order.captured) - Decimal(order.refunded)


def left_to_refund(order: "Order", but: "Effect | None" = None) -> Decimal:
    """Captured, less what is refunded, less what is asked for and not yet in the store's report. Under the order's lock."""
    return left_beside(order, _open_refunds(order, but))


def left_beside(order: "Order", open_refunds: "list[Effect]") -> Decimal:
    """`left_to_refund` where the refunds under way are read already."""
    reported = Counter(refund.amount for refund in order.refunds.all())
    under_way = ZERO
    for effect in open_refunds:
        if effect.state == "done" and reported[effect.amount] > 0:
            reported[effect.amount] -= 1
        else:
            under_way += effect.amount or ZERO
    return owed(order) - under_way


def _open_refunds(order: "Order", but: "Effect | None" = None) -> "list[Effect]":
    """Money that goes back by us: all but what was undone or given up before the store accepted it."""
    rows = order.effects.filter(amount__isnull=False).exclude(state__in=["undone", "given_up"], accepted_at=None)
    return list(rows.exclude(pk=but.pk) if but else rows)
