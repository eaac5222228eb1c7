"""Forgetting a customer, and giving them a copy: all of it, nobody else's, provable afterwards, by those who may."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.models import Snapshot
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import attach
from ordersops.cases.models import Attachment
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.intake.models import Delivery
from ordersops.orders.models import Customer, Order, Transaction
from ordersops.privacy import actions, erasing, jobs
from ordersops.privacy.models import PersonalRequest
from ordersops.stores.models import Store
from tests.factories import CaseFactory, CustomerFactory, DeliveryFactory, OrderFactory, TransactionFactory
from tests.kernel.history import events
from tests.privacy.test_requests import personal_request

pytestmark = pytest.mark.django_db
WORDS = ("Ada", "Byron", "ada@customer.example", "High Street", "07700")


@pytest.fixture
def admin(make_person: Any, store: Store) -> User:
    return make_person(Role.ADMIN, store)


@pytest.fixture
def customer(store: Store) -> Customer:
    return CustomerFactory(store=store, external_id="191167", phone="07700 900123")


@pytest.fixture
def orders(store: Store, customer: Customer) -> list[Order]:
    found = OrderFactory.create_batch(3, store=store, customer=customer, customer_key="191167", phone="07700 900123", note="Ring Ada")
    Order.objects.filter(store=store).update(search="'ada' 'byron' '1001'", email_key=7, ship_key=8)
    for order in found:
        TransactionFactory(order=order, card={"brand": "visa", "last4": "4242", "name": "Ada Byron"})
        DeliveryFactory(store=store, order=order, state="done")
    return found


def asked(store: Store, **changes: Any) -> PersonalRequest:
    return personal_request(DeliveryFactory(store=store, topic="customers/redact", state="done"), **changes)


def work() -> None:
    while jobs.erase():
        pass


def held(store: Store) -> str:
    """Everything personal that the tables of facts hold of a store."""
    rows = [*Order.objects.filter(store=store).values(), *Customer.objects.filter(store=store).values()]
    return json.dumps([*rows, *Transaction.objects.filter(store=store).values()], default=str)


def test_all_of_a_customer_is_erased_and_the_history_stands(
    store: Store, orders: list[Order], admin: User, fraud_reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "BATCH", 2)
    case = CaseFactory(order=orders[0], store=store)
    attach(case=case, name="passport.txt", content=b"Ada Byron, 07700 900123", by=fraud_reviewer, text="Proof of who it is")
    evidence = Snapshot.objects.filter(order=orders[0]).count()
    request, told = asked(store), list(Event.objects.order_by("pk").values())
    actions.erase(request=request, by=admin)
    work()
    assert not any(word in held(store) for word in WORDS)
    for order in Order.objects.filter(store=store):
        assert (order.shipping_address, order.email_key, order.ship_key, order.client) == ({"country": "GB"}, None, None, {})
        assert order.total > 0, "the accounts stay"
    assert not Order.objects.search("ada").exists()
    assert not Delivery.objects.filter(store=store, body__isnull=False).exists()
    assert (Attachment.objects.count(), case.comments.count()) == (0, 1)
    request.refresh_from_db()
    assert (request.erased["orders"], request.erased["customers"], request.settled_by) == (3, 1, admin)
    assert request.note.startswith(
        "Erased: 1 customer, the person in 3 orders and 3 cards, 0 messages and word on returns, 1 file, 4 received"
    )
    assert Snapshot.objects.filter(order=orders[0]).count() == evidence == request.erased["kept evidence"]
    (event,) = events(Verb.PRIVACY_ERASED, store=store)
    assert event.data["orders"] == 3
    assert list(Event.objects.filter(pk__in=[row["id"] for row in told]).order_by("pk").values()) == told, (
        "nothing that was told before has changed"
    )


def test_nobody_elses_is_erased(store: Store, orders: list[Order], admin: User) -> None:
    other = OrderFactory(store=store, customer=CustomerFactory(store=store, external_id="5", name="Grace"), name="Grace", customer_key="5")
    actions.erase(request=asked(store), by=admin)
    work()
    other.refresh_from_db()
    assert (other.name, other.shipping_address["address1"]) == ("Grace", "1 High Street")
    assert Customer.objects.get(external_id="5").name == "Grace"


def test_when_a_shop_leaves_all_of_it_is_erased(store: Store, orders: list[Order], other_store: Store, admin: User) -> None:
    OrderFactory(store=store, customer=CustomerFactory(store=store, external_id="email:x@y.example"))
    kept = OrderFactory(store=other_store)
    actions.erase(request=asked(store, kind="close", customer_key=""), by=admin)
    work()
    assert not any(word in held(store) for word in (*WORDS, "x@y.example"))
    kept.refresh_from_db()
    assert kept.name == "Ada Byron"


def test_a_copy_holds_all_that_is_kept_and_no_judgement(store: Store, orders: list[Order], admin: User, client: Client) -> None:
    client.force_login(admin)
    answer = client.post(reverse("privacy_export", args=[asked(store, kind="access").pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    found = json.loads(answer.content)
    assert [one["email"] for one in found["customers"]] == ["ada@customer.example"]
    assert len(found["orders"]) == 3
    assert found["orders"][0]["payments"][0]["card"]["last4"] == "4242"
    assert not any(word in answer.content.decode().lower() for word in ("risk", "fraud", "score", "signal"))
    assert len(events(Verb.PRIVACY_EXPORTED, store=store)) == 1


def test_who_may_and_when(store: Store, orders: list[Order], admin: User, fraud_reviewer: User, client: Client) -> None:
    request = asked(store)
    for act in (actions.erase, actions.export):
        with pytest.raises(Forbidden):
            act(request=request, by=fraud_reviewer)
    with pytest.raises(Invalid):
        actions.erase(request=asked(store, kind="access"), by=admin)
    with pytest.raises(Invalid):
        actions.export(request=asked(store, kind="close"), by=admin)
    client.force_login(admin)
    page = client.get(reverse("privacy")).content
    assert b"Erase" in page
    assert b"What erasing takes, and what it leaves" in page
    client.post(reverse("privacy_erase", args=[request.pk]))
    assert b"Being erased" in client.get(reverse("privacy")).content
    with pytest.raises(Conflict):
        actions.erase(request=request, by=admin)
    with pytest.raises(Conflict):
        actions.settle(request=request, by=admin, note="Settled by hand meanwhile")
    work()
    assert b"the person in 3 orders" in client.get(reverse("privacy")).content
    assert jobs.erase() == 0
