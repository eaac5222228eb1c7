"""What is at stake on a case: what each answer leads to, the money that it moves, and what it costs where it is wrong. Known facts alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordersops.cases.lanes import Lane, Outcome
from ordersops.cases.models import Case
from ordersops.effects.actions.planning import Money, foresee
from ordersops.orders.lifecycle import Payment
from ordersops.orders.models import Order
from ordersops.review.queries import Available
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


def answers(case: Case, about: Lane, may: Available, user: "User") -> list[Answer]:
    """The answers that are possible for the order now: what is advised first, in the lane's order while the advice is closed."""
    if not (case.is_open or case.is_waiting):
        return []
    found = [
        _answer(case, about.outcomes[key], about.outcomes[key] == may.recommended, may, user)
        for key in about.possible(about.subject_of(case))
    ]
    return sorted(found, key=lambda answer: not answer.advised)


def _answer(case: Case, outcome: Outcome, advised: bool, may: Available, user: "User") -> Answer:
    order, two = case.order, may.two.get(outcome.key, [])
    by_hand, goes_back = foresee(kind=outcome.effect, order=order, by=user) if outcome.effect else (False, None)
    return Answer(
        outcome=outcome, advised=advised, by_hand=by_hand, needs_two=bool(two) or (goes_back is not None and goes_back.needs_two),
        why_two=" ".join(two),
        moves=f"{'Of the first order: ' if case.is_attack else ''}{_moves(order, outcome, goes_back)}",
        mistaken=outcome.mistaken.format(amount=money(case.amount, case.currency)) if case.amount is not None else "",
    )  # fmt: skip


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
