"""Reads of people: who has which role where, as far as the asker may know it."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import Group
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from ordersops.accounts.access import can_anywhere, store_ids
from ordersops.accounts.actions import may_manage
from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.models import Event

if TYPE_CHECKING:
    from ordersops.stores.models import Store

SHOWN_AT_MOST = 500
EVENTS_SHOWN = 50


def visible_people(user: User) -> "QuerySet[User]":
    """People with a role in a store whose people the asker may see; for those who give roles, people who have none yet as well.

    Each comes with its groups in those stores.
    """
    stores = store_ids(user, Perm.VIEW_PEOPLE)
    seen = Q(pk__in=User.objects.filter(groups__store_role__store__in=stores).values("pk"))
    if can_anywhere(user, Perm.MANAGE_PEOPLE):
        seen |= ~Q(pk__in=User.objects.filter(groups__store_role__isnull=False).values("pk"))
    groups = Group.objects.filter(store_role__store__in=stores).select_related("store_role__store").order_by("store_role__store__name")
    return User.objects.filter(seen, is_system=False).prefetch_related(Prefetch("groups", queryset=groups))


def people_with(perm: Perm, store_id: UUID) -> "list[User]":
    """Active people who have the right in the store, by name."""
    granted = apps.get_model("stores", "StoreGroupPermission").objects.filter(content_object=store_id, permission__codename=perm.value)
    found = User.objects.filter(groups__in=granted.values("group"), is_active=True, is_system=False)
    return list(found.order_by("name", "pk").distinct()[:SHOWN_AT_MOST])


def people(user: User) -> list[dict[str, Any]]:
    """The rows of the page: {person, roles}."""
    return [
        {"person": person, "roles": _roles(person, user)}
        for person in visible_people(user).order_by("-is_active", "name", "pk")[:SHOWN_AT_MOST]
    ]


def person_page(person: User, user: User) -> dict[str, Any]:
    """The context of accounts/person.html."""
    manages = [store for store in _stores(store_ids(user, Perm.MANAGE_PEOPLE)) if may_manage(user, person, store.pk)]
    roles = _roles(person, user)
    events = Event.objects.visible_to(user).timeline_for(person=person)[:EVENTS_SHOWN] if can_anywhere(user, Perm.VIEW_AUDIT) else []
    return {
        "person": person,
        "roles": roles,
        "rights": _rights(roles),
        "may_manage": manages,
        "may_deactivate": bool(manages) and person.is_active,
        "choices": {"role": Role.choices, "store": [(str(store.pk), store.name) for store in manages]},
        "timeline": list(events),
        "timeline_more": f"{reverse('audit')}?actor={person.pk}" if can_anywhere(user, Perm.VIEW_AUDIT) else "",
    }


def _stores(ids: list[UUID]) -> "list[Store]":
    return list(apps.get_model("stores", "Store").objects.filter(pk__in=ids))


def _roles(person: User, user: User) -> list[dict[str, Any]]:
    held = [group.store_role for group in person.groups.all()]
    return [
        {"store": one.store, "role": one.role, "label": Role(one.role).label, "may_take": may_manage(user, person, one.store_id)}
        for one in held
    ]


def _rights(roles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the roles allow, each right with the names of the stores."""
    found = []
    for perm in Perm:
        stores = sorted({grant["store"].name for grant in roles if perm in ROLES[Role(grant["role"])]})
        if stores:
            found.append({"sentence": perm.sentence, "stores": stores})
    return found
