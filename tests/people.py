"""Stores and people for tests, made by the same verbs as in the product."""

from collections.abc import Callable
from itertools import count
from typing import Protocol

import pytest

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm, Role
from ordersops.stores.actions import connect
from ordersops.stores.models import Store, StoreGroupPermission

_number = count(1)  # in names with zeros before it: no name is the beginning of another


class MakePerson(Protocol):
    def __call__(self, role: Role | None = None, *stores: Store, name: str = "") -> User: ...


class MakeStore(Protocol):
    def __call__(self, platform: str = "generic", *, name: str = "", currency: str = "USD", callback_url: str = "") -> Store: ...


@pytest.fixture
def system(db: None) -> User:
    """The user as whom automation acts."""
    return sync_roles()


@pytest.fixture
def make_store(system: User) -> MakeStore:
    """A store with its roles: `make_store("shopify")`."""

    def make(platform: str = "generic", *, name: str = "", currency: str = "USD", callback_url: str = "") -> Store:
        return connect(name=name or f"Store {next(_number):04}", platform=platform, by=system, currency=currency, callback_url=callback_url)

    return make


@pytest.fixture
def make_person(system: User) -> MakePerson:
    """A person with a role in stores: `make_person(Role.AUDITOR, store)`. They have no password: use `client.force_login`."""

    def make(role: Role | None = None, *stores: Store, name: str = "") -> User:
        number = next(_number)
        person = invite(email=f"person{number}@test.example", name=name or f"Person {number:04}", by=system)
        for store in stores:
            if role is not None:
                give_role(person=person, role=role, store=store, by=system)
        return person

    return make


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    """A store on the generic platform."""
    return make_store("generic")


@pytest.fixture
def shopify_store(make_store: MakeStore) -> Store:
    return make_store("shopify")


@pytest.fixture
def other_store(make_store: MakeStore) -> Store:
    """A store in which the people of `store` have no role."""
    return make_store("generic")


def _with(role: Role) -> Callable[[MakePerson, Store], User]:
    @pytest.fixture
    def person(make_person: MakePerson, store: Store) -> User:
        return make_person(role, store, name=role.label)

    return person


@pytest.fixture
def other_admin(make_person: MakePerson, store: Store) -> User:
    """A second admin of `store`: a change of rights takes two."""
    return make_person(Role.ADMIN, store, name="Other admin")


@pytest.fixture
def order_clerk(make_person: MakePerson, store: Store) -> User:
    """Somebody who looks orders up and does nothing else: a role that an installation narrowed."""
    person = make_person(Role.SUPPORT_AGENT, store, name="Order clerk")
    only_orders(person)
    return person


def only_orders(person: User) -> None:
    """Take from the person's roles every right but that to see orders."""
    StoreGroupPermission.objects.filter(group__user=person).exclude(permission__codename=Perm.VIEW_ORDERS).delete()


# One person for each role, in `store`.
fraud_reviewer = _with(Role.FRAUD_REVIEWER)
senior_fraud_reviewer = _with(Role.SENIOR_FRAUD_REVIEWER)
ops_reviewer = _with(Role.OPS_REVIEWER)
returns_reviewer = _with(Role.RETURNS_REVIEWER)
support_agent = _with(Role.SUPPORT_AGENT)
supervisor = _with(Role.SUPERVISOR)
auditor = _with(Role.AUDITOR)
admin = _with(Role.ADMIN)
