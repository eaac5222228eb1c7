"""Who may work on a case: everybody with the lane's right, until it is escalated; then those with that role in the store or of that
team, and supervisors."""

from collections import defaultdict
from typing import TYPE_CHECKING

from django.apps import apps

from ordersops.accounts.access import can, held_roles, require
from ordersops.accounts.access import rights as rights_of
from ordersops.accounts.catalogue import name_of
from ordersops.accounts.models import Team, User
from ordersops.accounts.roles import Perm, Role
from ordersops.cases.lanes import lane as lane_named
from ordersops.errors import Forbidden

TEAM = "team:"  # what `escalated_to` says where a case is escalated to its team; no role has such a key

if TYPE_CHECKING:
    from uuid import UUID

    from ordersops.cases.models import Case


def label(role: str) -> str:
    """A role as people call it."""
    return name_of(role)


def whom(case: "Case") -> str:
    """To whom an escalated case is escalated, in words."""
    return f"the team {case.team}" if case.escalated_to == TEAM else label(case.escalated_to)


def teams_of(user: User) -> "list[UUID]":
    """The teams in which the person is. One query."""
    return list(Team.objects.standing().filter(members=user).values_list("pk", flat=True))


def obstacle(case: "Case", user: User) -> str:
    """Why an escalated case is not this person's to decide, as a sentence, or ""."""
    if not case.escalated_to or held_roles(user, case.store_id) & {case.escalated_to, Role.SUPERVISOR}:
        return ""
    if case.escalated_to == TEAM and case.team_id in teams_of(user):
        return ""
    return f"It is escalated: {whom(case)} or a supervisor decides it."


def require_work(case: "Case", by: User, *, to: str) -> None:
    """Raise Forbidden unless the person has the lane's right in the store and, if the case is escalated, the role."""
    require(by, lane_named(case.lane).decides, case.store_id, to=to, case=case)
    if why := obstacle(case, by):
        raise Forbidden(f"You may not {to}. {why}")


def targets(case: "Case", by: User) -> list[tuple[str, str]]:
    """The roles to which the person can escalate: they decide in this lane, may do something that the person may not, and somebody has them."""
    if not can(by, lane_named(case.lane).decides, case.store_id):
        return []
    rights = _rights_of_roles(case.store_id)
    own = {str(perm) for perm in rights_of(by).get(case.store_id, ())}
    decides = str(lane_named(case.lane).decides)
    return [(role, label(role)) for role in sorted(rights) if decides in rights[role] and rights[role] - own and role != case.escalated_to]


def deciding(store: "UUID", decides: Perm) -> list[tuple[str, str]]:
    """The roles of the store that have this right, and that somebody has: each with what people call it."""
    return [(role, label(role)) for role, held in sorted(_rights_of_roles(store).items()) if str(decides) in held]


def _rights_of_roles(store: "UUID") -> dict[str, set[str]]:
    """The rights of every role that somebody has in the store."""
    granted = apps.get_model("stores", "StoreGroupPermission").objects.filter(content_object=store, group__user__is_active=True)
    rights: defaultdict[str, set[str]] = defaultdict(set)
    for role, right in granted.values_list("group__store_role__role", "permission__codename").distinct():
        rights[role].add(right)
    return dict(rights)


def teams_for(case: "Case", *, besides: User | None = None) -> list[Team]:
    """The teams that work for the case's store and have somebody at hand who decides in its lane; `besides` does not count."""
    granted = apps.get_model("stores", "StoreGroupPermission").objects.filter(
        content_object=case.store_id, permission__codename=lane_named(case.lane).decides.value
    )
    able = User.objects.filter(groups__in=granted.values("group"), is_active=True, is_system=False)
    if besides is not None:
        able = able.exclude(pk=besides.pk)
    return list(Team.objects.of_store(case.store_id).filter(members__in=able.values("pk")).distinct().order_by("name"))


def may_hand_back(case: "Case", by: User) -> bool:
    return bool(case.escalated_to) and can(by, lane_named(case.lane).decides, case.store_id) and not obstacle(case, by)


def may_assign(case: "Case", by: User) -> bool:
    return can(by, Perm.ASSIGN_CASES, case.store_id)
