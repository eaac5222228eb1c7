"""The simulated warehouse: asked once, it answers by the story of the order, signed, at a door of its own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from .conftest import GENERIC_SECRET, Receiver, Running, wait_until

DOOR = "/nodes/1/place-0"


@pytest.fixture
def here(run: Callable[..., Running], receiver: Receiver) -> Running:
    running = run()
    node = {"place": "place-0", "endpoint": f"{receiver.address}/hooks/warehouse", "secret": GENERIC_SECRET}
    assert running.post("/shops/1/nodes", json=[node]).status_code == 200
    return running


def signed(body: str, secret: str = GENERIC_SECRET) -> dict[str, str]:
    now, name = datetime.now(UTC).replace(microsecond=0), uuid.uuid4().hex
    return {"webhook-id": name, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": Webhook(secret).sign(name, now, body)}


def ask(running: Running, order_id: str, effect: str, sku: str = "", secret: str = GENERIC_SECRET) -> requests.Response:
    lines = [{"id": "li", "sku": sku, "quantity": 1}]
    body = json.dumps({"type": "node.request", "data": {"effect_id": effect, "order_id": order_id, "lines": lines}})
    return running.post(DOOR, data=body, headers=signed(body, secret))


def ordered(running: Running, receiver: Receiver, story: str) -> tuple[str, str]:
    """An order of the story that is paid: its id, and the SKU of its line."""
    (order_id,) = running.send(story, shop=1)
    wait_until(lambda: running.order(order_id)["payment"] == "paid")

    def placed() -> list[dict[str, Any]]:
        return [one.document for one in receiver.received if one.topic == "order.created" and one.document["order_id"] == order_id]

    wait_until(placed)
    return order_id, placed()[0]["items"][0]["sku"]


def answers(receiver: Receiver) -> list[dict[str, Any]]:
    return [one.document for one in receiver.received if one.path == "/hooks/warehouse" and one.good]


def said(receiver: Receiver) -> list[str]:
    return [one["event"].removeprefix("fulfilment.") for one in answers(receiver)]


STORIES = [
    ("warehouse_takes_it", ["accepted", "shipped"]),
    ("warehouse_has_none", ["rejected"]),
    ("warehouse_lets_go", ["accepted", "cancelled"]),
    ("warehouse_in_disorder", ["shipped", "accepted", "shipped"]),
]


@pytest.mark.parametrize(("story", "events"), STORIES, ids=[story for story, _ in STORIES])
def test_it_answers_by_the_story(story: str, events: list[str], here: Running, receiver: Receiver) -> None:
    order_id, sku = ordered(here, receiver, story)
    assert [ask(here, order_id, "E1", sku).status_code for _ in range(2)] == [200, 200], "asked twice, stored once"
    wait_until(lambda: said(receiver) == events)
    first = answers(receiver)[0]
    assert (first["effect_id"], first["order_id"]) == ("E1", order_id)


def test_what_it_ships_the_shop_tells_too(here: Running, receiver: Receiver) -> None:
    order_id, sku = ordered(here, receiver, "warehouse_takes_it")
    ask(here, order_id, "E1", sku)
    wait_until(lambda: said(receiver) == ["accepted", "shipped"])
    parcel = answers(receiver)[-1]["shipment"]
    wait_until(lambda: any(one.topic == "shipment.created" for one in receiver.received))
    theirs = next(one.document["shipments"] for one in receiver.received if one.topic == "shipment.created")
    assert parcel["tracking_numbers"] == theirs[0]["tracking_numbers"]
    assert parcel["items"] == [{"id": "li", "quantity": 1}]


def test_it_can_be_silent_and_be_called_back(here: Running, receiver: Receiver) -> None:
    order_id, sku = ordered(here, receiver, "warehouse_is_silent")
    ask(here, order_id, "E1", sku)
    where = f"{here.address}{DOOR}/E1"
    assert requests.get(where, headers=signed(""), timeout=120).json()["status"] == "received"
    assert here.post(f"{DOOR}/E1/cancel", data="{}", headers=signed("{}")).json()["status"] == "cancelled"
    wait_until(lambda: said(receiver) == ["cancelled"])


def test_it_refuses_what_is_not_signed_by_its_secret_or_not_known(here: Running, receiver: Receiver) -> None:
    order_id, sku = ordered(here, receiver, "warehouse_takes_it")
    other = "whsec_" + "c2VjcmV0IG9mIHNvbWVib2R5IGVsc2U="
    assert ask(here, order_id, "E1", sku, secret=other).status_code == 401
    assert ask(here, "nobody", "E1").status_code == 422
    assert requests.get(f"{here.address}{DOOR}/E9", headers=signed(""), timeout=120).status_code == 404
    assert requests.get(f"{here.address}/nodes/1/elsewhere/E9", headers=signed(""), timeout=120).status_code == 404
    assert here.post("/shops/1/nodes", json=[{"place": "x"}]).status_code == 422
