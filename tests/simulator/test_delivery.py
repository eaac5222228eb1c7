"""The sender, the past, the seed, the knobs and the page."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from ordersops.simulator.config import Config, ConfigError, parse
from ordersops.simulator.director import Director
from ordersops.simulator.messages import Message
from ordersops.simulator.numbering import Numbering
from ordersops.simulator.record import Record

from .conftest import Receiver, Running, wait_until


@pytest.mark.parametrize("shop", [0, 1])
def test_a_503_is_repeated_under_the_same_id_until_accepted(shop: int, run: Callable[..., Running], receiver: Receiver) -> None:
    receiver.answers = [503, 503]
    running = run(tempo=1.0)
    running.send("ordinary", shop=shop)
    wait_until(lambda: len(receiver.received) == 3)
    assert [received.answer for received in receiver.received] == [503, 503, 200]
    assert len({received.webhook_id for received in receiver.received}) == 1
    assert len({received.body for received in receiver.received}) == 1
    assert all(received.good for received in receiver.received)
    wait_until(lambda: running.state()["answers"] == {"503": 2, "200": 1})


def test_a_4xx_is_final(run: Callable[..., Running], receiver: Receiver) -> None:
    receiver.answers = [422]
    running = run(tempo=1.0)
    running.send("ordinary")
    wait_until(lambda: running.state()["answers"] == {"422": 1} and running.state()["waiting"] == 0)
    assert len(receiver.received) == 1


def test_an_unreachable_product_is_tried_again(run: Callable[..., Running]) -> None:
    shop = {
        "name": "Gone",
        "platform": "shopify",
        "endpoint": "http://127.0.0.1:9/hooks/x",
        "secret": "s",
        "currency": "USD",
        "domain": "g",
    }
    running = run(tempo=1.0, shops=[shop])
    running.send("ordinary")
    wait_until(lambda: running.state()["answers"].get("ConnectionError", 0) >= 3)


def test_dropped_webhooks_are_recorded_as_lost(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.post("/faults", json={"drop_next": 2})
    running.send("ordinary", shop=1)
    running.settle()
    sent = running.state()["sent"]
    assert sent["lost"] == 2
    assert len(receiver.received) == sent["total"] - 2


def test_the_past_arrives_oldest_first_and_complete(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run(backfill=40)
    running.settle()
    orders = running.store.record.orders
    assert len({order.key for order in orders}) == len(orders) >= 38
    assert {"paid", "refunded", "partially_refunded"} & {order.payment_status for order in orders}
    assert sum(order.shipping_state == "delivered" for order in orders) > len(orders) / 2
    assert max(Counter(order.person.email for order in orders).values()) > 1, "repeat customers have history"
    created = [r.headers["x-shopify-triggered-at"] for r in receiver.received if r.headers.get("x-shopify-topic") == "orders/create"]
    assert created == sorted(created)


def test_the_rate_makes_orders_come_by_themselves(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run(tempo=1.0)
    assert running.post("/rate?per_minute=3000").json() == {"rate": 3000}
    wait_until(lambda: running.state()["orders_total"] >= 5)
    assert running.post("/rate?per_minute=0").json() == {"rate": 0}


def world(config: Config) -> list[tuple[Any, ...]]:
    messages: list[Message] = []
    record = Record(quiet=True)
    director = Director(config, out=messages.append, record=record)
    director.tell_past(25)
    for _ in range(40):
        director.tell(*director.choose())
    return [
        (o.story, o.shop.name, o.person.email, o.total, o.ship_to.address1, o.device.ip, o.person.card.fingerprint) for o in record.orders
    ]


def test_the_same_seed_tells_the_same_stories(receiver: Receiver) -> None:
    assert world(receiver.config(seed=11)) == world(receiver.config(seed=11))
    assert world(receiver.config(seed=11)) != world(receiver.config(seed=12))


def test_ids_do_not_come_again_after_a_restart() -> None:
    """Restarted a minute later, after a burst of 500 orders."""
    before, after = Numbering(1_800_000_000.0), Numbering(1_800_000_060.0)
    assert not {before.key() for _ in range(500)} & {after.key() for _ in range(500)}
    assert not {before.number() for _ in range(500)} & {after.number() for _ in range(500)}
    assert 2**53 < after.key() < 2**63


def test_the_page_escapes_and_has_no_script(run: Callable[..., Running]) -> None:
    running = run()
    running.post("/callbacks/1", json={"type": "<script>alert(1)</script>", "data": {"reason": "<b>"}})
    running.send("pushy_note", shop=1)
    page = requests.get(running.address + "/", timeout=120)
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "&lt;script&gt;" in page.text
    assert requests.get(running.address + "/style.css", timeout=120).headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/send/no_such_story", 404),
        ("/send/ordinary?shop=9", 404),
        ("/send/ordinary?n=0", 422),
        ("/rate?per_minute=x", 422),
        ("/nowhere", 404),
    ],
)
def test_a_wrong_request_is_answered_with_a_sentence(path: str, status: int, run: Callable[..., Running]) -> None:
    response = run().post(path)
    assert response.status_code == status
    assert response.json()["error"]


def test_a_fault_knob_that_does_not_exist_is_refused(run: Callable[..., Running]) -> None:
    running = run()
    assert running.post("/faults", json={"explode": 1}).status_code == 422
    assert running.post("/faults", json={"drop_next": "many"}).status_code == 422


def test_a_person_in_the_shopify_back_office_can_cancel(run: Callable[..., Running]) -> None:
    running = run()
    (order_id,) = running.send("stolen_card", shop=0)
    running.settle()
    assert running.post(f"/orders/{order_id}/cancel").status_code == 200
    wait_until(lambda: running.order(order_id)["cancelled"])


@pytest.mark.parametrize(
    "change", [{"shops": []}, {"rate": -1}, {"rate": True}, {"port": "x"}, {"bckfill": 3}, {"shops": [{"name": "x", "platform": "etsy"}]}]
)
def test_a_configuration_that_makes_no_sense_is_refused(change: dict[str, Any], receiver: Receiver) -> None:
    with pytest.raises(ConfigError):
        receiver.config(**change)


def test_a_generic_secret_must_be_base64() -> None:
    shop = {"name": "x", "platform": "generic", "endpoint": "http://x", "secret": "whsec_a", "currency": "EUR", "domain": "x"}
    with pytest.raises(ConfigError, match="base64"):
        parse({"shops": [shop]})


@pytest.mark.process
def test_the_process_runs_and_stops_cleanly(receiver: Receiver, tmp_path: Path) -> None:
    config = receiver.config()
    shops = [
        {name: getattr(shop, name) for name in ("name", "platform", "endpoint", "secret", "currency", "domain")} for shop in config.shops
    ]
    file = tmp_path / "store.json"
    file.write_text(json.dumps({"port": 0, "rate": 600, "backfill": 2, "shops": shops}))
    process = subprocess.Popen(
        [sys.executable, "-m", "ordersops.simulator", "--config", str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: any(received.headers.get("x-shopify-topic") == "orders/create" for received in list(receiver.received)))
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert errors == ""
    assert "orders/create" in out
    assert out.rstrip().endswith("simulated store stopped")


@pytest.mark.parametrize("shop", [0, 1, 2], ids=["shopify", "generic", "woocommerce"])
def test_each_shop_loses_sends_twice_and_signs_with_a_new_secret(shop: int, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    assert running.post("/faults", json={"drop_next": 100}).status_code == 200
    running.send("ordinary", shop=shop)
    running.settle()
    assert receiver.received == []
    assert running.state()["sent"]["lost"] > 0
    assert running.post("/faults", json={"drop_next": 0, "twice_next": 1}).status_code == 200
    running.send("ordinary", shop=shop)
    running.settle()
    assert receiver.received[0].body == receiver.received[1].body
    before = len(receiver.received)
    secret = "whsec_bmV3LXNlY3JldC1vZi1hLXNob3AtMDAwMDAwMDA="
    assert running.post(f"/shops/{shop}/secret", json={"secret": secret}).status_code == 200
    running.send("ordinary", shop=shop)
    running.settle()
    assert {received.good for received in receiver.received[:before]} == {True}
    assert {received.good for received in receiver.received[before:]} == {False}, "the receiver knows the old secret alone"


@pytest.mark.parametrize(("method", "path"), [("POST", "/admin/api/2026-07/graphql.json"), ("GET", "/wp-json/wc/v3/orders")])
def test_each_interface_fails_and_is_slow_as_it_is_told(method: str, path: str, run: Callable[..., Running]) -> None:
    running = run()
    running.post("/faults", json={"fail_next": 1})
    ask = {"url": running.address + path, "json": {"query": "{ app { id } }"}}
    answers = [requests.request(method, **ask, timeout=120).status_code for _ in range(2)]
    assert answers == [503, 401], "the second one is answered: without a key"
    running.post("/faults", json={"slow_ms": 60_000})
    with pytest.raises(requests.ReadTimeout):
        requests.request(method, **ask, timeout=0.5)
