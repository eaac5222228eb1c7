"""A store sends what was erased again: by webhook, by polling, late, or for the first time. The person is not written back."""

import copy
import json
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.ids import uuid7
from ordersops.intake.jobs import drain
from ordersops.intake.models import Delivery
from ordersops.orders.forgetting import impersonal, tombstone
from ordersops.orders.models import Customer, Order, Refund, Revision
from ordersops.privacy import actions
from ordersops.privacy.models import PersonalRequest
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED
from ordersops.stores.platforms.shopify import Shopify
from ordersops.stores.platforms.shopify.interface import ShopifyInterface
from tests.effects.shopify.conftest import server
from tests.effects.shopify.orders import as_api, as_webhook, gid
from tests.effects.shopify.server import TOKEN, Server
from tests.factories import DeliveryFactory
from tests.privacy.test_erasing import held, work
from tests.privacy.test_requests import personal_request
from tests.stores.shopify.official import needs_schema

__all__ = ["server"]  # a fixture
pytestmark = pytest.mark.django_db
PERSON = ("Ada", "Lovelace", "ada@x.org", "6135550100", "Main 1", "Ottawa", "K2P", "Ring twice", "4242", "gift", "VIP", "broken")


@pytest.fixture
def admin(make_person: Any, shopify: Store) -> User:
    return make_person(Role.ADMIN, shopify)


@pytest.fixture
def shopify(store: Store) -> Store:
    Store.objects.filter(pk=store.pk).update(platform="shopify")
    store.refresh_from_db()
    return store


def send(store: Store, body: Any, topic: str = "orders/updated", **headers: str) -> Delivery:
    """Through the real inbox: stored, claimed, understood, applied."""
    delivery: Delivery = DeliveryFactory(
        store=store, topic=topic, resource="", payload=body, state="pending", attempts=0, last_error="", order=None, headers=headers
    )
    drain()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("done", "")
    return delivery


def erase(store: Store, by: User, **changes: Any) -> PersonalRequest:
    values: dict[str, Any] = {"customer_key": "5", "orders": []} | changes
    request = personal_request(DeliveryFactory(store=store, topic="customers/redact", state="done"), **values)
    actions.erase(request=request, by=by)
    work()
    request.refresh_from_db()
    assert request.settled_at
    return request


def everything(store: Store) -> str:
    rows = [*Revision.objects.filter(store=store).values(), *Refund.objects.filter(store=store).values()]
    return held(store) + json.dumps(rows, default=str)


