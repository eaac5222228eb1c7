"""Roles of one's own: made, changed and retired by two people, none of whom gains by it."""

from typing import Any

import pytest
from django.core.management import call_command

from ordersops.accounts.access import can, rights
from ordersops.accounts.actions import approve, ask_edit, ask_give, ask_make, ask_retire, give_role
from ordersops.accounts.catalogue import all_roles
from ordersops.accounts.models import CustomRole, User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.stores.models import Store

pytestmark = pytest.mark.django_db
WHY = "For the nights"


def again(person: User) -> User:
    return User.objects.get(pk=person.pk)


def made(admin: User, other_admin: User, perms: list[str], name: str = "Night watch") -> str:
    return approve(change=ask_make(name=name, based_on=Role.AUDITOR, perms=perms, by=admin, why=WHY), by=other_admin).role


def test_a_made_role_gives_nothing_until_it_is_given(
    admin: User, other_admin: User, make_person: Any, store: Store, other_store: Store
) -> None:
    person = make_person()
    change = ask_make(name="Night watch", based_on=Role.AUDITOR, perms=["view_orders", "place_hold"], by=admin, why=WHY)
    assert change.role not in all_roles()
    with pytest.raises(Forbidden):
        approve(change=change, by=admin)
    approve(change=change, by=other_admin)
    assert rights(again(person)) == {}
    approve(change=ask_give(person=person, role=change.role, store=store, by=admin, why=WHY), by=other_admin)
    assert rights(again(person)) == {store.pk: {Perm.VIEW_ORDERS, Perm.PLACE_HOLD}}
    call_command("sync_roles", verbosity=0)
    assert rights(again(person)) == {store.pk: {Perm.VIEW_ORDERS, Perm.PLACE_HOLD}}


def test_changing_it_changes_it_for_all_who_have_it_at_once(
    admin: User, other_admin: User, make_person: Any, store: Store, system: User
) -> None:
    key, person = made(admin, other_admin, ["view_orders"]), make_person()
    give_role(person=person, role=key, store=store, by=system)
    change = ask_edit(role=key, name="Day watch", perms=["view_cases"], by=admin, why=WHY)
    assert rights(again(person))[store.pk] == {Perm.VIEW_ORDERS}
    approve(change=change, by=other_admin)
    assert rights(again(person))[store.pk] == {Perm.VIEW_CASES}
    assert all_roles()[key].name == "Day watch"


def test_who_holds_a_role_neither_asks_nor_approves_nor_has_asked(
    admin: User, other_admin: User, make_person: Any, store: Store, system: User
) -> None:
    key, third = made(admin, other_admin, ["view_orders"]), make_person(Role.ADMIN, store)
    give_role(person=third, role=key, store=store, by=system)
    with pytest.raises(Forbidden, match="hold this role"):
        ask_edit(role=key, name="Night watch", perms=["override"], by=third, why=WHY)
    change = ask_edit(role=key, name="Night watch", perms=["override"], by=admin, why=WHY)
    with pytest.raises(Forbidden, match="hold this role"):
        approve(change=change, by=third)
    give_role(person=admin, role=key, store=store, by=system)  # meanwhile who asked has become somebody concerned
    with pytest.raises(Conflict, match="may not do so any more"):
        approve(change=change, by=other_admin)
    assert not can(again(third), Perm.OVERRIDE, store.pk)


def test_it_needs_the_right_in_every_store_in_which_somebody_has_it(
    admin: User, other_admin: User, make_person: Any, store: Store, other_store: Store, system: User
) -> None:
    key = made(admin, other_admin, ["view_orders"])
    change = ask_edit(role=key, name="Night watch", perms=["override"], by=admin, why=WHY)
    give_role(person=make_person(), role=key, store=other_store, by=system)
    with pytest.raises(Forbidden):
        approve(change=change, by=other_admin)
    with pytest.raises(Forbidden):
        ask_retire(role=key, by=admin, why=WHY)


def test_power_over_rights_goes_only_with_what_admin_has(admin: User, other_admin: User) -> None:
    with pytest.raises(Invalid, match="only with rights that Admin has"):
        made(admin, other_admin, ["manage_people", "override"])
    key = made(admin, other_admin, ["manage_people", "view_people"])
    assert all_roles()[key].perms < ROLES[Role.ADMIN]
    with pytest.raises(Invalid, match="only with rights that Admin has"):
        ask_edit(role=key, name="Night watch", perms=["manage_people", "view_people", "refund"], by=admin, why=WHY)


def test_a_role_that_changed_since_is_not_given(admin: User, other_admin: User, make_person: Any, store: Store) -> None:
    """Asked for while it was narrow, approved once it is wide: refused."""
    key, person = made(admin, other_admin, ["view_orders"]), make_person()
    change = ask_give(person=person, role=key, store=store, by=admin, why=WHY)
    approve(change=ask_edit(role=key, name="Night watch", perms=["override", "refund"], by=admin, why=WHY), by=other_admin)
    with pytest.raises(Conflict, match="not what it was"):
        approve(change=change, by=other_admin)
    assert rights(again(person)) == {}


def test_two_changes_of_a_role_do_not_meet(admin: User, other_admin: User) -> None:
    key = made(admin, other_admin, ["view_orders"])
    ask_edit(role=key, name="Night watch", perms=["view_cases"], by=admin, why=WHY)
    with pytest.raises(Conflict, match="already"):
        ask_edit(role=key, name="Night watch", perms=["place_hold"], by=other_admin, why=WHY)


@pytest.mark.parametrize(("name", "perms"), [("Night", []), ("Night", ["fly"]), ("N", ["view_orders"]), ("auditor", ["view_orders"])])
def test_what_makes_no_role(admin: User, name: str, perms: list[str]) -> None:
    with pytest.raises(Invalid):
        ask_make(name=name, based_on=Role.AUDITOR, perms=perms, by=admin, why=WHY)


def test_the_products_own_roles_stay(admin: User) -> None:
    with pytest.raises(Invalid, match="part of the product"):
        ask_edit(role=Role.ADMIN, name="Admin", perms=["override"], by=admin, why=WHY)
    with pytest.raises(Invalid, match="part of the product"):
        ask_retire(role=Role.AUDITOR, by=admin, why=WHY)


def test_retiring_a_role_that_nobody_has(admin: User, other_admin: User, make_person: Any, store: Store, system: User) -> None:
    key = made(admin, other_admin, ["view_orders"])
    change = ask_retire(role=key, by=admin, why=WHY)
    give_role(person=make_person(), role=key, store=store, by=system)
    with pytest.raises(Conflict, match="still has"):
        approve(change=change, by=other_admin)
    other = made(admin, other_admin, ["view_orders"], name="Day watch")
    approve(change=ask_retire(role=other, by=admin, why=WHY), by=other_admin)
    assert other not in all_roles()
    assert CustomRole.objects.get(key=other).retired_at
    with pytest.raises(Invalid):
        ask_give(person=make_person(), role=other, store=store, by=admin, why=WHY)
