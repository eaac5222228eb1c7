"""Whether something of an order can leave from a place: asked before its shipment is moved there."""

from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.effects.kinds import KINDS
from ordersops.orders.models import Order
from ordersops.stock.models import Item, Level, Location
from ordersops.stock.queries import nothing_of
from ordersops.stores.models import Store
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
GID = "gid://shopify/Location/77"


@pytest.fixture
def order(store: Store) -> Order:
    found: Order = OrderFactory(store=store)
    return found


@pytest.fixture
def place(store: Store) -> Location:
    return Location.objects.create(store=store, external_id="77", name="East")


def lies(place: Location, sku: str, units: int, **more: Any) -> Level:
    item, _ = Item.objects.get_or_create(store=place.store, sku=sku, defaults={"external_id": sku})
    return Level.objects.create(store=place.store, location=place, item=item, on_hand=units, **more)


def sku(order: Order) -> str:
    line = order.lines.get()
    line.sku = "MUG"
    line.save(update_fields=["sku"])
    return "MUG"


def test_what_lies_there_can_leave_from_there(order: Order, place: Location) -> None:
    lies(place, sku(order), 1)
    assert nothing_of(order, GID) == ""


@pytest.mark.parametrize(("units", "more"), [(0, {}), (2, {"reserved": 2}), (2, {"safety_stock": 2})])
def test_what_is_not_there_or_is_kept_for_others_cannot(order: Order, place: Location, units: int, more: dict[str, int]) -> None:
    lies(place, sku(order), units, **more)
    assert nothing_of(order, GID) == "Nothing of it lies at East: choose another location."


def test_a_closed_place_ships_nothing(order: Order, place: Location) -> None:
    lies(place, sku(order), 5)
    Location.objects.filter(pk=place.pk).update(is_active=False)
    assert nothing_of(order, "77") == "East is closed."


def test_what_we_do_not_know_stands_against_nothing(order: Order, place: Location) -> None:
    sku(order)
    assert nothing_of(order, "gid://shopify/Location/404") == ""
    assert nothing_of(order, GID) == ""  # nothing was ever stated of what lies there


def test_a_move_asks(order: Order, place: Location, ops_reviewer: User) -> None:
    lies(place, sku(order), 0)
    kind = KINDS["fulfilment.move"]
    said = kind.refusals(order, kind.parse({"fulfilment_order": "gid://shopify/FulfillmentOrder/1", "location": GID}), ops_reviewer)
    assert said == ["Nothing of it lies at East: choose another location."]
