"""Changes of rights as they are read: which ones a person sees, which wait for them, and what each would do."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q

from ordersops.accounts.access import can_anywhere, rights, store_ids
from ordersops.accounts.actions.rights import sentence, stores_of, why_not
from ordersops.accounts.catalogue import all_roles, known
from ordersops.accounts.models import ChangeKind, ChangeState, RightsChange, RightsChangeQuerySet, User
from ordersops.accounts.queries import managers, stores, visible_people
from ordersops.accounts.roles import Perm, areas

ABOUT_ROLES = (ChangeKind.MAKE, ChangeKind.EDIT, ChangeKind.RETIRE)
SHOWN = 50


def visible_changes(user: User) -> RightsChangeQuerySet:
    """Changes about a store whose people the asker may see, about the account of somebody whom they see, about roles for all who see
    people anywhere, and one's own."""
    seen = Q(asked_by=user) | Q(store__in=store_ids(user, Perm.VIEW_PEOPLE))
    if can_anywhere(user, Perm.VIEW_PEOPLE):
        seen |= Q(kind=ChangeKind.REOPEN, person__in=visible_people(user).order_by().values("pk")) | Q(kind__in=ABOUT_ROLES)
    return RightsChange.objects.filter(seen).select_related("person", "store", "asked_by", "answered_by")


def for_judgement(user: User) -> list[RightsChange]:
    """What waits for this person's word: they may approve it or send it back. A constant number of queries."""
    if not can_anywhere(user, Perm.MANAGE_PEOPLE):
        return []
    open_ones = visible_changes(user).waiting().exclude(asked_by=user).exclude(person=user).order_by("asked_at")[:SHOWN]
    return _answerable(user, list(open_ones))


def _answerable(user: User, changes: Sequence[RightsChange]) -> list[RightsChange]:
    """Those that `why_not` lets pass, without its queries for each."""
    if not changes:
        return []
    managed = {store for store, perms in rights(user).items() if Perm.MANAGE_PEOPLE in perms}
    mine = set(user.groups.filter(store_role__isnull=False).values_list("store_role__role", flat=True))
    edited = {change.role for change in changes if change.kind in (ChangeKind.EDIT, ChangeKind.RETIRE)}
    held: dict[str, set[UUID]] = {}
    for role, store in (
        apps.get_model("stores", "StoreRole").objects.filter(role__in=edited, group__user__isnull=False).values_list("role", "store")
    ):
        held.setdefault(role, set()).add(store)

    def may(change: RightsChange) -> bool:
        touched = set(change.stores_named()) if change.about_a_person else held.get(change.role, set())
        return touched <= managed and not (change.kind == ChangeKind.EDIT and change.role in mine)

    return [change for change in changes if may(change)]


def rows(changes: Iterable[RightsChange], user: User) -> list[dict[str, Any]]:
    """{change, sentence, mine}: mine says that it waits for this person."""
    found = list(changes)
    waits = {change.pk for change in _answerable(user, [c for c in found if c.is_open and user.pk not in (c.asked_by_id, c.person_id)])}
    managing = can_anywhere(user, Perm.MANAGE_PEOPLE)
    return [{"change": one, "sentence": sentence(one), "waits_for_me": managing and one.pk in waits} for one in found]


def change_page(change: RightsChange, user: User) -> dict[str, Any]:
    """The context of accounts/change.html."""
    problem = why_not(change, user) if change.is_open else ""
    touched = stores_of(change) if change.is_open else change.stores_named()
    return {
        "change": change,
        "sentence": sentence(change),
        "difference": _difference(change),
        "reopened": _reopened(change),
        "may_answer": change.is_open and not problem,
        "why_not": problem if change.is_open else "",
        "may_withdraw": change.is_open and change.asked_by_id == user.pk,
        "others": len(judges(change, touched)) if change.is_open else 0,
        "held_in": stores(touched) if change.kind in ABOUT_ROLES else [],
        "person_is_visible": change.person_id is not None and visible_people(user).filter(pk=change.person_id).exists(),
        "states": ChangeState,
    }


def judges(change: RightsChange, touched: Iterable[UUID]) -> set[UUID]:
    """Who may answer it: they manage people in every store that it touches (for none, in any), and have no part in it."""
    asked = list(touched)
    everywhere = managers(asked or apps.get_model("stores", "Store").objects.values_list("pk", flat=True))
    sets = list(everywhere.values())
    found = set.intersection(*sets) if asked and sets else set().union(*sets)
    concerned = {change.asked_by_id, change.person_id}
    if change.kind == ChangeKind.EDIT:
        concerned |= set(User.objects.filter(groups__store_role__role=change.role).values_list("pk", flat=True))
    return found - concerned


def _difference(change: RightsChange) -> list[dict[str, Any]]:
    """The rights that it is about, by area: {title, rights: [{perm, is}]} with `is` one of more, less, same."""
    if "perms" not in change.content:
        return []
    after = known(change.content["perms"])
    before = known(change.before["perms"]) if change.kind == ChangeKind.EDIT else None
    if change.kind in (ChangeKind.TAKE, ChangeKind.RETIRE):
        before, after = after, frozenset()
    found = []
    for title, perms in areas():
        lines = []
        for perm in perms:
            now, then = perm in (before or frozenset()), perm in after
            if now or then:
                lines.append({"perm": perm, "is": "same" if now and then else "more" if then else "less"})
        if lines:
            found.append({"title": title, "rights": lines})
    return found


def _reopened(change: RightsChange) -> list[dict[str, str]]:
    if change.kind != ChangeKind.REOPEN:
        return []
    roles, names = all_roles(), {str(store.pk): store.name for store in stores(change.stores_named())}
    return [{"role": roles[role].name if role in roles else role, "store": names.get(store, "")} for store, role in change.content["roles"]]
