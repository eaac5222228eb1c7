"""Verbs about people and roles."""

from typing import Any

import pytest
from django.core.management import call_command

from ordersops.accounts.access import can, rights
from ordersops.accounts.actions import deactivate, give_role, invite, make_role_groups, sync_roles, take_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.models import Event
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.stores.models import Store, StoreGroupPermission, StoreRole

pytestmark = pytest.mark.django_db


def again(person: User) -> User:
    """The person as the next request sees them."""
    return User.objects.get(pk=person.pk)


def verbs(person: User) -> list[str]:
    return list(Event.objects.filter(stream=f"user:{person.pk}").order_by("seq").values_list("verb", flat=True))


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


# --- Inviting -------------------------------------------------------------------------------------------------------
def test_invite_makes_an_account_without_rights(admin: User) -> None:
    person = invite(email=" New@Desk.Example ", name=" Neda Wu ", by=admin, password="a quiet long passphrase")
    assert (person.email, person.name) == ("new@desk.example", "Neda Wu")
    assert rights(person) == {}
    assert person.check_password("a quiet long passphrase")
    assert verbs(person) == ["person.invited"]


@pytest.mark.parametrize(
    ("email", "name", "password"),
    [
        ("not an address", "Neda", None),
        ("neda@desk.example", " ", None),
        ("neda@desk.example", "Neda", "short"),
        ("neda@desk.example", "Neda", "password1234"),
    ],
)
def test_invite_refuses_what_cannot_be_used(admin: User, email: str, name: str, password: str | None) -> None:
    with pytest.raises(Invalid):
        invite(email=email, name=name, by=admin, password=password)


def test_invite_twice_conflicts(admin: User) -> None:
    invite(email="neda@desk.example", name="Neda", by=admin)
    with pytest.raises(Conflict):
        invite(email="NEDA@desk.example", name="Neda", by=admin)


def test_invite_needs_the_right(supervisor: User) -> None:
    with pytest.raises(Forbidden):
        invite(email="neda@desk.example", name="Neda", by=supervisor)


# --- Giving and taking ----------------------------------------------------------------------------------------------
def test_give_role_is_recorded_once(admin: User, make_person: Any, store: Store) -> None:
    person = make_person()
    give_role(person=person, role=Role.FRAUD_REVIEWER, store=store, by=admin)
    give_role(person=person, role=Role.FRAUD_REVIEWER, store=store, by=admin)
    assert can(again(person), Perm.DECIDE_FRAUD, store.pk)
    assert verbs(person) == ["person.invited", "person.role_given"]


def test_give_role_needs_the_right_in_that_store(admin: User, make_person: Any, other_store: Store) -> None:
    with pytest.raises(Forbidden):
        give_role(person=make_person(), role=Role.ADMIN, store=other_store, by=admin)


def test_nobody_changes_their_own_roles(admin: User, store: Store) -> None:
    with pytest.raises(Forbidden, match="own roles"):
        give_role(person=admin, role=Role.SUPERVISOR, store=store, by=admin)
    with pytest.raises(Forbidden, match="own roles"):
        take_role(person=admin, role=Role.ADMIN, store=store, by=admin)
    assert Event.objects.filter(stream=f"refused:{admin.pk}").count() == 2


def test_an_unknown_role_is_refused(admin: User, make_person: Any, store: Store) -> None:
    with pytest.raises(Invalid):
        give_role(person=make_person(), role="emperor", store=store, by=admin)


def test_take_role(admin: User, make_person: Any, store: Store) -> None:
    person = make_person(Role.OPS_REVIEWER, store)
    take_role(person=person, role=Role.OPS_REVIEWER, store=store, by=admin)
    assert rights(again(person)) == {}
    assert verbs(person)[-1] == "person.role_taken"
    with pytest.raises(Conflict):
        take_role(person=person, role=Role.OPS_REVIEWER, store=store, by=admin)


def test_the_last_admin_stays(admin: User, make_person: Any, store: Store, system: User) -> None:
    with pytest.raises(Conflict, match="last admin"):
        take_role(person=admin, role=Role.ADMIN, store=store, by=system)
    second = make_person(Role.ADMIN, store)
    take_role(person=admin, role=Role.ADMIN, store=store, by=second)
    with pytest.raises(Conflict, match="last admin"):
        deactivate(person=second, by=system)


# --- Ending access --------------------------------------------------------------------------------------------------
def test_deactivate(admin: User, make_person: Any, store: Store) -> None:
    person = make_person(Role.FRAUD_REVIEWER, store)
    deactivate(person=person, by=admin)
    assert not again(person).is_active
    assert rights(again(person)) == {}
    assert verbs(person)[-1] == "person.deactivated"
    with pytest.raises(Conflict):
        deactivate(person=person, by=admin)
    with pytest.raises(Conflict):
        give_role(person=again(person), role=Role.AUDITOR, store=store, by=admin)


def test_deactivate_needs_the_right_in_every_store_of_the_person(admin: User, make_person: Any, store: Store, other_store: Store) -> None:
    with pytest.raises(Forbidden):
        deactivate(person=make_person(Role.AUDITOR, store, other_store), by=admin)


def test_nobody_deactivates_themselves_or_the_system(admin: User, make_person: Any, store: Store, system: User) -> None:
    make_person(Role.ADMIN, store)
    with pytest.raises(Forbidden):
        deactivate(person=admin, by=admin)
    with pytest.raises(Conflict):
        deactivate(person=system, by=admin)
