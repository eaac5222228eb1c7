"""What follows from advice: the risk axis, holds and cases. Never a release, never money: those need a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.models import Recommendation
from ordersops.cases.actions import Opening, open_cases
from ordersops.cases.clocks import deadline
from ordersops.cases.lanes import Lane, Policy, Seen
from ordersops.orders.actions import hold_for_fraud, set_risk
from ordersops.orders.lifecycle import Risk
from ordersops.orders.models import Order

if TYPE_CHECKING:
    from ordersops.advice.facts import Evidence

CLEAR = "clear"


@dataclass(slots=True)
class Assessed:
    """One order with its evidence and what was made of it. `policy` are the thresholds in force."""

    order: Order
    evidence: "Evidence"
    seen: Sequence[Seen]
    recommendation: Recommendation
    policy: Policy


def follow(this: Lane, assessed: Sequence[Assessed], by: User) -> None:
    """Clear orders pass; doubtful ones are held and become cases, or their case gets the new advice. In the caller's unit."""
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
    if not doubtful:
        return
    hold_for_fraud(orders=[one.order for one in doubtful], by=by)
    set_risk(orders=[one.order for one in doubtful], to=Risk.NEEDS_REVIEW, by=by)
    open_cases(lane=this, openings=[_opening(this, one) for one in doubtful], by=by)


def _opening(this: Lane, one: Assessed) -> Opening:
    given, policy = one.recommendation, one.policy
    now = timezone.now()
    until = deadline(order=one.order, within=policy.review_within.get(given.band) or max(policy.review_within.values()), now=now)
    tier = one.order.customer.tier if one.order.customer else ""
    return Opening(
        order=one.order, recommendation_id=given.pk, advisor=given.advisor, outcome=given.outcome, band=given.band, score=given.score,
        headline=this.headline(one.evidence, one.seen)[:200], attack_key=this.attack_key(one.evidence, policy),
        due_at=until.due_at, warn_at=until.warn_at, authorised_until=until.authorised_until, attack_within=policy.attack_within,
        priority=this.priority(amount=one.order.total, score=given.score, due_in=until.due_at - now, tier=tier),
    )  # fmt: skip


def _decided_scores(orders: Sequence[UUID], lane_key: str) -> dict[UUID, int]:
    """The score of the advice on which each order was decided last."""
    if not orders:
        return {}
    rows = Recommendation.objects.filter(order__in=orders, lane=lane_key, decisions__isnull=False).order_by("advised_at")
    return dict(rows.values_list("order_id", "score"))
