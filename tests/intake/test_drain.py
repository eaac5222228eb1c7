"""Draining the inbox: what was sent lands, what cannot land waits for a person, and neither stops the others."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.models import Question
from ordersops.audit.verbs import Verb
from ordersops.intake import door, jobs
from ordersops.intake.jobs import drain, oldest_ready
from ordersops.intake.models import Delivery
from ordersops.jobs import MAX_ATTEMPTS
from ordersops.orders.models import Customer, Order
from ordersops.stores.models import Store
from ordersops.stores.platforms.shopify import Shopify
from tests.factories import CaseFactory
from tests.intake.sending import placed, send
from tests.kernel.history import events, told, woken
from tests.people import MakeStore
from tests.stores.documents import ABSENT, documented

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_door() -> None:
    door._known.clear()


def again() -> None:
    """The pause after a failure is over."""
    Delivery.objects.filter(state="pending").update(not_before=timezone.now() - timedelta(seconds=1), lease_until=None)


def test_a_delivery_becomes_an_order_and_a_question(store: Store) -> None:
    send(store, placed())
    assert drain() == 1
    order, delivery = Order.objects.get(), Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.order_id, delivery.lease_until) == ("done", 1, order.pk, None)
    assert delivery.processed_at is not None
    assert told(order=order) == [Verb.ORDER_PLACED]
    assert Question.objects.get().order_id == order.pk
    assert "advice.answer" in woken()
    assert drain() == 0


def test_oldest_ready_is_what_waits(store: Store) -> None:
    assert oldest_ready() is None
    send(store, placed())
    assert oldest_ready() == Delivery.objects.get().not_before
    drain()
    assert oldest_ready() is None


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"{", "The body is not JSON"),
        (b'{"id": NaN}', "NaN is not a JSON number"),
        (b"[" * 100_000, "The body is not JSON"),
        (b"[1]", "is not a JSON object"),
        (b'{"name": "#1"}', "names no order"),
    ],
)
def test_what_is_signed_but_wrong_waits_for_a_person_with_a_sentence(shopify_store: Store, raw: bytes, says: str) -> None:
    send(shopify_store, None, raw=raw)
    drain()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("dead", 1)
    assert says in delivery.last_error
    assert delivery.last_error.endswith((".", ")"))
    assert "Traceback" not in delivery.last_error
    (event,) = events(Verb.DELIVERY_DEAD, store=shopify_store)
    assert event.data["delivery"] == str(delivery.pk)


def test_a_broken_contract_names_the_field(store: Store) -> None:
    send(store, placed(items=[{"sku": "A", "quantity": -1}]))
    drain()
    assert "“items[0].quantity” must be a whole number" in Delivery.objects.get().last_error


def test_one_bad_delivery_does_not_stop_the_batch(store: Store) -> None:
    send(store, placed("#1"))
    send(store, placed("#2", items="none"))
    send(store, placed("#3"))
    assert drain() == 3
    assert sorted(Order.objects.values_list("external_id", flat=True)) == ["#1", "#3"]
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["dead", "done", "done"]


@pytest.mark.parametrize("error", [KeyError("x"), AttributeError("y"), ValueError("z"), ZeroDivisionError()])
def test_a_poisonous_row_is_found_and_set_aside(store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    real = jobs.apply_facts

    def breaks(*, facts: Any, by: User) -> Any:
        if any(one.order == "#2" for _, one in facts):
            raise error
        return real(facts=facts, by=by)

    monkeypatch.setattr(jobs, "apply_facts", breaks)
    for number in (1, 2, 3):
        send(store, placed(f"#{number}"))
    drain()
    poisonous = Delivery.objects.get(state="pending")
    assert (poisonous.resource, poisonous.lease_until) == ("order:#2", None)
    assert poisonous.last_error.startswith(f"Our side could not take it in ({type(error).__name__}")
    assert poisonous.not_before > timezone.now()
    assert drain() == 0
    for _ in range(MAX_ATTEMPTS - 1):
        again()
        drain()
    poisonous.refresh_from_db()
    assert (poisonous.state, poisonous.attempts) == ("dead", MAX_ATTEMPTS)
    assert Order.objects.count() == 2


def test_a_database_that_goes_away_fails_no_delivery(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    send(store, placed())
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "apply_facts", lambda **_: (_ for _ in ()).throw(OperationalError("gone")))
        with pytest.raises(OperationalError):
            drain()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("pending", 1, "")
    assert drain() == 0, "its lease has not run out"
    again()
    assert drain() == 1
    assert Order.objects.exists()


def test_a_delivery_at_which_every_worker_dies_is_set_aside(store: Store) -> None:
    send(store, placed())
    Delivery.objects.update(attempts=MAX_ATTEMPTS)
    drain()
    assert Delivery.objects.get().state == "dead"
    assert "died" in Delivery.objects.get().last_error


def test_what_another_worker_holds_is_left_to_it_with_all_of_the_same_order(store: Store) -> None:
    for minute in range(3):
        send(store, placed(occurred_at=f"2026-11-20T12:0{minute}:00Z"))
    send(store, placed("#2"))
    held = Delivery.objects.filter(resource="order:#1001").first()
    Delivery.objects.filter(pk=held.pk).update(lease_until=timezone.now() + timedelta(seconds=30))
    assert drain() == 1
    assert Order.objects.get().external_id == "#2"
    again()
    assert drain() == 3


def test_a_forgotten_body_is_said(store: Store) -> None:
    send(store, placed())
    Delivery.objects.update(body=None)
    drain()
    assert "forgotten after its retention time" in Delivery.objects.get().last_error


def test_a_case_is_withdrawn_once_its_order_cannot_be_stopped_any_more(store: Store) -> None:
    send(store, placed())
    drain()
    order = Order.objects.get()
    Order.objects.update(risk="needs_review")
    order.refresh_from_db()
    case = CaseFactory(order=order, store=store)
    send(
        store,
        {"event": "order.cancelled", "order_id": "#1001", "occurred_at": "2026-11-20T13:00:00Z", "cancelled_at": "2026-11-20T13:00:00Z"},
    )
    drain()
    case.refresh_from_db()
    assert (case.state, case.version) == ("withdrawn", 2)
    assert told(case=case) == [Verb.CASE_WITHDRAWN]


@pytest.mark.parametrize("history", [0, 20])
def test_the_number_of_queries_is_the_same_for_one_and_fifty(store: Store, history: int) -> None:
    def cost(first: int, count: int) -> int:
        for number in range(first, first + count):
            send(store, placed(f"#{number}", customer={"id": f"c{number % 5}", "email": f"{number % 5}@a.example"}))
        with CaptureQueriesContext(connection) as caught:
            assert drain() == count
        return len([query for query in caught if "SAVEPOINT" not in query["sql"]])

    cost(1, history or 1)  # the first one also wakes the advisors up
    assert cost(1000, 1) == cost(2000, 50) <= 30


# --- Shopify's own documents ------------------------------------------------------------------------------------------
NAMED = sorted(name for name, (topic, _) in documented().items() if Shopify().wants(topic))


@pytest.mark.skipif(not NAMED, reason=ABSENT)
def test_every_documented_payload_lands(shopify_store: Store, make_store: MakeStore) -> None:
    """Posted signed, drained together; the few that name no order (an example's null) are set aside with a sentence."""
    nameless = set()
    for name in NAMED:
        topic, body = documented()[name]
        if body.get("order_id", body) is None:
            nameless.add(name)
        assert send(shopify_store, body, topic=topic, delivery=name).status_code == 200, name
    while drain():
        pass
    states = {delivery.delivery_id: delivery for delivery in Delivery.objects.all()}
    assert {name: states[name].last_error for name in NAMED if states[name].state != "done" and name not in nameless} == {}
    assert all("names no order" in states[name].last_error for name in nameless)
    assert len(states) == len(NAMED) > 20
    assert Order.objects.exclude(placed_at=None).exists()
    assert Customer.objects.exists()


@pytest.mark.skipif(not NAMED, reason=ABSENT)
def test_documented_payloads_land_in_a_store_of_their_own_too(make_store: MakeStore, work: Callable[[], int]) -> None:
    """The first order document, seen through to its assessment."""
    store = make_store("shopify")
    name = next(name for name in NAMED if documented()[name][0] == "orders/create")
    send(store, documented()[name][1], topic="orders/create")
    work()
    order = Order.objects.get(store=store)
    assert order.recommendations.exists()
    assert json.loads(order.recommendations.get().snapshot.body)["facts"]
