"""reserve from many threads at the same instant, on a database where they may commit."""

from collections.abc import Sequence
from functools import partial

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic
from ordersops.errors import Conflict
from ordersops.orders.models import Order
from ordersops.stock.actions import Wanted, reserve
from ordersops.stock.models import Level, Reservation
from ordersops.stores.models import Store
from tests.factories import LevelFactory, OrderFactory
from tests.kernel.threads import at_once
from tests.review.test_second_at_once import store, system

__all__ = ["store", "system"]


def test_sixty_four_writers_never_sell_what_is_not_there(store: Store, system: User) -> None:
    """Each wants one of two items, in either order; there are 20 and 30 of them."""
    first, second = LevelFactory(store=store, on_hand=20), LevelFactory(store=store, on_hand=30)

    def keep(order: Order, levels: Sequence[Level]) -> None:
        with atomic():
            Order.objects.select_for_update().get(pk=order.pk)
            line = order.lines.get()
            reserve(order=order, wanted=[Wanted(line.pk, level.pk, 1) for level in levels], by=system)

    orders = [OrderFactory(store=store) for _ in range(64)]
    ways = [(first,), (second,), (first, second), (second, first)]
    found = at_once([partial(keep, order, ways[number % 4]) for number, order in enumerate(orders)])
    assert all(one is None or isinstance(one, Conflict) for one in found), found
    for level, most in ((first, 20), (second, 30)):
        level.refresh_from_db()
        kept = sum(Reservation.objects.filter(level=level, state="held").values_list("units", flat=True))
        assert kept == level.reserved <= most
    first.refresh_from_db()
    assert first.reserved == 20, "more was wanted than there is, and all of it went"
