"""A secret is shown once, in the answer to the request that made it."""

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.stores.models import Store

pytestmark = pytest.mark.django_db


def everywhere(client: Client, *more: str) -> str:
    """All pages that could show it, as one text."""
    urls = ["/", "/stores/", "/intake/", "/audit/", "/people/", *more]
    return "".join(client.get(url).content.decode() for url in urls)


def test_a_store_is_connected_and_its_secret_shown_once(client: Client, admin: User) -> None:
    client.force_login(admin)
    data = {"name": "North Shop", "platform": "generic", "currency": "EUR", "time_zone": "Europe/Berlin"}
    answer = client.post(reverse("store_connect"), data)
    store = Store.objects.get(name="North Shop")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert store.webhook_secret in text
    assert store.endpoint_path in text
    assert "no-store" in answer["Cache-Control"]
    later = everywhere(client, reverse("store", args=[store.pk]))
    assert store.webhook_secret not in later
    assert store.webhook_secret[-4:] in later
    assert store.webhook_secret not in str(dict(client.session))


def test_a_rotated_secret_is_shown_once(client: Client, admin: User, store: Store) -> None:
    client.force_login(admin)
    before = store.webhook_secret
    answer = client.post(reverse("store_rotate", args=[store.pk]))
    store.refresh_from_db()
    assert store.webhook_secret != before
    assert store.webhook_secret in answer.content.decode()
    assert before not in answer.content.decode()
    later = everywhere(client, reverse("store", args=[store.pk]))
    assert store.webhook_secret not in later
    assert before not in later


def test_a_secret_that_was_typed_is_not_sent_back(client: Client, admin: User, store: Store) -> None:
    client.force_login(admin)
    data = {"name": store.name, "platform": "shopify", "currency": "EUR", "time_zone": "UTC", "secret": "typed-in-secret-of-the-platform"}
    answer = client.post(reverse("store_connect"), data)
    assert answer.status_code == 422  # the name is taken
    assert "typed-in-secret-of-the-platform" not in answer.content.decode()


def test_the_address_is_for_those_who_change_the_connection(client: Client, supervisor: User, store: Store) -> None:
    client.force_login(supervisor)
    text = client.get(reverse("store", args=[store.pk])).content.decode()
    assert str(store.endpoint_id) not in text
    assert store.webhook_secret[-4:] not in text


def test_a_store_is_changed(client: Client, admin: User, store: Store) -> None:
    client.force_login(admin)
    assert client.post(reverse("store", args=[store.pk]), {"name": "South Shop", "is_active": "on"}).status_code == 303
    store.refresh_from_db()
    assert (store.name, store.is_active) == ("South Shop", True)
