"""Which decided cases are judged again: a share drawn by id, and among them cases whose truth came out.

The same cases are drawn whoever asks and whenever: nobody can draw until a case they like comes up. A share begins once people
made fifty decisions of the lane in the store: of fewer, agreement says nothing, and second readings would cost more than they show.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from ordersops.advice.decided import CLEARED, CONFIRMED, labels_of
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import lanes
from ordersops.insights.models import Kind, SecondReview, Truth
from ordersops.orders.models import Dispute
from ordersops.review.impressions import drawn
from ordersops.review.models import Decision, Source
from ordersops.rollout.content import Content
from ordersops.rollout.models import UNDO
from ordersops.rollout.queries import written

# All ours.
SETTLED = timedelta(hours=1)  # by then a decision is hardly taken back any more
LOOKED_BACK = timedelta(days=3)  # for a sample: so long may the rounds have stood still
TRUTH_BACK = timedelta(days=180)  # a card's owner has so long to dispute
MOST = 5_000
OTHERS_FOR_A_KNOWN = 4  # more known answers than this, and who reviews would guess them
EVENLY = timedelta(days=30)
FEW = 50  # decisions of people in a store and lane; only a policy that has all of them judged again does not wait for so many


@dataclass(frozen=True, slots=True)
class Drawn:
    decision: Decision
    kind: str
    truth: str = ""


def to_draw(now: datetime) -> list[Drawn]:
    """What is to be drawn now and has not been: samples, and as many known answers as can hide among them."""
    share = _Shares()
    recent = _standing(now).filter(decided_at__gte=now - LOOKED_BACK).order_by("-decided_at")[: MOST * 10]
    sampled = [one for one in _fresh(recent) if share.again(one)]
    room = _room(now, len(sampled))
    known = _known(now, share, {one.pk for one in sampled})[:room] if room > 0 else []
    return [*(Drawn(one, Kind.SAMPLED) for one in sampled), *known]


class _Shares:
    """Whether a decision is of the shares that its policy names; each policy version is read once."""

    def __init__(self) -> None:
        self._contents: dict[tuple[str, str, str], Content] = {}
        self._few: dict[tuple[UUID, str], bool] = {}

    def again(self, one: Decision) -> bool:
        return self._begins(one, self._of(one.recommendation).again_share, one.recommendation.policy_version)

    def known(self, one: Decision) -> bool:
        # Another draw than the sample's, or the same decisions would be drawn by both.
        return self._begins(one, self._of(one.recommendation).known_share, f"{one.recommendation.policy_version}/known")

    def _begins(self, one: Decision, share: Decimal, salt: str) -> bool:
        return drawn(one.pk, salt, share) and (share >= 1 or not self._is_few(one))

    def _is_few(self, one: Decision) -> bool:
        key = one.store_id, one.recommendation.lane
        if key not in self._few:
            made = Decision.objects.filter(store=one.store_id, recommendation__lane=one.recommendation.lane, source=Source.PERSON)
            self._few[key] = made.order_by()[:FEW].count() < FEW
        return self._few[key]

    def _of(self, advice: Recommendation) -> Content:
        key = advice.lane, advice.scope, advice.policy_version
        if key not in self._contents:
            self._contents[key] = written(advice)
        return self._contents[key]


def _standing(now: datetime) -> "QuerySet[Decision]":
    """People's decisions on one order that stand. What is decided about an attack is about more than one snapshot."""
    rows = Decision.objects.filter(source=Source.PERSON, superseded_by=None, decided_at__lt=now - SETTLED, case__group_key="")
    wanted = ("id", "store", "case", "by", "outcome", "decided_at", "recommendation__lane", "recommendation__scope")
    return (
        rows.exclude(outcome=UNDO).select_related("recommendation").only(*wanted, "recommendation__policy_version", "recommendation__order")
    )


def _fresh(rows: "Iterable[Decision]") -> list[Decision]:
    """Those that have not been drawn; a case is judged again once."""
    found = list(rows)
    cases = SecondReview.objects.filter(case__in=[one.case_id for one in found]).values_list("case", flat=True)
    taken = set(cases)
    return [one for one in found if one.case_id not in taken]


def _room(now: datetime, more: int) -> int:
    """How many known answers the samples of the last weeks hide, besides those drawn already."""
    lately = SecondReview.objects.filter(drawn_at__gte=now - EVENLY)
    return (lately.filter(kind=Kind.SAMPLED).count() + more) // OTHERS_FOR_A_KNOWN - lately.filter(kind=Kind.KNOWN).count()


def _known(now: datetime, share: _Shares, taken: set[UUID]) -> list[Drawn]:
    """Decisions, in lanes that judge this, whose order turned out bad or good (advice.decided.labels_of), the newest first."""
    since = now - TRUTH_BACK
    telling = [key for key, one in lanes().items() if any(reason.label in CONFIRMED for reason in one.reasons)]
    rows = _standing(now).filter(decided_at__gte=since, case__lane__in=telling)
    disputes = Dispute.objects.filter(reason__icontains="fraud", order__placed_at__gte=since).exclude(status__in=CLEARED)
    disputed: Sequence[Any] = list(disputes.order_by("-order__placed_at").values_list("order", flat=True)[:MOST])
    fitting = rows.filter(Q(label__in=CONFIRMED) | Q(case__order__in=disputed)).order_by("-decided_at")[:MOST]
    some = [one for one in fitting if one.pk not in taken and share.known(one)]
    truth = labels_of([one.recommendation.order_id for one in some])
    return [
        Drawn(one, Kind.KNOWN, Truth.BAD if truth[one.recommendation.order_id] else Truth.GOOD)
        for one in _fresh(some)
        if one.recommendation.order_id in truth
    ]


def shuffled(rows: Iterable[Drawn]) -> list[Drawn]:
    """In an order that tells nothing of the kind."""
    return sorted(rows, key=lambda row: drawn_place(row.decision.pk))


def drawn_place(pk: UUID) -> Decimal:
    return Decimal(pk.int & 0xFFFFFFFFFFFFFFF)  # the random end of a UUIDv7
