"""What every decision goes through before it is made: the locked case, its newest advice, and a choice that fits both."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.advice.models import Recommendation
from ordersops.cases.escalation import require_work
from ordersops.cases.lanes import Lane, Outcome, Reason
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Invalid
from ordersops.orders.models import Order
from ordersops.review.checklist import in_the_way
from ordersops.review.impressions import closed_to
from ordersops.review.queries import reasons_of, recommendation_for
from ordersops.rollout.queries import written

LEAST_NOTE, LONGEST_NOTE = 10, 4000


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that may be made: on which advice, for which of the case's orders, and in whose name."""

    case: Case
    orders: Sequence[Order]
    recommendation: Recommendation
    outcome: Outcome
    reason: Reason
    note: str
    by: User
    open_to: Sequence[Order] = field(default_factory=list)  # the orders for which the outcome is still possible

    @property
    def lane(self) -> Lane:
        return lane_named(self.case.lane)

    @property
    def overrides(self) -> bool:
        return self.outcome.key != self.recommendation.outcome


def open_case(case: Case, by: User, version: int) -> tuple[Case, Sequence[Order], Recommendation]:
    """The locked case with its orders and newest advice, once it is sure that this person may decide it now."""
    require_work(case, by, to="decide this case")
    case, orders = lock(case)
    require_work(case, by, to="decide this case")  # it may have been escalated while we waited for the lock
    return case, orders, decidable(case, by, version)


def decidable(case: Case, by: User, version: int) -> Recommendation:
    """The newest advice of a locked case. Conflict unless it is open, free for this person, and as they saw it."""
    if not case.is_open:
        raise Conflict(f"This case {_closed(case)}. Nothing was changed; press n for the next one.")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    as_seen(case, version)
    recommendation = recommendation_for(case)
    if recommendation is None:
        raise Conflict("There is no recommendation for this case yet; it comes within moments. Reload.")
    policy = written(recommendation)
    if closed_to(case, by, recommendation, policy):
        raise Conflict("Say first what you think of this case; then its advice opens, and you decide. Nothing was changed.")
    if open_items := in_the_way(case, recommendation, policy):
        raise Conflict(f"{open_items} Nothing was changed.")
    return recommendation


def as_seen(case: Case, version: int) -> None:
    if case.version != version:
        raise Conflict("New facts or new advice arrived while you were looking. Nothing was changed; reload and look again.")


def choose(
    case: Case,
    orders: Sequence[Order],
    recommendation: Recommendation,
    *,
    outcome: str,
    reason: str,
    note: str,
    by: User,
    retired: bool = False,
) -> Choice:
    """The choice, once it fits the order, the lane and the person. Raises Conflict, Invalid or Forbidden.

    `retired`: a reason that was retired meanwhile stands too, for what somebody decided before.
    """
    this = lane_named(case.lane)
    chosen = this.outcomes.get(outcome)
    open_to = [order for order in orders if outcome in this.possible(order)]
    if chosen is None or not open_to:
        raise Conflict(f"“{chosen.label if chosen else outcome}” is no longer possible: the order has shipped or is cancelled.")
    overrides = outcome != recommendation.outcome
    because = _reason(this, chosen, reason, overrides=overrides, retired=retired)
    for perm in filter(None, (because.needs, this.may_choose(recommendation, outcome))):
        require(by, perm, case.store_id, to=f"choose “{chosen.label}” here", case=case)
    return Choice(case, orders, recommendation, chosen, because, said(note, needed=overrides), by, open_to)


def said(note: str, *, needed: bool = False, why: str = "why you decide against the recommendation") -> str:
    note = note.replace("\x00", "").strip()
    if needed and len(note) < LEAST_NOTE:
        raise Invalid(f"Say in at least {LEAST_NOTE} characters {why}.")
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"The note is too long; {LONGEST_NOTE:,} characters are the most.")
    return note


def _reason(this: Lane, outcome: Outcome, code: str, *, overrides: bool, retired: bool) -> Reason:
    fitting = [reason for reason in reasons_of(this, retired=retired) if outcome.key in reason.outcomes and reason.overrides == overrides]
    for reason in fitting:
        if reason.code == code or (not code and reason.default):
            return reason
    raise Invalid(f"Choose a reason for “{outcome.label}”: {', '.join(reason.code for reason in fitting)}.")


def _closed(case: Case) -> str:
    if case.is_waiting:
        first = case.proposals.waiting().select_related("by").first()
        return f"waits for a second person already{f': {first.by} decided first' if first else ''}"
    decision = case.decisions.select_related("by").first()
    return f"is {case.get_state_display().lower()} already{f' by {decision.by}' if decision else ''}"


def lock(case: Case) -> tuple[Case, Sequence[Order]]:
    """The case and all its orders, locked. Orders come before cases, as where facts and advice arrive, or two could wait for each other."""
    ids = _order_ids(case)
    orders = list(Order.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    locked = Case.objects.select_for_update(of=("self",)).select_related("order", "store").get(pk=case.pk)
    if _order_ids(locked) != ids:
        raise Conflict("More orders came to this case at this moment. Nothing was changed; reload and look again.")
    return locked, orders


def _order_ids(case: Case) -> set[UUID]:
    """An attack has many orders."""
    return {case.order_id, *case.members.values_list("order_id", flat=True)}
