"""What follows from advice: what the lane makes of it, and the cases of what needs a person. Never a release, never money: those need a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.models import Recommendation
from ordersops.cases.actions import Opening, open_cases
from ordersops.cases.clocks import deadline
from ordersops.cases.lanes import Lane, Policy, Seen, Subject
from ordersops.orders.models import Order

if TYPE_CHECKING:
    from ordersops.advice.facts import Evidence

CLEAR = "clear"


@dataclass(slots=True)
class Assessed:
    """One subject with its evidence and what was made of it. `policy` is the one in force."""

    subject: Subject
    evidence: "Evidence"
    seen: Sequence[Seen]
    recommendation: Recommendation
    policy: Policy

    @property
    def order(self) -> Order:
        return self.subject.order


def follow(this: Lane, assessed: Sequence[Assessed], by: User) -> None:
    """Let the lane write what follows, and open or refresh the cases of what needs a person. In the caller's unit."""
    if doubtful := this.follow(assessed, by):
        open_cases(lane=this, openings=[_opening(this, one) for one in doubtful], by=by)


def _opening(this: Lane, one: Assessed) -> Opening:
    given, policy = one.recommendation, one.policy
    now = timezone.now()
    until = deadline(order=one.order, within=policy.review_within.get(given.band) or max(policy.review_within.values()), now=now)
    tier = one.order.customer.tier if one.order.customer else ""
    return Opening(
        subject=one.subject, recommendation_id=given.pk, advisor=given.advisor, outcome=given.outcome, band=given.band, score=given.score,
        headline=this.headline(one.evidence, one.seen, policy)[:200], attack_key=this.attack_key(one.evidence, policy),
        due_at=until.due_at, warn_at=until.warn_at, authorised_until=until.authorised_until, attack_within=policy.attack_within,
        signals=tuple(sorted({seen.key for seen in one.seen if seen.state == "fired" and seen.points > 0})),
        priority=this.priority(amount=one.subject.at_risk[0], score=given.score, due_in=until.due_at - now, tier=tier),
    )  # fmt: skip
