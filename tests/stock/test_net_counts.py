"""A store that states its stock after what it has sold has taken an order off already: it is not taken off a second time."""

from datetime import UTC, datetime, timedelta

import pytest

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic
from ordersops.orders.models import Order
from ordersops.stock.actions import Wanted, release, reserve, take_in, use
from ordersops.stock.models import Level, Reservation
from ordersops.stores.facts import ItemFacts, LevelFacts, StockFacts
from ordersops.stores.models import Store
from tests.factories import LineFactory, OrderFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(minutes=5), NOON + timedelta(minutes=5)
LATER = datetime(2126, 11, 1, tzinfo=UTC)  # after whatever is kept now


def states(store: Store, units: int, at: datetime, *, place: str = "w", net: bool = True) -> Level:
    said = StockFacts(
        items=(ItemFacts(external_id="L", sku="LAMP"),), levels=(LevelFacts(location=place, item="L", at=at, units=units, net=net),)
    )
    take_in(facts=[(store.pk, said)], by=User.objects.system())
    return Level.objects.get(store=store, location__external_id=place)


def placed(store: Store) -> Order:
    order: Order = OrderFactory(store=store, placed_at=NOON, lines=0)
    LineFactory(order=order, sku="LAMP", ordered=2)
    return order


@atomic
def keep(order: Order, level: Level) -> Level:
    reserve(order=order, wanted=[Wanted(order.lines.get().pk, level.pk, 2)], by=User.objects.system())
    return Level.objects.get(pk=level.pk)


def test_what_is_stated_after_the_order_is_not_lowered_by_it(store: Store) -> None:
    order = placed(store)
    assert keep(order, states(store, 3, AFTER)).free == 3


def test_what_was_stated_before_the_order_is(store: Store) -> None:
    order = placed(store)
    assert keep(order, states(store, 5, BEFORE)).free == 3


def test_a_later_statement_counts_what_is_kept_by_then_once(store: Store) -> None:
    order = placed(store)
    keep(order, states(store, 5, BEFORE))
    assert states(store, 3, LATER).free == 3
    assert states(store, 3, LATER).free == 3, "the same statement again"


def test_the_last_units_are_kept_though_nothing_is_left_to_sell(store: Store) -> None:
    order = placed(store)
    level = keep(order, states(store, 0, AFTER))
    assert (level.on_hand, level.reserved, level.free, level.oversold) == (2, 2, 0, False)


def test_a_count_of_what_lies_there_is_lowered_by_every_order(store: Store) -> None:
    order = placed(store)
    assert keep(order, states(store, 5, AFTER, net=False)).free == 3
    assert states(store, 5, LATER, net=False).free == 3


def test_where_the_store_has_stated_two_places_since_nothing_is_added(store: Store) -> None:
    order = placed(store)
    states(store, 9, AFTER, place="e")
    assert keep(order, states(store, 3, AFTER)).free == 1, "it took the order off at one of them, and nobody can tell at which"


def test_what_ships_or_is_given_back_leaves_the_statement_as_it_was(store: Store, system: User) -> None:
    order = placed(store)
    level = keep(order, states(store, 3, AFTER))
    with atomic():
        release(orders=[order], by=system, because="Cancelled.")
    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (3, 0)
    keep(order, level)
    with atomic():
        use(order=order, lines={order.lines.get().pk: 2}, by=system)
    level.refresh_from_db()
    assert (level.on_hand, level.reserved, level.free) == (3, 0, 3)
    assert Reservation.objects.filter(netted=True).count() == 2
