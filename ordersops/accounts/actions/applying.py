"""What an approved change does. Each checks, under lock, that things still are as they were when it was asked for."""

from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import IntegrityError
from django.utils import timezone

from ordersops.accounts.access import forget_rights
from ordersops.accounts.actions.grants import end_grant, grant
from ordersops.accounts.actions.syncing import sync_stores
from ordersops.accounts.catalogue import BUILT_IN, check_perms, role_named
from ordersops.accounts.models import CustomRole, RightsChange, User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid

STALE = "Somebody changed it meanwhile. Send this back, and ask anew for what should hold now."


def give(change: RightsChange, by: User) -> None:
    assert change.person is not None
    assert change.store is not None
    lock_own(change.role)
    role = role_named(change.role)
    if [role.name, role.fingerprint] != [change.content["name"], change.content["perms"]]:
        raise Conflict(f"The role {role.name} is not what it was when this was asked for. {STALE}")
    person = User.objects.select_for_update().get(pk=_person(change))
    grant(person, change.role, change.store, given_by=change.asked_by, approved_by=by, change=change)


def take(change: RightsChange, by: User) -> None:
    assert change.person is not None
    assert change.store is not None
    end_grant(change.person, change.role, change.store, by=by)


def reopen(change: RightsChange, by: User) -> None:
    person = User.objects.select_for_update().get(pk=_person(change))
    if person.is_active:
        raise Conflict(f"The account of {person} is open already.")
    if roles_of(person) != change.content["roles"]:
        raise Conflict(f"{person} has other roles than when this was asked for. {STALE}")
    person.is_active = True
    person.save(update_fields=["is_active"])
    forget_rights(person)
    record(Verb.PERSON_REOPENED, by=by, person=person, name=person.name)


def make(change: RightsChange, by: User) -> None:
    content = change.content
    perms = check_perms(content["perms"])
    if content["based_on"] not in BUILT_IN:
        role_named(content["based_on"])
    _must_be_free(content["name"])
    _save(CustomRole(key=change.role, name=content["name"], based_on=content["based_on"], perms=perms), new=True)
    sync_stores()
    record(Verb.ROLE_MADE, by=by, role=content["name"], rights=perms)


def edit(change: RightsChange, by: User) -> None:
    row = lock_own(change.role)
    if row is None or row.retired_at or [row.name, sorted(row.perms)] != [change.before["name"], change.before["perms"]]:
        raise Conflict(f"The role {change.before['name']} is not what it was when this was asked for. {STALE}")
    perms = check_perms(change.content["perms"])
    _must_be_free(change.content["name"], but=row.key)
    more, less = sorted(set(perms) - set(row.perms)), sorted(set(row.perms) - set(perms))
    row.name, row.perms = change.content["name"], perms
    _save(row)
    sync_stores()
    record(Verb.ROLE_CHANGED, by=by, role=row.name, more=more, less=less)


def retire(change: RightsChange, by: User) -> None:
    row = lock_own(change.role)
    if row is None or row.retired_at:
        raise Conflict("The role is retired already.")
    must_be_unheld(row)
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    Group.objects.filter(store_role__role=row.key).delete()
    record(Verb.ROLE_RETIRED, by=by, role=row.name)


def _person(change: RightsChange) -> UUID:
    assert change.person_id is not None
    return change.person_id


def must_be_unheld(row: CustomRole) -> None:
    if User.objects.filter(groups__store_role__role=row.key).exists():
        raise Conflict(f"Somebody still has the role {row.name}. Take it from everybody first.")


def roles_of(person: User) -> list[list[str]]:
    """[store, role] of each role in which the person is, in a fixed order."""
    rows = apps.get_model("stores", "StoreRole").objects.filter(group__user=person).values_list("store", "role")
    return sorted([str(store), role] for store, role in rows)


def lock_own(role: str) -> CustomRole | None:
    """The row of a role of one's own, locked: giving it and changing it wait for each other."""
    return CustomRole.objects.select_for_update().filter(key=role).first()


def _must_be_free(name: str, but: str = "") -> None:
    taken = any(role.name.casefold() == name.casefold() for role in BUILT_IN.values())
    if taken or CustomRole.objects.filter(name__iexact=name, retired_at=None).exclude(key=but).exists():
        raise Conflict(f"There is a role “{name}” by now. Send this back, and ask for another name.")


def _save(row: CustomRole, *, new: bool = False) -> None:
    try:
        with atomic():
            row.save(force_insert=new)
    except IntegrityError:
        raise Invalid(f"There is a role “{row.name}” already.") from None
