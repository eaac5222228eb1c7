"""The demo's stores and the simulated shops know each other: the same addresses, secrets and keys on both sides."""

import json

import pytest

from ordersops import demo
from ordersops.effects.connectors import connector
from ordersops.simulator.config import parse

STORE = "http://127.0.0.1:8020"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("system")]


def told(stores: list[demo.Store]) -> list[dict[str, str]]:
    path = demo.simulator_config(stores, product_url="http://127.0.0.1:8000", port=8020, rate=0)
    raw = json.loads(path.read_text())
    shops = parse(raw).shops
    assert [shop.platform for shop in shops] == ["shopify", "generic", "woocommerce"]
    found: list[dict[str, str]] = raw["shops"]
    return found


def test_every_shop_with_an_interface_is_reached_with_the_key_it_knows() -> None:
    stores = demo.furnish(STORE)
    for store, shop in zip(stores, told(stores), strict=True):
        assert (shop["api_key"], shop["api_secret"]) == (store.api_key or "", store.api_secret or "")
        assert shop["secret"] == store.webhook_secret
        assert (connector(store) is not None) == (store.platform != "generic")


def test_a_second_start_changes_nothing() -> None:
    first = told(demo.furnish(STORE))
    assert told(demo.furnish(STORE)) == first


def test_stores_of_an_earlier_demo_get_their_interface() -> None:
    assert not any(store.has_api for store in demo.furnish(""))
    assert [store.has_api for store in demo.furnish(STORE)] == [True, False, True]
    moved = demo.furnish("http://127.0.0.1:9020")
    assert [store.api_url for store in moved] == ["http://127.0.0.1:9020", "", "http://127.0.0.1:9020"]


def test_every_shop_knows_where_its_warehouses_answer_and_what_they_sign_with() -> None:
    stores = demo.furnish(STORE, warehouses=True)
    for store, shop in zip(stores, told(stores), strict=True):
        places = {one.external_id: one for one in store.locations.all()}
        found = parse({"shops": [shop]}).shops[0].nodes
        assert {node.place for node in found} == set(places) != set()
        for node in found:
            assert node.endpoint == f"http://127.0.0.1:8000{places[node.place].node_path}"
            assert node.secret == places[node.place].node_secret
    assert told(demo.furnish(STORE, warehouses=True)) == told(stores), "a second start changes nothing"
