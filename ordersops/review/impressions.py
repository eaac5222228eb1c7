"""The control of anchoring: of a share of cases the advice stays closed until the reviewer said what they think themselves."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from ordersops.accounts.access import can
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.review.models import Decision, FirstImpression
from ordersops.rollout.content import Content
from ordersops.rollout.queries import written

if TYPE_CHECKING:
    from ordersops.accounts.models import User


def drawn(case: UUID, policy_version: str, share: Decimal) -> bool:
    """Whether the case is of the share. The same answer for the same case and policy, whoever asks and whenever."""
    digest = hashlib.blake2b(f"{case}/{policy_version}".encode(), digest_size=8).digest()
    return Decimal(int.from_bytes(digest)) < share * Decimal(2**64)


def closed_to(case: Case, user: "User", recommendation: Recommendation | None, policy: Content | None = None) -> bool:
    """Whether the advice stays closed to the person: the case is open and drawn, they may decide it, and have not said what they think.

    Who may only read is not anchored by reading. A case that a person asked for is none of the share: that no rule opened it tells of the
    advice. `policy` is that of the advice, where the caller has it at hand.
    """
    if recommendation is None or not case.is_open or case.requested_by_id or not can(user, lane(case.lane).decides, case.store_id):
        return False
    share = (policy or written(recommendation)).blind_share
    if not share or not drawn(case.pk, recommendation.policy_version, share):
        return False
    return not FirstImpression.objects.filter(case=case, by=user.pk).exists()


def closed_among(cases: Iterable[Case], user: "User") -> set[UUID]:
    """Of these cases, those whose advice is closed to the person, as `closed_to` says it of one; in a few queries for all of them."""
    asked = [case for case in cases if case.is_open and not case.requested_by_id and can(user, lane(case.lane).decides, case.store_id)]
    if not asked:
        return set()
    given = set(FirstImpression.objects.filter(case__in=[case.pk for case in asked], by=user.pk).values_list("case", flat=True))
    advice = Recommendation.objects.filter(
        order__in=[case.order_id for case in asked], subject__in=[case.subject for case in asked], shown=True
    )
    newest = {(row.subject, row.lane): row for row in advice.order_by("subject", "lane", "-advised_at", "-id").distinct("subject", "lane")}
    shares: dict[tuple[str, str, str], Decimal] = {}
    found = set()
    for case in asked:
        row = newest.get((case.subject, case.lane))
        if row is None or case.pk in given:
            continue
        policy = (row.lane, row.scope, row.policy_version)
        if policy not in shares:
            shares[policy] = written(row).blind_share
        if shares[policy] and drawn(case.pk, row.policy_version, shares[policy]):
            found.add(case.pk)
    return found


def closed_advice(rows: Iterable[Recommendation], user: "User") -> set[UUID]:
    """Of these recommendations, those about a case whose advice is closed to the person: no older one gives it away either."""
    rows = list(rows)
    cases = Case.objects.open().filter(subject__in={row.subject for row in rows})
    about = {(case.subject, case.lane, case.pk) for case in cases}
    closed = closed_among(cases, user)
    hidden = {(subject, key) for subject, key, pk in about if pk in closed}
    return {row.pk for row in rows if (row.subject, row.lane) in hidden}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How first impressions, advice and final decisions of the same people relate.

    Of the `decided` ones: `followed` decided as advised against their own impression, `resisted` against the advice as they first thought.
    """

    given: int
    as_advised: int  # the impression was what the advice said
    decided: int
    kept: int  # decided as first thought
    decided_as_advised: int
    followed: int
    resisted: int


def agreement(*, lane: str, stores: Iterable[UUID], since: datetime, until: datetime) -> Agreement:
    """First impressions of the time, beside the advice that was closed and what the same person then decided and let stand."""
    stands = Decision.objects.filter(case=OuterRef("case"), by=OuterRef("by"), superseded_by=None).exclude(outcome="undo")
    rows = (
        FirstImpression.objects.filter(case__lane=lane, store__in=list(stores), at__gte=since, at__lt=until)
        .annotate(advised=F("recommendation__outcome"), final=Subquery(stands.order_by("-decided_at").values("outcome")[:1]))
        .values_list("outcome", "advised", "final")
    )
    found = list(rows)
    decided = [row for row in found if row[2] is not None]
    return Agreement(
        given=len(found),
        as_advised=sum(thought == advised for thought, advised, _ in found),
        decided=len(decided),
        kept=sum(thought == final for thought, _, final in decided),
        decided_as_advised=sum(advised == final for _, advised, final in decided),
        followed=sum(final == advised != thought for thought, advised, final in decided),
        resisted=sum(final == thought != advised for thought, advised, final in decided),
    )
