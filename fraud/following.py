"""What follows from advice on fraud: the risk axis and holds. Never a release, never money: those need a decision."""

from collections.abc import Sequence
from uuid import UUID

from ordersops.accounts.models import User
from ordersops.advice.following import CLEAR, Assessed
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import Lane, Outcome
from ordersops.orders.actions import hold_for_fraud, release_fraud_holds, set_risk
from ordersops.orders.lifecycle import Risk
from ordersops.orders.models import Order
from ordersops.review.models import Decision

# Where a decision has been made, late advice is measured and changes nothing.
UNDECIDED = frozenset({Risk.NOT_ASSESSED, Risk.CLEAR, Risk.NEEDS_REVIEW, Risk.VERIFICATION_REQUESTED})


def follow(this: Lane, assessed: Sequence[Assessed], by: User) -> list[Assessed]:
    """Clear orders pass; doubtful ones are held, and returned: they need a person."""
    clear, doubtful = [], []
    decided = _decided_scores([one.order.pk for one in assessed if one.order.risk == Risk.APPROVED], this.key)
    for one in assessed:
        risk, band = one.order.risk, one.recommendation.band
        if band == CLEAR and risk in {Risk.NOT_ASSESSED, Risk.CLEAR}:
            clear.append(one)
        elif not this.possible(one.order):
            continue  # it has left or is cancelled: nobody can decide about it any more
        elif risk == Risk.NEEDS_REVIEW or risk == Risk.VERIFICATION_REQUESTED:
            doubtful.append(one)  # its case gets the new advice, also a clear one: a person asked keeps the last word
        elif band != CLEAR and risk in {Risk.NOT_ASSESSED, Risk.CLEAR}:
            doubtful.append(one)
        elif risk == Risk.APPROVED and one.recommendation.score > decided.get(one.order.pk, 100):
            doubtful.append(one)  # new facts speak louder than those on which it was released
    set_risk(orders=[one.order for one in clear], to=Risk.CLEAR, by=by)
    if doubtful:
        open_again([one.order for one in doubtful], held_by=by, by=by)
    return doubtful


def settle(orders: Sequence[Order], outcome: Outcome, decision: Decision, by: User) -> None:
    """The risk axis follows the decision; only one that approves the order ends its fraud holds."""
    release_fraud_holds(orders=orders if outcome.risk == Risk.APPROVED else [], decision=decision, by=by)
    set_risk(orders=orders, to=outcome.risk, by=by)


def open_again(orders: Sequence[Order], *, held_by: User, by: User) -> None:
    """Hold the orders, which wait for a person (again)."""
    hold_for_fraud(orders=orders, by=held_by)
    set_risk(orders=orders, to=Risk.NEEDS_REVIEW, by=by)


def _decided_scores(orders: Sequence[UUID], lane_key: str) -> dict[UUID, int]:
    """The score of the advice on which each order was decided last."""
    if not orders:
        return {}
    rows = Recommendation.objects.filter(order__in=orders, lane=lane_key, decisions__isnull=False).order_by("advised_at")
    return dict(rows.values_list("order_id", "score"))
