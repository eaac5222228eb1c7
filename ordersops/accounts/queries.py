"""Reads of people: who has which role where, as far as the asker may know it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.db.models import Prefetch, Q, QuerySet

from ordersops.accounts.access import store_ids
from ordersops.accounts.catalogue import RoleEntry, all_roles
from ordersops.accounts.hours import works_now
from ordersops.accounts.models import Grant, Invitation, RightsChange, Skill, Team, User
from ordersops.accounts.roles import Perm
from ordersops.lists import CAP, SIZE, Page, read_cursor, write_cursor

if TYPE_CHECKING:
    from ordersops.stores.models import Store


def visible_people(user: User) -> "QuerySet[User]":
    """People with a role in a store whose people the asker may see, and oneself. Of those who have no role anywhere: whom the asker
    invited, and whose roles, past or asked for, are in these stores. For who judges it, also somebody asked to join.

    Each comes with its groups in those stores.
    """
    stores, managed = store_ids(user, Perm.VIEW_PEOPLE), store_ids(user, Perm.MANAGE_PEOPLE)
    here = User.objects.filter(groups__store_role__store__in=stores).values("pk")
    anywhere = User.objects.filter(groups__store_role__isnull=False).values("pk")
    asked = RightsChange.objects.filter(store__in=managed)
    past = (
        Q(pk__in=Grant.objects.filter(store__in=stores).values("person"))
        | Q(pk__in=asked.filter(person__isnull=False).values("person"))
        | Q(pk__in=Invitation.objects.filter(by=user).values("person"))
    )
    seen = (
        Q(pk__in=here)
        | Q(pk=user.pk)
        | Q(pk__in=asked.waiting().filter(person__isnull=False).values("person"))
        | ~Q(pk__in=anywhere) & past
    )
    return User.objects.filter(seen, is_system=False).prefetch_related(Prefetch("groups", queryset=_groups(store_role__store__in=stores)))


def people_with(perm: Perm, store_id: UUID) -> "list[User]":
    """Active people who have the right in the store, by name."""
    granted = apps.get_model("stores", "StoreGroupPermission").objects.filter(content_object=store_id, permission__codename=perm.value)
    found = User.objects.filter(groups__in=granted.values("group"), is_active=True, is_system=False)
    return list(found.order_by("name", "pk").distinct()[:CAP])


def oneself(user: User) -> User:
    """The person as they see themselves: with every role that they have."""
    return User.objects.prefetch_related(Prefetch("groups", queryset=_groups(store_role__isnull=False))).get(pk=user.pk)


def _groups(**where: Any) -> "QuerySet[Group]":
    return Group.objects.filter(**where).select_related("store_role__store").order_by("store_role__store__name", "store_role__role")


def people(user: User, asked: dict[str, Any], cursor: str) -> "Page[User]":
    """One page of those that fit: active ones first, by name."""
    found = visible_people(user)
    if asked["q"]:
        found = found.filter(Q(name__icontains=asked["q"]) | Q(email__icontains=asked["q"]))
    if asked["store"] or asked["role"]:
        roles = apps.get_model("stores", "StoreRole").objects.filter(store__in=store_ids(user, Perm.VIEW_PEOPLE))
        roles = roles.filter(store=asked["store"]) if asked["store"] else roles
        roles = roles.filter(role=asked["role"]) if asked["role"] else roles
        found = found.filter(pk__in=User.objects.filter(groups__store_role__in=roles).values("pk"))
    for field in ("team", "skill"):
        if asked[field]:
            found = found.filter(**{f"{field}s": asked[field]})
    match asked["state"]:
        case "active":
            found = found.filter(is_active=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        case "invited":
            found = found.filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)
        case "closed":
            found = found.filter(is_active=False)
    if after := read_cursor(cursor, bool, str, UUID):
        active, name, pk = after
        later = Q(is_active=active) & (Q(name__gt=name) | Q(name=name, pk__gt=pk))
        found = found.filter(later | Q(is_active=False) if active else later)
    found = found.prefetch_related("skills", "shifts", Prefetch("teams", queryset=Team.objects.standing().visible_to(user)))
    rows = list(found.order_by("-is_active", "name", "pk")[: SIZE + 1])
    last = rows[SIZE - 1] if len(rows) > SIZE else None
    return Page(rows[:SIZE], write_cursor(last.is_active, last.name, str(last.pk)) if last else "")


def rows(people: Iterable[User]) -> list[dict[str, Any]]:
    """What the list shows of each: {person, roles, works, invited}."""
    roles = all_roles()
    return [
        {"person": person, "roles": by_role(person, roles), "works": works_now(person), "invited": is_invited(person)} for person in people
    ]


def choices(user: User) -> dict[str, list[tuple[str, str]]]:
    """What the list can be filtered by."""
    return {
        "store": [(str(store.pk), store.name) for store in stores(store_ids(user, Perm.VIEW_PEOPLE))],
        "role": [(role.key, role.name) for role in all_roles().values()],
        "team": [(str(team.pk), team.name) for team in Team.objects.standing().visible_to(user)],
        "skill": [(str(skill.pk), skill.name) for skill in Skill.objects.all()],
    }


def by_role(person: User, roles: dict[str, RoleEntry]) -> list[dict[str, Any]]:
    """The person's roles with the stores of each: {name, stores}. Reads the groups that came with the person."""
    found: dict[str, list[str]] = {}
    for group in person.groups.all():
        found.setdefault(group.store_role.role, []).append(group.store_role.store.name)
    return [{"name": roles[key].name if key in roles else key, "stores": sorted(names)} for key, names in found.items()]


def is_invited(person: User) -> bool:
    """Somebody who has not set a password yet."""
    return person.is_active and not person.has_usable_password()


def stores(ids: Iterable[UUID]) -> "list[Store]":
    return list(apps.get_model("stores", "Store").objects.filter(pk__in=list(ids)))


def managers(store_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Who may ask for and approve changes of rights, by store. One query."""
    found: dict[UUID, set[UUID]] = {store: set() for store in store_ids}
    granted = apps.get_model("stores", "StoreGroupPermission").objects.filter(
        content_object__in=list(found), permission__codename=Perm.MANAGE_PEOPLE, group__user__is_active=True, group__user__is_system=False
    )
    for store, person in granted.values_list("content_object_id", "group__user"):
        found[store].add(person)
    return found
