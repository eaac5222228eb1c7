"""A store, its customer's order, and messages about it."""

from typing import Any

import pytest
from django.core import mail

from inquiries import actions
from inquiries.models import Channel, Message
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.jobs import answer
from ordersops.cases.models import Case
from ordersops.orders.keys import order_keys
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.factories import OrderFactory
from tests.people import MakePerson, MakeStore

CUSTOMER = "ada@customer.example"


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    return make_store(currency="EUR", name="Nordlicht")


@pytest.fixture
def agent(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.SUPERVISOR, store)


@pytest.fixture
def make_order(store: Store) -> Any:
    def make(**changed: Any) -> Order:
        values = {"store": store, "currency": "EUR", "number": "#1042", "risk": "clear", "payment": "paid", "email": CUSTOMER} | changed
        keys = order_keys(email=values["email"], phone="", address={}, client={}, cards=[])
        return OrderFactory(**values, email_key=keys["email_key"])

    return make


@pytest.fixture
def order(make_order: Any) -> Order:
    return make_order()


@pytest.fixture
def write(store: Store, system: User) -> Any:
    """`write("Where is my order 1042?")` comes from a signed-in customer; `proved=False` from anybody."""

    def receive(text: str, **more: Any) -> Message:
        said = {"channel": Channel.API, "sender_email": CUSTOMER, "sender_name": "Ada Byron", "proved": True} | more
        return actions.receive(store=store, said=actions.Incoming(text=text, **said), by=system)

    return receive


@pytest.fixture
def asked(write: Any) -> Any:
    """The same, and the case that comes of it."""

    def ask(text: str, **more: Any) -> Case:
        message = write(text, **more)
        answer()
        return Case.objects.get(lane="inquiries", subject=message.conversation_id, state="open")

    return ask


@pytest.fixture
def box() -> list[Any]:
    return mail.outbox
