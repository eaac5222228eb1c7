"""Deciding many cases as advised, for one reason: always two people, and each case by itself or not at all."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.db.models import Q

from ordersops.accounts.access import require_anywhere
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.ids import uuid7
from ordersops.orders.models import Order
from ordersops.review.actions.choosing import choose, lock, open_case, said
from ordersops.review.actions.proposing import propose
from ordersops.review.actions.second import approved_second, require_second, sent_back, still_waiting
from ordersops.review.models import Bulk, Proposal
from ordersops.review.two import Limits

LeftOut = list[tuple[UUID, str]]


@atomic
def propose_bulk(*, lane: str, cases: Mapping[UUID, int], outcome: str, reason: str, note: str, typed: int, by: User) -> Bulk:
    """Decide all these cases (id and version as seen) as advised. Each waits for a second person; those that cannot are left out, with why.

    Needs the lane's right to decide, a note, and the number of cases typed out; no more than the policy's `bulk_most`. A case is
    left out where its advice is another, is not verified in full, or rests on the customer's text. Conflict if none is left.
    """
    this = lane_named(lane)
    require_anywhere(by, this.decides)
    if outcome not in this.outcomes:
        raise Invalid("Choose what should happen.")
    if len(cases) < 2 or typed != len(cases):
        raise Invalid(f"{len(cases)} case{'' if len(cases) == 1 else 's'} chosen: choose at least two, and type their number to confirm.")
    why = said(note, needed=True, why="why all of them are decided alike")
    limits = Limits(this)
    bulk = Bulk(id=uuid7(), lane=lane, outcome=outcome, reason=reason, note=why, by=by, asked=len(cases))
    bulk.save(force_insert=True)
    _lock_orders(list(cases))
    rows = {case.pk: case for case in Case.objects.visible_to(by).in_lane(lane).filter(pk__in=cases)}

    def one(pk: UUID) -> None:
        if pk not in rows:
            raise Conflict("There is no such case.")
        case, subjects, recommendation = open_case(rows[pk], by, cases[pk])
        if len(cases) > (most := limits.content(case.store_id, recommendation).bulk_most):
            raise Conflict(f"The policy allows {most} cases in one bulk decision.")
        if recommendation.outcome != outcome:
            raise Conflict("Its advice is another: decide it by itself.")
        if not recommendation.verified or recommendation.faults:
            raise Conflict("Not everything in its advice holds: decide it by itself.")
        if recommendation.rests_on_customer:
            raise Conflict("Its advice rests on what the customer wrote: decide it by itself.")
        choice = choose(case, subjects, recommendation, outcome=outcome, reason=reason, note=why, by=by)
        propose(choice, limits.why_two(case, choice.open_to, recommendation, outcome, choice.reason, bulk=True), bulk=bulk)

    left_out = _each(sorted(cases), one)
    if len(left_out) == len(cases):
        raise Conflict(f"None of them could be taken. {left_out[0][1]}")
    bulk.left_out = [[str(pk), sentence] for pk, sentence in left_out]
    bulk.save(update_fields=["left_out"])
    return bulk


@atomic
def approve_bulk(*, bulk: Bulk, rows: Mapping[UUID, int], by: User) -> LeftOut:
    """Approve these rows (proposal and case version as seen) as the second person; each is decided by itself. Returns what was left out, and why."""
    return _second(bulk, list(rows), by, lambda case, subjects, proposal: approved_second(case, subjects, proposal, by, rows[proposal.pk]))


@atomic
def send_back_bulk(*, bulk: Bulk, rows: Mapping[UUID, int], note: str, by: User) -> LeftOut:
    """Send these rows back, for one reason. Returns what was left out, and why."""
    said(note, needed=True, why="why you send them back")
    return _second(bulk, list(rows), by, lambda case, subjects, proposal: sent_back(case, proposal, by, note))


def _second(bulk: Bulk, chosen: list[UUID], by: User, do: Callable[..., object]) -> LeftOut:
    require_anywhere(by, Perm.APPROVE_SECOND)
    found = bulk.proposals.visible_to(by, Perm.APPROVE_SECOND).filter(pk__in=chosen).select_related("case", "by")
    proposals = {proposal.pk: proposal for proposal in found}
    if not proposals:
        raise Conflict("Choose at least one case that waits for you.")
    _lock_orders([proposal.case_id for proposal in proposals.values()])

    def one(pk: UUID) -> None:
        proposal = proposals[pk]
        require_second(proposal, by, "decide as the second person")
        case, subjects = lock(proposal.case)
        fresh = Proposal.objects.select_related("by", "settled_by", "recommendation__snapshot").get(pk=pk)
        do(case, subjects, still_waiting(fresh))

    return [(proposals[pk].case_id, why) for pk, why in _each(sorted(proposals, key=lambda pk: proposals[pk].case_id), one)]


def _each(ids: list[UUID], do: Callable[[UUID], None]) -> LeftOut:
    """Do each by itself: what is refused leaves nothing behind and is named."""
    left_out: LeftOut = []
    for pk in ids:
        try:
            with atomic():
                do(pk)
        except (Conflict, Invalid, Forbidden) as refusal:
            left_out.append((pk, refusal.message))
    return left_out


def _lock_orders(cases: list[UUID]) -> None:
    """All orders of all these cases before the first case, in the order in which facts lock them."""
    about = Order.objects.filter(Q(cases__in=cases) | Q(memberships__case__in=cases)).values("pk")
    list(Order.objects.filter(pk__in=about).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