def changed(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The same order, as the store sends it later."""
    return copy.deepcopy(body) | {"updated_at": "2026-03-05T10:00:00Z"} | more


def test_what_it_was_before_and_why_money_went_back_is_erased_too(shopify: Store, admin: User) -> None:
    send(shopify, as_webhook())
    send(shopify, changed(as_webhook(), note="Ring once, Ada", email="ada2@x.org"))
    assert Revision.objects.exists()
    assert "broken" in everything(shopify)
    erase(shopify, admin)
    assert [word for word in PERSON if word in everything(shopify)] == []
    order = Order.objects.get()
    assert (order.tags, order.customer_key, order.erased_at is not None) == ([], "5", True)
    assert Customer.objects.get(external_id="5").erased_at is not None


def test_an_order_that_is_sent_again_brings_the_person_not_back(shopify: Store, admin: User) -> None:
    send(shopify, as_webhook())
    before = Order.objects.get()
    erase(shopify, admin)
    later = changed(as_webhook(), financial_status="refunded", total_price="69.00", cancelled_at="2026-03-05T09:00:00Z", note="Ring Ada")
    delivery = send(shopify, later)
    assert [word for word in PERSON if word in everything(shopify)] == []
    assert Delivery.objects.get(pk=delivery.pk).body is None
    order = Order.objects.get()
    assert (order.commercial, order.total, order.number) == ("cancelled", before.total, before.number), "the accounts go on"
    assert (order.shipping_address, order.customer_id) == ({"country": "CA"}, before.customer_id)
    assert (order.email_key, order.phone_key, order.ship_key, order.card_key) == (None, None, None, None)
    assert not Order.objects.search("ada").exists()
    assert Customer.objects.get().orders_count == 1


@needs_schema
def test_an_order_that_is_read_again_brings_the_person_not_back(shopify: Store, admin: User, server: Server) -> None:
    send(shopify, as_webhook())
    erase(shopify, admin)
    shopify.api_url, shopify.api_key = server.address, TOKEN
    server.shop.order_rows[gid("Order", 1)] = as_api(updatedAt="2026-03-05T10:00:00Z", displayFinancialStatus="PAID")
    found = ShopifyInterface().order(shopify, "1")
    assert found is not None
    assert "Lovelace" in json.dumps(found.payload)
    send(shopify, found.payload, POLLED, **{"found-by": str(uuid7())})
    assert Order.objects.get().stated["payment"] == "paid"
    assert [word for word in PERSON if word in everything(shopify)] == []


def test_a_part_that_comes_by_itself_is_gated_as_well(shopify: Store, admin: User) -> None:
    send(shopify, as_webhook())
    erase(shopify, admin)
    refund = copy.deepcopy(as_webhook()["refunds"][0]) | {"order_id": 1, "id": 10, "note": "Ada says broken"}
    send(shopify, refund, "refunds/create")
    assert (Refund.objects.count(), set(Refund.objects.values_list("reason", flat=True))) == (2, {""})


def test_the_customer_alone_is_not_written_back_either(shopify: Store, admin: User) -> None:
    send(shopify, as_webhook())
    erase(shopify, admin)
    delivery = send(shopify, changed(as_webhook()["customer"]), "customers/update")
    assert [word for word in PERSON if word in everything(shopify)] == []
    assert Delivery.objects.get(pk=delivery.pk).body is None


def test_who_orders_again_is_known_again_by_the_new_order_alone(shopify: Store, admin: User) -> None:
    send(shopify, as_webhook())
    erase(shopify, admin)
    new = as_webhook(2) | {"created_at": "2026-06-01T10:00:00Z", "updated_at": "2026-06-01T10:00:00Z"}
    new["customer"] = new["customer"] | {"updated_at": "2026-06-01T10:00:00Z"}
    send(shopify, new)
    customer = Customer.objects.get()
    assert (customer.email, customer.erased_at, customer.orders_count) == ("ada@x.org", None, 2)
    assert Order.objects.get(external_id="2").email == "ada@x.org"
    assert (Order.objects.get(external_id="1").email, Order.objects.get(external_id="1").name) == ("", "")


def test_an_order_that_was_named_before_it_came_comes_without_its_person(shopify: Store, admin: User) -> None:
    erase(shopify, admin, orders=["1"])
    assert not Order.objects.known().exists()
    send(shopify, as_webhook())
    order = Order.objects.known().get()
    assert (order.total, order.email, order.shipping_address) == (69, "", {"country": "CA"})
    assert [word for word in PERSON if word in everything(shopify)] == []


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("191167", True), ("gid://shopify/Customer/5", True), ("7d8f2c1e-0b7a-4c3d-9e2f-000000000001", True), ("", True),
        ("ada-byron", False), ("email:ada@x.org", False), ("Ada Byron", False), ("cus_81", False),
    ],
)  # fmt: skip
def test_an_id_with_words_is_known_by_its_digest_alone(name: str, stays: bool) -> None:
    assert (tombstone(name) == name) is stays
    assert tombstone(tombstone(name)) == tombstone(name)


def test_an_id_with_words_is_erased_twice_and_not_written_back(shopify: Store, admin: User) -> None:
    body = as_webhook()
    body["customer"] = body["customer"] | {"id": "ada-byron"}
    for number in (1, 2):
        send(shopify, body | {"id": number, "updated_at": f"2026-03-0{number + 2}T10:00:00Z"})
        erase(shopify, admin, customer_key="ada-byron")
        assert "ada-byron" not in everything(shopify)
        send(shopify, changed(body["customer"]), "customers/update")
        assert [word for word in (*PERSON, "ada-byron") if word in everything(shopify)] == []


def test_what_is_not_stated_stays_unstated() -> None:
    facts = impersonal(Shopify().facts(topic="orders/updated", payload=as_webhook(), at=timezone.now()))
    assert facts.core is not None
    assert facts.core.model_fields_set >= {"total", "number", "lines", "shipping_address"}
    assert not facts.core.model_fields_set & {"email", "phone", "client", "note", "tags", "issues", "customer_id"}
    assert facts.customer is None
    assert [word for word in PERSON if word != "gift" and word in facts.model_dump_json()] == []
    assert impersonal(facts) == facts
