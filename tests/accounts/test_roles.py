"""The table of roles, and the groups that are made from it."""

from typing import Any

import pytest
from django.core.management import call_command

from ordersops.accounts.access import can, rights
from ordersops.accounts.actions import give_role, make_role_groups, sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, WORDS, Perm, Role, areas
from ordersops.stores.models import Store, StoreGroupPermission, StoreRole

pytestmark = pytest.mark.django_db


def again(person: User) -> User:
    """The person as the next request sees them."""
    return User.objects.get(pk=person.pk)


# --- The table ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", Role)
def test_a_role_has_exactly_the_rights_of_the_table(role: Role, make_person: Any, store: Store, other_store: Store) -> None:
    person = make_person(role, store)
    assert rights(again(person)) == {store.pk: ROLES[role]}


def test_roles_add_up(make_person: Any, store: Store, system: User) -> None:
    person = make_person(Role.AUDITOR, store)
    give_role(person=person, role=Role.OPS_REVIEWER, store=store, by=system)
    assert rights(again(person))[store.pk] == ROLES[Role.AUDITOR] | ROLES[Role.OPS_REVIEWER]


def test_sync_repairs_and_then_changes_nothing(make_person: Any, store: Store) -> None:
    auditor = StoreRole.objects.get(store=store, role=Role.AUDITOR).group
    decide = StoreGroupPermission.objects.filter(permission__codename=Perm.DECIDE_FRAUD).first()
    assert decide is not None
    StoreGroupPermission.objects.create(content_object=store, group=auditor, permission=decide.permission)
    StoreGroupPermission.objects.filter(group=auditor, permission__codename=Perm.EXPORT_AUDIT).delete()
    person = make_person(Role.AUDITOR, store)
    call_command("sync_roles", verbosity=0)
    assert rights(again(person))[store.pk] == ROLES[Role.AUDITOR]
    before = set(StoreGroupPermission.objects.values_list("pk", flat=True))
    sync_roles()
    assert set(StoreGroupPermission.objects.values_list("pk", flat=True)) == before


def test_sync_forgets_a_role_that_is_not_in_the_table(make_person: Any, store: Store) -> None:
    held = StoreRole.objects.get(store=store, role=Role.AUDITOR)
    StoreRole.objects.filter(pk=held.pk).update(role="emperor")
    sync_roles()
    assert not StoreRole.objects.filter(role="emperor").exists()
    make_role_groups(store)
    assert StoreRole.objects.filter(store=store).count() == len(Role)


def test_the_system_holds_and_never_decides(system: User, store: Store) -> None:
    assert can(system, Perm.PLACE_HOLD, store.pk)
    assert not can(system, Perm.DECIDE_FRAUD, store.pk)
    assert not can(system, Perm.RELEASE_HOLD, store.pk)
    assert not system.has_usable_password()


def test_every_right_stands_in_one_area_and_every_role_has_words() -> None:
    placed = [perm for _, perms in areas() for perm in perms]
    assert sorted(placed) == sorted(Perm)
    assert set(WORDS) == set(Role)


def test_who_gives_rights_decides_nothing() -> None:
    """The two sides of separated duties: the built-in role that gives rights holds none that acts on orders or cases."""
    assert not ROLES[Role.ADMIN] & {Perm.DECIDE_FRAUD, Perm.OVERRIDE, Perm.REFUND, Perm.APPROVE_SECOND, Perm.APPROVE_POLICY}
    assert [role for role in Role if Perm.MANAGE_PEOPLE in ROLES[role]] == [Role.ADMIN]
