"""reserve, release, use: what is kept never exceeds what lies there."""

import pytest
from django.db import IntegrityError, transaction

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden
from ordersops.orders.changes import Change
from ordersops.orders.models import Line, Order
from ordersops.stock.actions import Wanted, follow_orders, release, release_by_hand, reserve
from ordersops.stock.models import Level
from ordersops.stores.models import Store
from tests.factories import LevelFactory, OrderFactory, ReservationFactory
from tests.kernel.history import told
from tests.people import MakePerson


def wanted(order: Order, level: Level, units: int = 1) -> list[Wanted]:
    line = order.lines.first()
    assert line is not None
    return [Wanted(line.pk, level.pk, units)]


@pytest.mark.django_db
def test_what_is_kept_is_free_for_nobody_else(store: Store, system: User) -> None:
    level, order = LevelFactory(store=store, on_hand=5, safety_stock=2), OrderFactory(store=store)
    reserve(order=order, wanted=wanted(order, level, 2), by=system)
    level.refresh_from_db()
    assert (level.reserved, level.free) == (2, 1)
    order.refresh_from_db()
    assert order.allocation == "allocated"
    assert Verb.STOCK_RESERVED in told(order=order)
    other = OrderFactory(store=store)
    with pytest.raises(Conflict, match="1 free, 2 needed"):
        reserve(order=other, wanted=wanted(other, level, 2), by=system)
    assert not other.reservations.exists()


@pytest.mark.django_db
def test_all_of_it_or_nothing(store: Store, system: User) -> None:
    order, full, empty = OrderFactory(store=store), LevelFactory(store=store), LevelFactory(store=store, on_hand=0)
    with pytest.raises(Conflict), atomic():
        reserve(order=order, wanted=[*wanted(order, full), *wanted(order, empty)], by=system)
    full.refresh_from_db()
    assert full.reserved == 0


@pytest.mark.django_db
def test_keeping_elsewhere_gives_the_first_back(store: Store, system: User) -> None:
    order, here, there = OrderFactory(store=store), LevelFactory(store=store), LevelFactory(store=store)
    reserve(order=order, wanted=wanted(order, here), by=system)
    reserve(order=order, wanted=wanted(order, there), by=system)
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.reserved, there.reserved) == (0, 1)


@pytest.mark.django_db
def test_giving_back_twice_gives_back_once(store: Store, system: User) -> None:
    order, level = OrderFactory(store=store), LevelFactory(store=store)
    reserve(order=order, wanted=wanted(order, level), by=system)
    assert release(orders=[order], by=system, because="Not needed.") == 1
    assert release(orders=[order], by=system, because="Not needed.") == 0
    level.refresh_from_db()
    assert level.reserved == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("shipped", "cancelled", "ends", "left"), [(1, 0, "used", 9), (0, 1, "released", 10), (0, 0, "held", 10)])
def test_what_leaves_is_used_and_what_is_cancelled_is_given_back(
    shipped: int, cancelled: int, ends: str, left: int, store: Store, system: User
) -> None:
    order, level = OrderFactory(store=store), LevelFactory(store=store)
    (made,) = reserve(order=order, wanted=wanted(order, level), by=system)
    Line.objects.filter(order=order).update(shipped=shipped, cancelled=cancelled)
    follow_orders(changes=[Change(order, {"shipment"})], by=system)
    made.refresh_from_db()
    level.refresh_from_db()
    assert (made.state, level.on_hand, level.reserved) == (ends, left, 1 if ends == "held" else 0)


@pytest.mark.django_db
def test_the_database_refuses_more_than_there_is(store: Store) -> None:
    level = LevelFactory(store=store, on_hand=3)
    with pytest.raises(IntegrityError, match="stock_reserved_within_on_hand"), transaction.atomic():
        Level.objects.filter(pk=level.pk).update(reserved=4)


@pytest.mark.django_db
def test_releasing_by_hand_needs_the_right(store: Store, system: User, make_person: MakePerson) -> None:
    made = ReservationFactory(order=OrderFactory(store=store), level=LevelFactory(store=store, reserved=1))
    with pytest.raises(Forbidden):
        release_by_hand(reservation=made, by=make_person(Role.FRAUD_REVIEWER, store))
    release_by_hand(reservation=made, by=make_person(Role.OPS_REVIEWER, store))
    with pytest.raises(Conflict):
        release_by_hand(reservation=made, by=make_person(Role.OPS_REVIEWER, store))
