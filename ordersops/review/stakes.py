"""What is at stake on a case: what the order earns and until when it still ships today; what each answer leads to, the money that it
moves, and what it costs where it is wrong. Known facts alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from ordersops.cases.lanes import Lane, Outcome, lanes
from ordersops.cases.models import Case
from ordersops.closed import closed_cases
from ordersops.effects.actions.planning import Money, foresee
from ordersops.orders.lifecycle import Payment
from ordersops.orders.margin import Margin, Sold, Sums, margin
from ordersops.orders.models import Line, Order
from ordersops.review.queries import Available
from ordersops.stock.cut_off import CutOff, cut_off_of
from ordersops.stock.queries import unit_costs
from ordersops.stores.costs import sees_costs
from ordersops.templatetags.ordersops import money

if TYPE_CHECKING:
    from ordersops.accounts.models import User


@dataclass(frozen=True, slots=True)
class Answer:
    """One possible answer. `advised` is never set while the advice is closed to the person."""

    outcome: Outcome
    advised: bool
    moves: str  # the money
    by_hand: bool  # a person does it in the store
    needs_two: bool
    why_two: str
    mistaken: str


def earned(case: Case, lines: Sequence[Line], user: "User") -> Margin | None:
    """What the order earns; None for those who may not see what goods cost, and for an attack, which is many orders. At most one query."""
    order = case.order
    if case.is_attack or not sees_costs(user, case.store_id):
        return None
    # What an item costs is said in the item's own currency: of an order in another one it tells nothing.
    items = unit_costs(case.store, {line.sku for line in lines if line.unit_cost is None and not line.gift_card}, order.currency)
    sold = [
        Sold(
            units=line.ordered, price=line.price, cost=items.get(line.sku) if line.unit_cost is None else line.unit_cost, removed=line.removed,
            cancelled=line.cancelled, returned=line.returned, gift_card=line.gift_card,
        )
        for line in lines
    ]  # fmt: skip
    sums = Sums(
        currency=order.currency, total=order.total, goods=order.subtotal, discount=order.discount_total, shipping=order.shipping_total,
        tax=order.tax_total, refunded=order.refunded,
    )  # fmt: skip
    return margin(sums, sold, case.store.gross_margin)


def ships_by(case: Case, lines: Sequence[Line], user: "User", now: datetime) -> CutOff | None:
    """The next shipping cut-off of an order that is still to be decided and to be sent; of an attack none. A constant number of queries.

    The plan is advice of the lane that made it: while that is closed to the person, nothing is said.
    """
    to_send = any(line.requires_shipping and line.ordered > line.cancelled + line.shipped for line in lines)
    if case.is_attack or not to_send or not (case.is_open or case.is_waiting) or case.order.is_final:
        return None
    planners = {key: lane for key, lane in lanes().items() if lane.plans_shipping}

    def planned() -> set[UUID] | None:
        theirs = Case.objects.open().filter(order=case.order_id, lane__in=planners)
        if closed_cases(theirs, user):
            return None
        return {place for lane in planners.values() for place in lane.ships_from(case.order)}

    return cut_off_of(case.order, planned, now)


def answers(case: Case, about: Lane, may: Available, user: "User", earns: Margin | None = None) -> list[Answer]:
    """The answers that are possible for the order now: what is advised first, in the lane's order while the advice is closed."""
    if not (case.is_open or case.is_waiting):
        return []
    found = [
        _answer(case, about.outcomes[key], about.outcomes[key] == may.recommended, may, user, earns)
        for key in about.possible(about.subject_of(case))
    ]
    return sorted(found, key=lambda answer: not answer.advised)


def _answer(case: Case, outcome: Outcome, advised: bool, may: Available, user: "User", earns: Margin | None) -> Answer:
    order, two = case.order, may.two.get(outcome.key, [])
    by_hand, goes_back = foresee(kind=outcome.effect, order=order, by=user) if outcome.effect else (False, None)
    return Answer(
        outcome=outcome, advised=advised, by_hand=by_hand, needs_two=bool(two) or (goes_back is not None and goes_back.needs_two),
        why_two=" ".join(two),
        moves=f"{'Of the first order: ' if case.is_attack else ''}{_moves(order, outcome, goes_back)}",
        mistaken=_mistaken(case, outcome, earns),
    )  # fmt: skip


def _mistaken(case: Case, outcome: Outcome, earns: Margin | None) -> str:
    """What it costs where it is wrong: the goods at their cost, or what the sale earns, where that is known and the reader may see it."""
    if case.amount is None:
        return ""
    says, values = outcome.mistaken, {"amount": money(case.amount, case.currency)}
    if earns is not None and earns.cost is not None and outcome.mistaken_cost:
        says = outcome.mistaken_cost
        values["cost"] = money(earns.cost, earns.currency)
    if earns is not None and earns.earns is not None and earns.earns > 0 and outcome.mistaken_margin:
        says = outcome.mistaken_margin
        values["margin"] = money(earns.earns, earns.currency)
    return says.format(**values)


def _moves(order: Order, outcome: Outcome, goes_back: Money | None) -> str:
    """What becomes of the money, from what the store says of it."""
    if goes_back is not None:
        return f"{money(goes_back.amount, goes_back.currency)} goes back to the customer."
    left = order.captured - order.refunded
    if outcome.effect == "order.cancel":
        if left > 0:
            return f"{money(left, order.currency)} is captured; the store gives it back with the cancellation."
        if order.payment == Payment.AUTHORIZED:
            return "Nothing is captured; the authorisation ends with the order."
        return "Nothing is captured."
    if left > 0:
        return f"{money(left, order.currency)} is captured already."
    if order.payment == Payment.AUTHORIZED:
        return "No money moves by this: the store captures it."
    return "No money moves by this."
