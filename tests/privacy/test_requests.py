"""Requests about personal data: taken in, shown, due, settled by a person; never ignored."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.intake.jobs import drain
from ordersops.intake.models import Delivery
from ordersops.privacy import actions
from ordersops.privacy.models import PersonalRequest
from ordersops.stores.models import Store
from ordersops.stores.platforms.shopify import Shopify
from ordersops.stores.platforms.shopify.interface import wanted_topics
from ordersops.stores.platforms.shopify.topics import PERSONAL
from tests.factories import DeliveryFactory
from tests.kernel.history import events

pytestmark = pytest.mark.django_db
BODY = {
    "shop_id": 1,
    "customer": {"id": 191167, "email": "john@example.com"},
    "orders_requested": [299938, 280263],
    "orders_to_redact": [299938],
}
NOTE = "Exported and sent to the shop."


def personal_request(delivery: Delivery, **changes: Any) -> PersonalRequest:
    now = timezone.now()
    values = {"store_id": delivery.store_id, "kind": "erase", "customer_key": "191167", "asked_at": now, "due_at": now + actions.TERM}
    return PersonalRequest.objects.get_or_create(delivery=delivery, defaults=values | changes)[0]


def arrived(store: Store, topic: str, body: Any = BODY) -> Delivery:
    Store.objects.filter(pk=store.pk).update(platform="shopify")
    delivery: Delivery = DeliveryFactory(store=store, topic=topic, resource="", payload=body, state="pending", attempts=0, last_error="")
    drain()
    delivery.refresh_from_db()
    return delivery


@pytest.mark.parametrize(
    ("topic", "orders"), [("customers/data_request", ["299938", "280263"]), ("customers/redact", ["299938"]), ("shop/redact", ["299938"])]
)
def test_a_request_is_taken_in_with_its_day(store: Store, topic: str, orders: list[str]) -> None:
    assert Shopify().wants(topic)
    delivery = arrived(store, topic)
    assert (delivery.state, delivery.last_error) == ("done", "")
    (made,) = PersonalRequest.objects.open()
    assert (made.kind, made.customer_key, made.orders, made.delivery_id) == (PERSONAL[topic], "191167", orders, delivery.pk)
    assert made.due_at - delivery.received_at == timedelta(days=30)
    (event,) = events(Verb.PRIVACY_ASKED, store=store)
    assert "john" not in json.dumps(event.data)


def test_the_same_delivery_again_makes_no_second_request(store: Store) -> None:
    delivery = arrived(store, "customers/redact")
    Delivery.objects.filter(pk=delivery.pk).update(state="pending", not_before=timezone.now())
    drain()
    assert PersonalRequest.objects.count() == len(events(Verb.PRIVACY_ASKED, store=store)) == 1


@pytest.mark.parametrize(
    "body", [{}, {"customer": None}, {"customer": {"id": None}, "orders_to_redact": "x"}, {"orders_to_redact": [None, {}, []]}]
)
def test_one_that_says_nothing_is_still_one(store: Store, body: Any) -> None:
    arrived(store, "customers/redact", body)
    (made,) = PersonalRequest.objects.open()
    assert made.subject == "the whole store"


def test_those_topics_are_not_subscribed_by_the_api() -> None:
    assert not set(PERSONAL) & set(wanted_topics())


def test_a_person_settles_it_once_and_says_how(store: Store, make_person: Any) -> None:
    arrived(store, "customers/redact")
    admin = make_person(Role.ADMIN, store)
    (made,) = PersonalRequest.objects.open()
    with pytest.raises(Invalid):
        actions.settle(request=made, by=admin, note="done")
    actions.settle(request=made, by=admin, note=NOTE)
    made.refresh_from_db()
    assert (made.settled_by, made.note) == (admin, NOTE)
    assert len(events(Verb.PRIVACY_SETTLED, store=store)) == 1
    with pytest.raises(Conflict):
        actions.settle(request=made, by=admin, note=NOTE)


def test_settling_needs_the_right(store: Store, fraud_reviewer: User) -> None:
    arrived(store, "customers/redact")
    with pytest.raises(Forbidden):
        actions.settle(request=PersonalRequest.objects.get(), by=fraud_reviewer, note=NOTE)


def test_open_requests_stand_on_the_page_of_the_inbox_until_they_are_settled(store: Store, make_person: Any) -> None:
    delivery = arrived(store, "customers/redact")
    client = Client()
    client.force_login(make_person(Role.ADMIN, store))
    page = client.get(reverse("intake")).content.decode()
    assert "A customer is to be forgotten" in page
    assert "customer 191167" in page
    assert str(delivery.pk) in page
    assert "john@example.com" not in page
    (made,) = PersonalRequest.objects.open()
    client.post(reverse("privacy_settle", args=[made.pk]), {"note": NOTE})
    assert "A customer is to be forgotten" not in client.get(reverse("intake")).content.decode()


def test_who_may_not_settle_sees_it_without_the_form(store: Store, make_person: Any) -> None:
    arrived(store, "customers/redact")
    PersonalRequest.objects.update(due_at=timezone.now() - timedelta(days=1))
    client = Client()
    client.force_login(make_person(Role.AUDITOR, store))
    page = client.get(reverse("intake")).content.decode()
    assert "overdue since" in page
    assert 'name="note"' not in page
