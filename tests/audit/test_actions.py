"""Units of work: what is recorded, when it is written, and what is dropped."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record, record_refusal, request_scope
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.errors import Forbidden
from ordersops.orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User(pk=uuid4(), name="Ada Example", email="ada@test.example")


def signed_in(by: User) -> None:
    record(Verb.SIGNED_IN, by=by, person=by)


class Trouble(Exception):
    pass


@atomic
def sign_in_with_trouble(by: User) -> None:
    signed_in(by)
    raise Trouble


def of(by: User) -> list[str]:
    return list(Event.objects.filter(actor=by.pk).order_by("pk").values_list("verb", flat=True))


def test_an_event_says_who_did_what_to_which_order(ada: User) -> None:
    order, store, case = uuid4(), uuid4(), uuid4()
    with request_scope("r1"), atomic():
        record(Verb.ORDER_PLACED, by=ada, order=order, store=store, case=case, number="#7", lines=2, total=Decimal("12.50"), currency="USD")
    event = Event.objects.get(order=order)
    assert (event.actor_id, event.actor_name, event.store_id, event.case_id, event.request_id) == (ada.pk, "Ada Example", store, case, "r1")
    assert (event.stream, event.seq) == (f"order:{order}", 1)
    assert event.data == {"number": "#7", "lines": 2, "total": "12.50", "currency": "USD"}
    assert event.sentence == "Ada Example took in order #7 over 12.50 USD, lines: 2."
    assert event.verb_label == "Order placed"


def test_recording_outside_a_unit_is_an_error(ada: User) -> None:
    with pytest.raises(RuntimeError, match="outside a unit"):
        signed_in(ada)


def test_events_are_written_last_and_in_one_statement(ada: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3), atomic():  # savepoint, insert, release
        for _ in range(20):
            record(Verb.ORDER_HELD, by=ada, order=uuid4(), store=uuid4(), hold=uuid4(), reason="fraud")
    assert len(of(ada)) == 20


def test_an_exception_drops_rows_and_events(ada: User) -> None:
    with pytest.raises(Trouble):
        sign_in_with_trouble(ada)
    assert of(ada) == []


def test_a_nested_unit_that_fails_drops_its_own_events_only(ada: User) -> None:
    with atomic():
        signed_in(ada)
        with pytest.raises(Trouble):
            sign_in_with_trouble(ada)
        with atomic():
            record(Verb.PERSON_DEACTIVATED, by=ada, person=ada, name="Ada")
    assert sorted(of(ada)) == ["person.deactivated", "person.signed_in"]


def test_nested_units_join_the_outer_one(ada: User) -> None:
    @atomic
    def outer() -> None:
        with atomic():
            signed_in(ada)
        raise Trouble

    with pytest.raises(Trouble):
        outer()
    assert of(ada) == []


def test_a_verb_can_be_decorated(ada: User) -> None:
    @atomic
    def sign_in(*, by: User) -> str:
        """Doc."""
        signed_in(by)
        return "in"

    assert sign_in(by=ada) == "in"
    assert sign_in(by=ada) == "in"
    assert sign_in.__doc__ == "Doc."
    assert len(of(ada)) == 2


def test_a_joined_unit_without_savepoint_costs_no_query(ada: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3), atomic(), atomic(savepoint=False):
        signed_in(ada)


def test_the_store_comes_with_the_order(store: Any, ada: User) -> None:
    order = Order.objects.create(store=store, external_id="1")
    with atomic():
        record(Verb.ORDER_HELD, by=ada, order=order, hold=uuid4(), reason="fraud")
        record(Verb.ORDER_HELD, by=ada, order=order.pk, hold=uuid4(), reason="stock")
    assert set(Event.objects.filter(order=order.pk).values_list("store_id", flat=True)) == {store.pk}


# --- Refusals ---------------------------------------------------------------------------------------------------------
def test_a_refusal_outlives_the_rollback_of_its_caller(store: Any, order_clerk: User) -> None:
    order = uuid4()

    @atomic
    def override() -> None:
        signed_in(order_clerk)
        require(order_clerk, Perm.OVERRIDE, store.pk, to="override", order=order, lane="fraud")

    with pytest.raises(Forbidden):
        override()
    event = Event.objects.get(actor=order_clerk.pk, verb=Verb.ACCESS_REFUSED)
    assert event.data == {"right": "override", "about": {"lane": "fraud"}}
    assert (event.order_id, event.store_id) == (order, store.pk)
    assert of(order_clerk) == ["access.refused"]


def test_a_refusal_does_not_wait_for_the_transaction_that_it_outlives(ada: User) -> None:
    with atomic():
        signed_in(ada)
    record_refusal(by=ada, perm=Perm.OVERRIDE, store_id=None)  # the outer transaction of this test still holds user:<ada>
    assert "access.refused" in of(ada)
