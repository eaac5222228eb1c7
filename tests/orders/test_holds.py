"""place_hold and release_hold; law 5: nothing ships past an open hold, and a fraud hold ends on a decision alone."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, SYSTEM, Perm, Role
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.actions import hold_for_fraud, place_hold, release_fraud_holds, release_hold
from ordersops.orders.lifecycle import Commercial, Fulfilment, HoldReason
from ordersops.orders.models import Hold, Order
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, HoldFactory, OrderFactory
from tests.kernel.history import events, refusals, told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
BY_HAND = [reason for reason in HoldReason if reason != HoldReason.FRAUD]


@pytest.fixture
def order(store: Store) -> Order:
    return OrderFactory(store=store, risk="clear")


# --- place_hold -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reason", BY_HAND)
def test_a_hold_stops_the_order(order: Order, ops_reviewer: User, reason: str) -> None:
    hold = place_hold(order=order, reason=reason, by=ops_reviewer, note="  street is missing")
    order.refresh_from_db()
    assert order.on_hold
    assert (hold.reason, hold.placed_by, hold.released_at) == (reason, ops_reviewer, None)
    (event,) = events(order=order)
    assert (event.verb, event.data) == (Verb.ORDER_HELD, {"hold": str(hold.pk), "reason": reason})


@pytest.mark.parametrize("role", [role for role in Role if Perm.PLACE_HOLD not in ROLES[role]])
def test_holding_needs_the_right(order: Order, role: Role, make_person: MakePerson) -> None:
    person = make_person(role, order.store)
    with pytest.raises(Forbidden, match="Stop an order from shipping"):
        place_hold(order=order, reason="address", by=person)
    (refused,) = refusals(person)
    assert (refused.data["right"], refused.order_id) == ("place_hold", order.pk)
    assert not Hold.objects.exists()


def test_a_role_in_another_store_holds_nothing_here(order: Order, other_store: Store, make_person: MakePerson) -> None:
    person = make_person(Role.SUPERVISOR, other_store)
    with pytest.raises(Forbidden):
        place_hold(order=order, reason="address", by=person)
    assert len(refusals(person)) == 1


def test_holding_twice_for_one_reason_conflicts_and_for_another_does_not(order: Order, ops_reviewer: User) -> None:
    place_hold(order=order, reason="address", by=ops_reviewer)
    with pytest.raises(Conflict, match="already held for this reason"):
        place_hold(order=order, reason="address", by=ops_reviewer)
    place_hold(order=order, reason="stock", by=ops_reviewer)
    assert told(order=order) == [Verb.ORDER_HELD, Verb.ORDER_HELD]


@pytest.mark.parametrize(
    ("axis", "value"),
    [("commercial", Commercial.CANCELLED), ("fulfilment", Fulfilment.SHIPPED), ("fulfilment", Fulfilment.DELIVERED)],
)
def test_what_has_left_cannot_be_held(order: Order, ops_reviewer: User, axis: str, value: str) -> None:
    Order.objects.update(**{axis: value})
    with pytest.raises(Conflict, match="would stop nothing"):
        place_hold(order=order, reason="address", by=ops_reviewer)


@pytest.mark.parametrize("reason", ["", "whim", "fraud"])
def test_an_unknown_reason_and_a_fraud_hold_by_hand_are_invalid(order: Order, ops_reviewer: User, reason: str) -> None:
    with pytest.raises(Invalid):
        place_hold(order=order, reason=reason, by=ops_reviewer)
    assert events(order=order) == []


# --- release_hold -----------------------------------------------------------------------------------------------------
def test_releasing_the_last_hold_lets_the_order_go(order: Order, ops_reviewer: User) -> None:
    first, second = (place_hold(order=order, reason=reason, by=ops_reviewer) for reason in ("address", "stock"))
    release_hold(hold=first, by=ops_reviewer)
    order.refresh_from_db()
    assert order.on_hold
    released = release_hold(hold=second, by=ops_reviewer)
    order.refresh_from_db()
    assert not order.on_hold
    assert (released.released_by, released.decision) == (ops_reviewer, None)
    assert told(order=order)[2:] == [Verb.HOLD_RELEASED, Verb.HOLD_RELEASED]


@pytest.mark.parametrize("role", [role for role in Role if Perm.RELEASE_HOLD not in ROLES[role]])
def test_releasing_needs_the_right(order: Order, role: Role, make_person: MakePerson) -> None:
    person, hold = make_person(role, order.store), HoldFactory(order=order, store=order.store)
    with pytest.raises(Forbidden):
        release_hold(hold=hold, by=person)
    assert [event.data["right"] for event in refusals(person)] == ["release_hold"]


def test_releasing_twice_conflicts(order: Order, ops_reviewer: User) -> None:
    hold = place_hold(order=order, reason="address", by=ops_reviewer)
    release_hold(hold=hold, by=ops_reviewer)
    with pytest.raises(Conflict, match="released already"):
        release_hold(hold=hold, by=ops_reviewer)
    assert told(order=order) == [Verb.ORDER_HELD, Verb.HOLD_RELEASED]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.OPS_REVIEWER])
def test_nobody_releases_a_fraud_hold_by_hand(order: Order, make_person: MakePerson, role: Role) -> None:
    hold = HoldFactory(order=order, store=order.store, reason="fraud")
    with pytest.raises(Conflict, match="ends with the decision of its case"):
        release_hold(hold=hold, by=make_person(role, order.store))


def test_automation_may_hold_and_never_release(order: Order, system: User) -> None:
    assert Perm.PLACE_HOLD in SYSTEM
    assert not {Perm.RELEASE_HOLD, Perm.DECIDE_FRAUD, Perm.OVERRIDE} & SYSTEM
    with pytest.raises(Forbidden):
        release_hold(hold=HoldFactory(order=order, store=order.store), by=system)


# --- Fraud holds ------------------------------------------------------------------------------------------------------
def test_many_are_held_at_once_and_each_only_once(store: Store, system: User) -> None:
    orders = [OrderFactory(store=store) for _ in range(3)]
    gone = OrderFactory(store=store, fulfilment="shipped")
    with atomic():
        assert len(hold_for_fraud(orders=[*orders, gone], by=system)) == 3
        assert hold_for_fraud(orders=orders, by=system) == []
    assert told(order=orders[0]) == [Verb.ORDER_HELD]
    assert not gone.holds.exists()


def test_a_decision_ends_the_fraud_hold_and_no_other(store: Store, fraud_reviewer: User) -> None:
    case = CaseFactory(order=OrderFactory(store=store), store=store)
    fraud, address = (HoldFactory(order=case.order, store=store, reason=reason) for reason in ("fraud", "address"))
    decision = DecisionFactory(case=case, by=fraud_reviewer)
    with atomic():
        release_fraud_holds(orders=[case.order], decision=decision, by=fraud_reviewer)
    fraud.refresh_from_db()
    address.refresh_from_db()
    assert (fraud.decision, fraud.released_by) == (decision, fraud_reviewer)
    assert address.released_at is None


def test_the_database_refuses_a_fraud_release_without_a_decision(store: Store, fraud_reviewer: User) -> None:
    hold = HoldFactory(order=OrderFactory(store=store), store=store, reason="fraud")
    for release in (
        lambda: Hold.objects.filter(pk=hold.pk).update(released_at=timezone.now(), released_by=fraud_reviewer),
        lambda: raw("UPDATE orders_hold SET released_at = now(), released_by_id = %s WHERE id = %s", fraud_reviewer.pk, hold.pk),
    ):
        with pytest.raises(IntegrityError, match="orders_fraud_hold_needs_decision"), transaction.atomic():
            release()
    with pytest.raises(IntegrityError, match="orders_hold_released_by_someone"), transaction.atomic():
        Hold.objects.filter(pk=HoldFactory(order=hold.order, store=store).pk).update(released_at=timezone.now())
    with pytest.raises(IntegrityError, match="orders_one_open_hold_per_reason"), transaction.atomic():
        HoldFactory(order=hold.order, store=store, reason="fraud")


def raw(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
