"""What the pages of people, roles and teams are drawn from."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.urls import reverse

from ordersops.accounts import explain, queries, waiting
from ordersops.accounts.access import can_anywhere, store_ids
from ordersops.accounts.actions.profile import may_describe
from ordersops.accounts.actions.rights import holds_anywhere
from ordersops.accounts.actions.rules import has_all
from ordersops.accounts.catalogue import BUILT_IN, RoleEntry, all_roles
from ordersops.accounts.forms import ProfileForm
from ordersops.accounts.hours import next_start, works_now, zone_of
from ordersops.accounts.models import ChangeKind, ChangeState, Invitation, Skill, Team, User, Weekday
from ordersops.accounts.roles import Perm, areas
from ordersops.audit.models import Event

EVENTS_SHOWN = 50


# --- People ---------------------------------------------------------------------------------------------------------
def invite_choices(user: User) -> dict[str, Any]:
    """Where this person may invite to, and whether there is anybody to approve it."""
    managed = queries.stores(store_ids(user, Perm.MANAGE_PEOPLE))
    alone = alone_in(user, managed)
    return {
        "stores": [(str(store.pk), store.name) for store in managed],
        "roles": [(role.key, role.name) for role in all_roles().values()],
        "alone": alone,
    }


def alone_in(user: User, managed: list[Any], about: User | None = None) -> list[str]:
    """The stores in which nobody else could approve what this person asks for, about that person."""
    by_store = queries.managers(store.pk for store in managed)
    return [store.name for store in managed if not by_store[store.pk] - {user.pk, about.pk if about else None}]


def person_page(person: User, user: User, asked: dict[str, str]) -> dict[str, Any]:
    """The context of accounts/person.html. `asked` may hold a right and a store: may this person do that there?"""
    held = explain.held_by(person)
    managed = [] if person.pk == user.pk else queries.stores(store_ids(user, Perm.MANAGE_PEOPLE))
    open_changes = waiting.rows(waiting.visible_changes(user).waiting().filter(person=person).order_by("asked_at"), user)
    taken = {(row["change"].store_id, row["change"].role) for row in open_changes if row["change"].kind == ChangeKind.TAKE}
    manages = {store.pk for store in managed}
    all_stores = list(person.groups.filter(store_role__isnull=False).values_list("store_role__store", flat=True))
    may_end = person.pk != user.pk and has_all(user, all_stores)
    invitation = Invitation.objects.filter(person=person).order_by("-made_at").first() if queries.is_invited(person) else None
    sees_history = can_anywhere(user, Perm.VIEW_AUDIT)
    return {
        "person": person,
        "mine": person.pk == user.pk,
        "held": [{"held": one, "may_ask": one.store.pk in manages and (one.store.pk, one.role.key) not in taken} for one in held],
        "waiting": open_changes,
        "allowed": explain.by_store(held),
        "asked": _asked(person, held, user, asked),
        "rights_choices": [(title, [(str(perm), perm.sentence) for perm in perms]) for title, perms in areas()],
        "stores_seen": sorted({(str(one.store.pk), one.store.name) for one in held}, key=lambda pair: pair[1]),
        "managed": [(str(store.pk), store.name) for store in managed],
        "alone": alone_in(user, managed, person),
        "role_choices": [(role.key, role.name) for role in all_roles().values()],
        "may_deactivate": may_end and person.is_active,
        "may_reopen": may_end and not person.is_active and not any(row["change"].kind == ChangeKind.REOPEN for row in open_changes),
        "invitation": invitation,
        "may_link": invitation is not None and may_end,
        "profile": _profile(person, user),
        "timeline": list(Event.objects.visible_to(user).timeline_for(person=person)[:EVENTS_SHOWN]) if sees_history else [],
        "timeline_more": f"{reverse('audit')}?actor={person.pk}" if sees_history else "",
        "sees_history": sees_history,
    }


def _asked(person: User, held: list[explain.Held], user: User, asked: dict[str, str]) -> dict[str, Any]:
    """The answer to “may they?”, with what was asked."""
    right, where = asked.get("right", ""), asked.get("store", "")
    store = next((one.store for one in held if str(one.store.pk) == where), None)
    perm = next((one for one in Perm if one.value == right), None)
    if store is None or perm is None:
        return {"right": right, "store": where}
    return {"right": right, "store": where, **explain.answer(person, held, store, perm)}


def _profile(person: User, user: User) -> dict[str, Any]:
    shifts = {shift.weekday: shift for shift in person.shifts.all()}
    manages = may_describe(user, person)
    return {
        "may_edit": manages or person.pk == user.pk,
        "may_skill": manages,
        "zone": str(zone_of(person)),
        "works": works_now(person),
        "next": next_start(person),
        "days": [(day, shifts.get(day.value)) for day in Weekday],
        "has_hours": bool(shifts),
        "skills": list(person.skills.all()),
        "all_skills": list(Skill.objects.all()) if manages else [],
        "teams": list(Team.objects.standing().visible_to(user).filter(members=person)),
        "initial": ProfileForm.initial_of(person),
    }


# --- Roles ----------------------------------------------------------------------------------------------------------
def roles_page(user: User) -> dict[str, Any]:
    """The matrix: {roles: [{role, holders}], areas: [{title, lines: [{perm, cells}]}]}."""
    roles = list(all_roles().values())
    counts = _holders(user)
    return {
        "roles": [{"role": role, "holders": len(counts.get(role.key, ()))} for role in roles],
        "areas": [
            {"title": title, "lines": [{"perm": perm, "cells": [(role, perm in role.perms) for role in roles]} for perm in perms]}
            for title, perms in areas()
        ],
        "columns": len(roles) + 1,
        "may_make": can_anywhere(user, Perm.MANAGE_PEOPLE),
        "waiting": waiting.rows(waiting.visible_changes(user).waiting().filter(kind__in=waiting.ABOUT_ROLES), user),
    }


def _holders(user: User) -> dict[str, set[UUID]]:
    """Role -> the active people who have it in a store whose people the asker sees. One query."""
    rows = apps.get_model("stores", "StoreRole").objects.filter(
        store__in=store_ids(user, Perm.VIEW_PEOPLE), group__user__is_active=True, group__user__is_system=False
    )
    found: dict[str, set[UUID]] = {}
    for role, person in rows.values_list("role", "group__user"):
        found.setdefault(role, set()).add(person)
    return found


def role_page(role: RoleEntry, user: User) -> dict[str, Any]:
    """The context of accounts/role.html: what it can see and do, and who has it in which store."""
    seen = queries.stores(store_ids(user, Perm.VIEW_PEOPLE))
    who: dict[UUID, list[User]] = {store.pk: [] for store in seen}
    for person, store in _who(role.key, list(who)):
        who[store].append(person)
    changes = waiting.visible_changes(user).filter(role=role.key, kind__in=waiting.ABOUT_ROLES)
    open_one = changes.waiting().first()
    return {
        "role": role,
        "areas": [
            {"title": title, "rights": [(perm, perm in role.perms) for perm in perms], "any": any(perm in role.perms for perm in perms)}
            for title, perms in areas()
        ],
        "who": [(store, who[store.pk]) for store in seen],
        "based_on": BUILT_IN.get(role.based_on),
        "waiting": open_one,
        "past": waiting.rows(changes.exclude(state=ChangeState.ASKED).order_by("-asked_at")[:20], user),
        "may_base": can_anywhere(user, Perm.MANAGE_PEOPLE),
        "may_edit": role.own and open_one is None and can_anywhere(user, Perm.MANAGE_PEOPLE) and not holds_anywhere(user, role.key),
        "holds_it": holds_anywhere(user, role.key),
        "held": User.objects.filter(groups__store_role__role=role.key).exists(),
    }


def _who(role: str, stores: list[UUID]) -> list[tuple[User, UUID]]:
    """Everybody with the role in one of the stores, by name."""
    store_role = apps.get_model("stores", "StoreRole")
    pairs = list(store_role.objects.filter(role=role, store__in=stores, group__user__is_system=False).values_list("group__user", "store"))
    people = {person.pk: person for person in User.objects.filter(pk__in={person for person, _ in pairs})}
    return sorted(((people[person], store) for person, store in pairs), key=lambda pair: (pair[0].name, str(pair[0].pk)))


# --- Teams ----------------------------------------------------------------------------------------------------------
def team_rows(user: User) -> list[dict[str, Any]]:
    """The teams, each with its stores, its members as far as the asker may see them, and whether they may change it."""
    seen = set(queries.visible_people(user).order_by().values_list("pk", flat=True))
    manages = set(store_ids(user, Perm.MANAGE_TEAMS))
    found = []
    for team in Team.objects.standing().visible_to(user).prefetch_related("stores", "members__shifts"):
        stores, members = list(team.stores.all()), list(team.members.all())
        visible = [member for member in members if member.pk in seen]
        found.append(
            {
                "team": team,
                "stores": stores,
                "members": [{"person": member, "works": works_now(member)} for member in visible],
                "hidden": len(members) - len(visible),
                "may_change": {store.pk for store in stores} <= manages,
            }
        )
    return found
