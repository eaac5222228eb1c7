"""Who has which role: the group says it, the grant says since when and on whose word. Both are written here alone."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.utils import timezone

from ordersops.accounts.access import forget_rights, require
from ordersops.accounts.actions.rules import refused
from ordersops.accounts.catalogue import role_named
from ordersops.accounts.models import Grant, RightsChange, User
from ordersops.accounts.roles import Perm, Role
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict

if TYPE_CHECKING:
    from ordersops.stores.models import Store, StoreRole


@atomic
def give_role(*, person: User, role: str, store: "Store", by: User) -> None:
    """Give the person a role at once. By the system user alone: people ask for it (ask_give). Giving one that the person has does nothing."""
    _only_the_system(by, store, person, to="give roles")
    grant(person, role, store, given_by=by)


@atomic
def take_role(*, person: User, role: str, store: "Store", by: User) -> None:
    """Take a role away at once. By the system user alone: people ask for it (ask_take).

    Raises Conflict if the person does not have it, or is the store's last admin.
    """
    _only_the_system(by, store, person, to="take roles")
    end_grant(person, role, store, by=by)


def first_admin(*, store: "Store", by: User) -> None:
    """Who connects a store is its first admin: nobody has a right in it otherwise. In the caller's unit."""
    if Grant.objects.filter(store=store).exists():
        raise Conflict(f"{store} has had people already. A role in it takes two people.")
    grant(by, Role.ADMIN, store, given_by=by)


# --- Written by the verbs -------------------------------------------------------------------------------------------
def grant(
    person: User, role: str, store: "Store", *, given_by: User, approved_by: User | None = None, change: RightsChange | None = None
) -> None:
    """Put the person into the role's group, with the grant that says why. Nothing where they have it."""
    name = role_named(role).name
    held = lock_role(store, role)
    if not person.is_active or person.is_system:
        raise Conflict(f"{person} cannot sign in, so a role would have no meaning.")
    if held.group.user_set.filter(pk=person.pk).exists():
        return
    person.groups.add(held.group)
    Grant.objects.create(
        person=person, store=store, role=role, since=timezone.now(), given_by=given_by, approved_by=approved_by, change=change
    )
    forget_rights(person)
    record(Verb.ROLE_GIVEN, by=approved_by or given_by, person=person, store=store, name=person.name, role=name)


def end_grant(person: User, role: str, store: "Store", *, by: User) -> None:
    """Take the person out of the role's group. Conflict if they are not in it, or are the store's last admin."""
    name = role_named(role).name
    held = lock_role(store, role)
    if not person.groups.filter(pk=held.group_id).exists():
        raise Conflict(f"{person} is not {name.lower()} in {store}. Reload to see the roles as they are now.")
    keep_an_admin(held, person)
    person.groups.remove(held.group)
    Grant.objects.filter(person=person, store=store, role=role, ended_at=None).update(ended_at=timezone.now(), ended_by=by)
    forget_rights(person)
    record(Verb.ROLE_TAKEN, by=by, person=person, store=store, name=person.name, role=name)


def lock_role(store: "Store", role: str) -> "StoreRole":
    """The store's row of the role, locked: two people who take the last two admins away wait for each other here."""
    store_role = apps.get_model("stores", "StoreRole")
    try:
        found: StoreRole = store_role.objects.select_for_update(of=("self",)).select_related("group", "store").get(store=store, role=role)
    except store_role.DoesNotExist:
        raise Conflict(f"{store} has no such role yet: run manage.py sync_roles.") from None
    return found


def keep_an_admin(held: "StoreRole", person: User) -> None:
    if held.role == Role.ADMIN and not User.objects.filter(groups=held.group_id, is_active=True).exclude(pk=person.pk).exists():
        raise Conflict(f"{person} is the last admin of {held.store}. Make somebody else admin first.")


def _only_the_system(by: User, store: "Store", person: User, *, to: str) -> None:
    if by.is_system:
        return
    require(by, Perm.MANAGE_PEOPLE, store.pk, to=to, person=person)
    raise refused(by, "A change of rights takes two people: ask for it, and somebody else approves it.", store=store.pk, person=person)
