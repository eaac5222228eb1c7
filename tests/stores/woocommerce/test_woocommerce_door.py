"""What WooCommerce's sender does that others do not (webhooks.md 6.2, 1 to 5), through the door."""

from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from ordersops.intake import door
from ordersops.intake.jobs import drain
from ordersops.intake.models import Delivery, Pulse
from ordersops.orders.models import Order
from ordersops.stores.forms import ConnectForm
from ordersops.stores.models import Store
from ordersops.stores.platforms.woocommerce import WooCommerce
from tests.people import MakeStore
from tests.stores.woocommerce.documents import encode, order, sent

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def fresh_door() -> None:
    door._known.clear()


@pytest.fixture
def shop(make_store: MakeStore) -> Store:
    return make_store("woocommerce", currency="EUR")


def post(store: Store, document: Any, topic: str = "order.updated", *, slash: str = "/", delivery: str = "same-second") -> HttpResponse:
    body = encode(document)
    headers = sent(body, topic, secret=store.webhook_secret, delivery=delivery)
    return Client().post(store.endpoint_path + slash, body, content_type="application/json", headers=headers)


def ping(store: Store, body: bytes, **headers: str) -> HttpResponse:
    return Client().post(store.endpoint_path, body, content_type=FORM, headers=headers)


def test_two_orders_of_one_second_are_both_kept_though_their_delivery_id_is_the_same(shop: Store) -> None:
    for number in (1, 2):
        assert post(shop, order(id=number, number=str(number))).status_code == 200
    assert post(shop, order(id=1, number="1")).status_code == 200
    assert sorted(Delivery.objects.values_list("resource", "duplicates")) == [("order:1", 1), ("order:2", 0)]
    drain()
    assert sorted(Order.objects.values_list("number", flat=True)) == ["1", "2"]


def test_a_change_within_the_second_is_another_delivery(shop: Store) -> None:
    post(shop, order(status="pending", date_paid=None, date_paid_gmt=None))
    post(shop, order())
    drain()
    assert Delivery.objects.count() == 2
    assert Order.objects.get().payment == "paid"


def test_a_second_deletion_is_another_delivery(shop: Store) -> None:
    post(shop, order())
    for delivery in ("one", "one", "two"):
        post(shop, {"id": 727}, "order.deleted", delivery=delivery)
    drain()
    assert sorted(Delivery.objects.values_list("topic", "duplicates", "state")) == [
        ("order.deleted", 0, "done"), ("order.deleted", 1, "done"), ("order.updated", 0, "done"),
    ]  # fmt: skip


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("redirecting", ["SECURE_SSL_REDIRECT", "APPEND_SLASH"])
def test_it_is_never_redirected_as_it_takes_that_for_success(shop: Store, settings: Any, slash: str, redirecting: str) -> None:
    setattr(settings, redirecting, True)
    assert post(shop, order(), slash=slash).status_code == 200
    assert Delivery.objects.count() == 1


def test_the_ping_of_a_new_webhook_gets_200_and_leaves_nothing(shop: Store) -> None:
    answer = ping(shop, b"webhook_id=42")
    assert (answer.status_code, answer.content) == (200, b"")
    assert not Delivery.objects.exists()
    assert not Pulse.objects.filter(bad_signatures__gt=0).exists()


@pytest.mark.parametrize("body", [b"webhook_id=42&id=1", b"webhook_id=", b"webhook_id=4\n", b"", b'{"webhook_id":4}'])
def test_what_only_looks_like_a_ping_is_unsigned(shop: Store, body: bytes) -> None:
    assert ping(shop, body).status_code == 401


def test_a_ping_with_a_topic_or_at_another_platform_is_unsigned(shop: Store, shopify_store: Store, store: Store) -> None:
    assert ping(shop, b"webhook_id=42", **{"x-wc-webhook-topic": "order.created"}).status_code == 401
    assert [ping(other, b"webhook_id=42").status_code for other in (shopify_store, store)] == [401, 401]


def test_secrets_are_letters_and_digits() -> None:
    adapter = WooCommerce()
    made = adapter.new_secret()
    assert made.isascii()
    assert made.isalnum()
    assert adapter.secret_problem(made) == ""
    assert all(adapter.secret_problem(secret) for secret in ("short", "a" * 20 + "&", "a" * 20 + "<", "é" * 20, "", "a" * 20 + "\n"))


def test_it_is_offered_where_stores_are_connected(system: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert ("woocommerce", "WooCommerce") in ConnectForm().fields["platform"].choices  # type: ignore[attr-defined]
    call_command("connect_store", "--platform", "woocommerce", "--name", "Wool")
    assert Store.objects.get(name="Wool").platform == "woocommerce"
    assert "/hooks/" in capsys.readouterr().out
