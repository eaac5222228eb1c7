"""Connecting a store, changing it, replacing its secret."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ordersops.accounts.access import can
from ordersops.accounts.actions import sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm, Role
from ordersops.audit.models import Event
from ordersops.errors import Forbidden, Invalid
from ordersops.stores.actions import connect, rotate_secret, update
from ordersops.stores.models import Store, StoreRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def system() -> User:
    return sync_roles()


@pytest.fixture
def store(system: User) -> Store:
    return connect(name="Lamps", platform="shopify", by=system, currency="eur", time_zone="Europe/Berlin")


def person(name: str, store: Store | None = None, role: Role = Role.ADMIN) -> User:
    user = User.objects.create_user(f"{name}@example.com", name=name)
    if store:
        StoreRole.objects.get(store=store, role=role).group.user_set.add(user)
    return user


def told(verb: str) -> list[Event]:
    return list(Event.objects.filter(verb=verb))


def test_connect_makes_a_store_with_secret_and_roles(store: Store) -> None:
    kept = Store.objects.get()
    assert (kept.name, kept.platform, kept.currency, kept.time_zone) == ("Lamps", "shopify", "EUR", "Europe/Berlin")
    assert kept.active_secrets() == [store.webhook_secret]
    assert len(store.webhook_secret) == 64
    assert set(kept.roles.values_list("role", flat=True)) == set(Role.values)
    (event,) = told("store.connected")
    assert (event.store_id, event.data) == (kept.pk, {"name": "Lamps", "platform": "Shopify"})
    assert store.webhook_secret not in json.dumps(event.data)


def test_connect_takes_the_senders_secret(system: User) -> None:
    assert connect(name="A", platform="shopify", by=system, secret="hush-hush-hush").webhook_secret == "hush-hush-hush"
    generic = "whsec_" + "QUJD" * 8
    assert connect(name="B", platform="generic", by=system, secret=generic).webhook_secret == generic


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"platform": "etsy"}, "There is no platform “etsy”"),
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 121}, "needs a name"),
        ({"name": "LAMPS"}, "named “LAMPS” already"),
        ({"currency": "EURO"}, "not a currency code"),
        ({"time_zone": "Berlin"}, "not a time zone"),
        ({"time_zone": "../../etc/passwd"}, "not a time zone"),
        ({"secret": "short"}, "at least 8 printable"),
        ({"platform": "generic", "secret": "plain-text-secret"}, "whsec_"),
        ({"callback_url": "ftp://x"}, "callback address"),
    ],
)
def test_connect_names_what_it_does_not_take(store: Store, system: User, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid, match=message):
        connect(**{"name": "Other", "platform": "shopify", "by": system, **changes})
    assert Store.objects.count() == 1
    assert len(told("store.connected")) == 1


def test_connect_needs_the_right_somewhere(store: Store) -> None:
    for user in (person("nobody"), person("reviewer", store, Role.FRAUD_REVIEWER)):
        with pytest.raises(Forbidden, match="You may not connect a store"):
            connect(name="Other", platform="generic", by=user)
    admin = person("admin", store)
    second = connect(name="Other", platform="generic", by=admin)
    assert can(admin, Perm.MANAGE_STORES, second.pk)
    assert can(User.objects.get(pk=admin.pk), Perm.MANAGE_STORES, second.pk)


def test_a_superuser_connects_the_first_store_only(system: User) -> None:
    root = User.objects.create_user("root@example.com", name="Root", is_superuser=True)
    connect(name="First", platform="generic", by=root)
    other = User.objects.create_user("root2@example.com", name="Root 2", is_superuser=True)
    with pytest.raises(Forbidden):
        connect(name="Second", platform="generic", by=other)


def test_rotate_keeps_the_old_secret_for_a_while(store: Store) -> None:
    admin, old = person("admin", store), store.webhook_secret
    fresh = rotate_secret(store=store, by=admin)
    kept = Store.objects.get()
    assert fresh != old
    assert kept.active_secrets() == [fresh, old]
    assert kept.active_secrets(timezone.now() + timedelta(hours=25)) == [fresh]
    (event,) = told("store.secret_rotated")
    assert event.data["until"]


def test_rotate_without_grace_ends_the_old_secret(store: Store) -> None:
    fresh = rotate_secret(store=store, by=person("admin", store), secret="another-secret", grace=timedelta(0))
    assert fresh == "another-secret"
    assert Store.objects.get().active_secrets() == ["another-secret"]


def test_rotate_refuses_what_helps_nobody(store: Store) -> None:
    admin = person("admin", store)
    with pytest.raises(Invalid, match="in use already"):
        rotate_secret(store=store, by=admin, secret=store.webhook_secret)
    with pytest.raises(Invalid, match="up to 7 days"):
        rotate_secret(store=store, by=admin, grace=timedelta(days=8))
    with pytest.raises(Invalid, match="was not taken"):
        rotate_secret(store=store, by=admin, secret="x y")
    with pytest.raises(Forbidden):
        rotate_secret(store=store, by=person("auditor", store, Role.AUDITOR))
    assert Store.objects.get().active_secrets() == [store.webhook_secret]


def test_update_changes_what_is_given_and_says_so(store: Store) -> None:
    admin = person("admin", store)
    update(store=store, by=admin, name="  Lamps   and more ", callback_url="https://shop.example.com/cb?token=1", is_active=False)
    kept = Store.objects.get()
    assert (kept.name, kept.callback_url, kept.is_active) == ("Lamps and more", "https://shop.example.com/cb?token=1", False)
    (event,) = told("store.updated")
    assert event.data["changed"] == {
        "name": {"before": "Lamps", "after": "Lamps and more"},
        "callback_url": {"changed": True},
        "is_active": {"before": True, "after": False},
    }
    update(store=store, by=admin, name="Lamps and more", is_active=False)
    assert len(told("store.updated")) == 1


def test_update_needs_the_right_in_that_store(store: Store, system: User) -> None:
    other = connect(name="Other", platform="generic", by=system)
    with pytest.raises(Forbidden):
        update(store=store, by=person("admin of the other".replace(" ", "."), other), name="Mine")
    with pytest.raises(Invalid, match="named “Other” already"):
        update(store=store, by=person("admin", store), name="other".capitalize())


def test_the_command_prints_endpoint_and_secret(system: User) -> None:
    out = StringIO()
    call_command("connect_store", platform="generic", name="Shop", currency="EUR", json=True, stdout=out)
    printed, kept = json.loads(out.getvalue()), Store.objects.get()
    assert printed["endpoint_path"] == kept.endpoint_path
    assert printed["secret"] == kept.webhook_secret
    assert printed["endpoint_url"].endswith(kept.endpoint_path)
    call_command("connect_store", "--platform", "shopify", "--name", "Second", "--secret", "a-good-secret", stdout=out)
    assert "a-good-secret" in out.getvalue()
    with pytest.raises(CommandError, match="named “Shop” already"):
        call_command("connect_store", platform="generic", name="Shop", stdout=out)


def test_the_command_says_when_roles_are_missing() -> None:
    with pytest.raises(CommandError, match="sync_roles"):
        call_command("connect_store", platform="generic", name="Shop")
