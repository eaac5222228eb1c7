"""Which cases `next` may hand to a person, the best first. A few of each store are read from the urgent end of its own index."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.roles import Role
from ordersops.cases.escalation import TEAM
from ordersops.cases.models import Case

if TYPE_CHECKING:
    from ordersops.accounts.models import User

FEW, MOST = 8, 512
URGENT = ("-priority", "due_at", "pk")


def takeable(*, lane: str, stores: Sequence[UUID], by: "User", teams: Sequence[UUID]) -> Q:
    """What the person may be given now: awake, held by nobody, not somebody else's unless overdue, not escalated past them.

    `teams` are the person's. A team's case is each member's to take.
    """
    now = timezone.now()
    free = Q(leased_by=None) | Q(lease_until__lte=now)
    theirs = Q(assigned_to=None, team=None) | Q(assigned_to=by) | Q(due_at__lt=now)
    if teams:
        theirs |= Q(assigned_to=None, team__in=teams)
    return Q(state="open", snoozed_until=None, lane=lane, store__in=stores) & free & theirs & _within_reach(stores, by, teams)


def _within_reach(stores: Sequence[UUID], by: "User", teams: Sequence[UUID]) -> Q:
    """Not escalated, or to a role of the person's in that store or a team of theirs. Supervisors reach everything."""
    reach = Q(escalated_to="")
    if teams:
        reach |= Q(escalated_to=TEAM, team__in=teams)
    held = apps.get_model("stores", "StoreRole").objects.filter(group__user=by, store__in=stores).values_list("store", "role")
    for store, role in held:
        reach |= Q(store=store) if role == Role.SUPERVISOR else Q(store=store, escalated_to=role)
    return reach


def candidates(*, lane: str, stores: Sequence[UUID], by: "User", teams: Sequence[UUID], fits: Q) -> Iterator[list[UUID]]:
    """Ids to try, in rounds: what is assigned to the person, what their teams hold, the most urgent, and more of them while others take
    them."""
    fits &= takeable(lane=lane, stores=stores, by=by, teams=teams)
    if own := list(Case.objects.filter(fits, assigned_to=by).order_by(*URGENT).values_list("pk", flat=True)[:FEW]):
        yield own
    if teams and (own := list(Case.objects.filter(fits, team__in=teams).order_by(*URGENT).values_list("pk", flat=True)[:MOST])):
        yield own
    size = FEW
    while size <= MOST:
        picks = [
            Case.objects.filter(fits, store=store).order_by(*URGENT).values_list("pk", "priority", "due_at")[:size] for store in stores
        ]
        picked: Any = picks[0] if len(picks) == 1 else picks[0].union(*picks[1:], all=True).order_by(*URGENT)[:size]
        ids = [row[0] for row in picked]
        if ids:
            yield ids
        if len(ids) < size:
            return
        size *= 4
