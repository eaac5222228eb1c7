"""Stock facts: absolute counts with a watermark, from any platform, in any order of arrival."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.intake.jobs import drain
from ordersops.stock.actions import take_in
from ordersops.stock.models import Inbound, Item, Level, Location
from ordersops.stores.facts import StockFacts
from ordersops.stores.models import Store
from ordersops.stores.platforms import platforms
from tests.factories import LevelFactory
from tests.intake.sending import send
from tests.kernel.history import told

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


VARIANT = {"inventory_item_id": 44, "sku": "LAMP", "grams": 900}


def level(count: int, *, location: str = "w", sku: str = "A") -> StockFacts:
    """So many, stated `count` minutes after the hour."""
    at = (AT + timedelta(minutes=count)).isoformat()
    return facts(
        "generic", "stock.updated", event="stock.updated", levels=[{"location": location, "sku": sku, "on_hand": count, "updated_at": at}]
    )


def facts(platform: str, topic: str, **payload: Any) -> StockFacts:
    found = platforms()[platform].facts(topic=topic, payload=payload, at=AT).stock
    assert found is not None
    return found


def state() -> list[Any]:
    return sorted(Level.objects.values_list("location__external_id", "item__external_id", "on_hand"))


def test_shopify_states_places_items_and_levels(store: Store, system: User) -> None:
    said = [
        facts("shopify", "locations/create", id=7, name="West", active=True, country_code="us", city="Reno", updated_at="2026-11-01T10:00:00Z"),
        facts("shopify", "products/update", id=1, title="Lamp", tags="Hazmat, Oversized", variants=[VARIANT]),
        facts("shopify", "inventory_items/update", id=44, sku="LAMP", country_code_of_origin="DE", harmonized_system_code="940520"),
        facts("shopify", "inventory_levels/update", inventory_item_id=44, location_id=7, available=12, updated_at="2026-11-01T11:00:00Z"),
    ]  # fmt: skip
    take_in(facts=[(store.pk, one) for one in said], by=system)
    assert state() == [("7", "44", 12)]
    item, place = Item.objects.get(), Location.objects.get()
    assert (item.sku, item.needs, item.origin, item.hs_code, item.grams) == ("LAMP", ["hazmat", "oversize"], "DE", "940520", 900)
    assert (place.name, place.country, place.is_active) == ("West", "US", True)
    assert told(store=store)[-1:] == [Verb.STOCK_TOLD]


def test_woocommerce_states_one_place(store: Store, system: User) -> None:
    said = facts(
        "woocommerce", "product.updated", id=5, sku="MUG", name="Mug", manage_stock=True, stock_quantity=3, tags=[{"name": "fragile"}]
    )
    take_in(facts=[(store.pk, said)], by=system)
    assert state() == [("shop", "5", 3)]
    assert Item.objects.get().sku == "MUG"
    unmanaged = facts("woocommerce", "product.updated", id=6, sku="CUP", manage_stock=False, stock_quantity=None)
    take_in(facts=[(store.pk, unmanaged)], by=system)
    assert state() == [("shop", "5", 3)], "nothing is counted that the shop does not count"


def test_a_signed_event_brings_stock_through_the_door(store: Store, system: User) -> None:
    event = {
        "event": "stock.updated", "occurred_at": "2026-11-01T12:00:00Z",
        "locations": [{"id": "w", "name": "West", "capabilities": ["hazmat", "juggling"], "serves": ["us", "CA"], "cut_off": "16:30"}],
        "stock_items": [{"sku": "LAMP", "needs": ["hazmat"], "configured": False}],
        "levels": [{"location": "w", "sku": "LAMP", "on_hand": 4}, {"location": "w", "sku": "BULB", "on_hand": -2}],
        "inbound": [{"id": "po-1", "location": "w", "sku": "BULB", "units": 9, "expected_at": "2026-11-05T08:00:00Z"}],
    }  # fmt: skip
    assert send(store, event).status_code == 200
    assert drain() == 1
    assert state() == [("w", "BULB", -2), ("w", "LAMP", 4)]
    place = Location.objects.get()
    assert (place.capabilities, place.serves, place.cut_off.hour if place.cut_off else None) == (["hazmat"], ["US", "CA"], 16)
    assert Inbound.objects.get().units == 9


def test_any_order_of_arrival_ends_the_same(store: Store, system: User) -> None:
    said = [level(count) for count in (1, 5, 3)]
    for seed in range(5):
        Level.objects.all().delete()
        arriving = [*said, *said]
        random.Random(seed).shuffle(arriving)
        for one in arriving:
            take_in(facts=[(store.pk, one)], by=system)
        assert state() == [("w", "A", 5)], "the newest count, whenever it came"


def test_the_same_facts_again_change_nothing(store: Store, system: User) -> None:
    said = facts("generic", "stock.updated", event="stock.updated", levels=[{"location": "w", "sku": "A", "on_hand": 2}])
    assert take_in(facts=[(store.pk, said)], by=system)
    assert not take_in(facts=[(store.pk, said)], by=system)
    assert told(store=store).count(Verb.STOCK_TOLD) == 1


def test_less_than_is_kept_makes_it_oversold(store: Store, system: User) -> None:
    there = LevelFactory(store=store, on_hand=5, reserved=4)
    for count, oversold in ((3, True), (4, False)):
        said = level(count, location=there.location.external_id, sku=there.item.external_id)
        take_in(facts=[(store.pk, said)], by=system)
        there.refresh_from_db()
        assert there.oversold is oversold


def test_queries_do_not_grow_with_the_facts(store: Store, system: User, django_assert_max_num_queries: Any) -> None:
    many = [
        facts("generic", "stock.updated", event="stock.updated", levels=[{"location": f"w{n % 3}", "sku": f"S{n}", "on_hand": n}])
        for n in range(60)
    ]
    with django_assert_max_num_queries(22):
        take_in(facts=[(store.pk, one) for one in many], by=system)
    assert Level.objects.count() == 60
