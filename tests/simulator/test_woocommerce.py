"""A shop of the WooCommerce kind: it asks once, counts failures, lists its orders, and does what it is told over REST."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from .conftest import WOO_KEY, Receiver, Running, wait_until

EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "outside" / "woocommerce" / "json_examples"


def ask(running: Running, method: str, path: str, *, key: tuple[str, str] = WOO_KEY, **options: Any) -> requests.Response:
    return requests.request(method, f"{running.address}/wp-json/wc/v3/{path}", auth=key, timeout=120, **options)


def held(running: Running) -> str:
    (order_id,) = running.send("stolen_card", shop=2)
    running.settle()
    assert ask(running, "GET", f"orders/{order_id}").json()["status"] == "on-hold"
    return order_id


def test_a_subscription_begins_with_an_unsigned_ping(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.settle()
    assert [ping.body[:11] for ping in receiver.pings] == [b"webhook_id="] * len(ask(running, "GET", "webhooks").json())
    assert {ping.headers["content-type"] for ping in receiver.pings} == {"application/x-www-form-urlencoded"}
    assert not any("x-wc-webhook-signature" in ping.headers for ping in receiver.pings)


def test_every_webhook_carries_the_platforms_headers(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send("ordinary", shop=2)
    running.settle()
    first, *others = receiver.received
    assert (first.topic, {other.topic for other in others}) == ("order.created", {"order.updated"})
    assert first.headers["x-wc-webhook-resource"] == "order"
    assert first.headers["x-wc-webhook-event"] == "created"
    assert first.headers["x-wc-webhook-source"] == "https://fell.example/"
    assert all(received.good for received in receiver.received)
    assert others[-1].document["status"] == "completed"


def test_it_never_asks_twice_and_gives_up_after_six_failures(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    receiver.answers = [500] * 100
    running.send("ordinary", shop=2, n=6)
    running.settle()
    hooks = ask(running, "GET", "webhooks").json()
    assert {hook["status"] for hook in hooks if hook["topic"].startswith("order.")} == {"disabled"}
    created = [received.body for received in receiver.received if received.topic == "order.created"]
    assert len(created) == len(set(created)) == 6, "each was asked once"
    receiver.answers, before = [], len(receiver.received)
    running.send("ordinary", shop=2)
    running.settle()
    assert len(receiver.received) == before, "a disabled subscription is silent"
    for hook in hooks:
        assert ask(running, "PUT", f"webhooks/{hook['id']}", json={"status": "active"}).json()["status"] == "active"
    running.send("ordinary", shop=2)
    running.settle()
    assert {received.topic for received in receiver.received[before:]} == {"order.created", "order.updated"}


def test_a_redirect_is_taken_for_success(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    receiver.answers = [301] * 8
    running.send("ordinary", shop=2)
    running.settle()
    assert {hook["status"] for hook in ask(running, "GET", "webhooks").json()} == {"active"}


def test_a_new_subscription_with_its_own_secret_and_address(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    address = f"{receiver.address}/hooks/woo"
    made = ask(running, "POST", "webhooks", json={"topic": "order.updated", "delivery_url": address, "secret": "another", "name": "x"})
    assert made.status_code == 201
    running.settle()
    assert f"webhook_id={made.json()['id']}".encode() in {ping.body for ping in receiver.pings}
    order_id = running.send("ordinary", shop=2)[0]
    running.settle()
    assert {received.good for received in receiver.received if received.document["id"] == int(order_id)} == {True, False}


@pytest.mark.parametrize("key", [("", ""), (WOO_KEY[0], "wrong"), ("wrong", WOO_KEY[1])])
def test_without_the_key_nothing_is_told(key: tuple[str, str], run: Callable[..., Running]) -> None:
    answer = ask(run(), "GET", "orders", key=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_cannot_view")


def test_the_orders_are_paged_to_the_end(run: Callable[..., Running]) -> None:
    running = run()
    running.send("ordinary", shop=2, n=5)
    running.send("ordinary", shop=0, n=2)
    running.settle()
    query = "orders?per_page=2&orderby=modified&order=asc&modified_after=2001-01-01T00:00:00&dates_are_gmt=true&page="
    pages = [ask(running, "GET", query + str(page)) for page in (1, 2, 3, 4)]
    assert [len(page.json()) for page in pages] == [2, 2, 1, 0]
    assert {page.headers["X-WP-Total"] + "/" + page.headers["X-WP-TotalPages"] for page in pages} == {"5/3"}
    found = [order["date_modified_gmt"] for page in pages for order in page.json()]
    assert found == sorted(found)
    assert ask(running, "GET", f"orders?modified_after={found[-1]}&dates_are_gmt=1").json() == []
    assert ask(running, "GET", "orders?per_page=101").status_code == 400


def test_the_list_and_the_webhook_show_the_same_order(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    (order_id,) = running.send("refunded", shop=2)
    running.settle()
    assert ask(running, "GET", f"orders/{order_id}").json() == receiver.received[-1].document


def test_processing_lets_the_parcel_go_and_the_shop_announces_it(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    order_id = held(running)
    answer = ask(running, "PUT", f"orders/{order_id}", json={"status": "processing"})
    assert (answer.status_code, answer.json()["status"]) == (200, "processing")
    assert answer.json()["date_paid_gmt"]
    running.settle()
    assert running.order(order_id)["shipping"] == "delivered"
    assert receiver.received[-1].document["status"] == "completed"
    assert any("from On hold to Processing" in note["note"] for note in ask(running, "GET", f"orders/{order_id}/notes").json())


def test_a_cancelled_order_gives_no_taken_money_back_by_itself(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    (order_id,) = running.send("account_takeover", shop=2)
    running.settle()
    assert ask(running, "PUT", f"orders/{order_id}", json={"status": "cancelled"}).json()["status"] == "cancelled"
    order = running.order(order_id)
    assert (order["cancelled"], order["refunded"]) == (True, "0.00")
    total = order["captured"]
    assert ask(running, "POST", f"orders/{order_id}/refunds", json={"amount": total, "reason": "fraud"}).status_code == 201
    assert running.order(order_id)["refunded"] == total
    running.settle()
    assert Decimal(receiver.received[-1].document["refunds"][0]["total"]) == -Decimal(total)


def test_a_refund_of_lines_and_never_more_than_was_taken(run: Callable[..., Running]) -> None:
    running = run()
    (order_id,) = running.send("ordinary", shop=2)
    running.settle()
    order = ask(running, "GET", f"orders/{order_id}").json()
    wanted = {
        "amount": "5.00",
        "reason": "scratch",
        "api_refund": False,
        "line_items": [{"id": order["line_items"][0]["id"], "quantity": 1}],
    }
    made = ask(running, "POST", f"orders/{order_id}/refunds", json=wanted).json()
    assert (made["amount"], made["refunded_payment"], made["line_items"][0]["quantity"]) == ("5.00", False, -1)
    assert ask(running, "GET", f"orders/{order_id}/refunds").json() == [made]
    assert ask(running, "POST", f"orders/{order_id}/refunds", json={"amount": order["total"]}).status_code == 500
    assert ask(running, "POST", f"orders/{order_id}/refunds", json={"amount": "-1"}).status_code == 400
    again = wanted | {"line_items": [{"id": order["line_items"][0]["id"], "quantity": 999}]}
    assert ask(running, "POST", f"orders/{order_id}/refunds", json=again).status_code == 400
    assert running.order(order_id)["refunded"] == "5.00"


def test_an_order_at_no_price_is_made_under_another_and_ships(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    (order_id,) = running.send("ordinary", shop=2)
    running.settle()
    order = ask(running, "GET", f"orders/{order_id}").json()
    lines = [{"product_id": order["line_items"][0]["product_id"], "quantity": 1, "subtotal": "0.00", "total": "0.00"}]
    wanted = {
        "parent_id": order["id"], "billing": order["billing"], "shipping": order["shipping"], "line_items": lines, "set_paid": True,
        "meta_data": [{"key": "_ours", "value": "7"}],
    }  # fmt: skip
    made = ask(running, "POST", "orders", json=wanted)
    assert (made.status_code, made.json()["total"], made.json()["status"]) == (201, "0.00", "processing")
    running.settle()
    (found,) = ask(running, "GET", "orders?parent=" + order_id).json()
    assert (found["id"], found["parent_id"], found["shipping"]) == (made.json()["id"], order["id"], order["shipping"])
    assert [row["value"] for row in found["meta_data"] if row["key"] == "_ours"] == ["7"]
    assert found["status"] == "completed"
    assert "order.created" in [received.headers["x-wc-webhook-topic"] for received in receiver.received[-8:]]
    assert ask(running, "POST", "orders", json=wanted | {"billing": {"email": "nobody@x.example"}}).status_code == 400
    assert ask(running, "POST", "orders", json=wanted | {"line_items": [{"product_id": 1, "total": "0"}]}).status_code == 400


def test_address_note_and_meta_are_changed_and_announced_once(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    order_id = held(running)
    told = len(receiver.received)
    change = {
        "shipping": {"address_1": "Am Markt 3", "city": "Jena"},
        "customer_note": "ring twice",
        "meta_data": [{"key": "case", "value": "7"}],
    }
    order = ask(running, "PUT", f"orders/{order_id}", json=change).json()
    assert (order["shipping"]["address_1"], order["shipping"]["city"], order["customer_note"]) == ("Am Markt 3", "Jena", "ring twice")
    assert ("case", "7") in [(meta["key"], meta["value"]) for meta in order["meta_data"]]
    running.settle()
    assert len(receiver.received) == told + 1
    assert receiver.received[-1].document == order
    assert ask(running, "PUT", f"orders/{order_id}", json=change).json()["meta_data"] == order["meta_data"]
    running.settle()
    note = ask(running, "POST", f"orders/{order_id}/notes", json={"note": "seen by fraud", "customer_note": False})
    assert (note.status_code, note.json()["note"]) == (201, "seen by fraud")
    assert ask(running, "GET", f"orders/{order_id}/notes").json()[0] == note.json()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "orders/1", None, 404),
        ("GET", "orders/x", None, 404),
        ("GET", "nowhere", None, 404),
        ("GET", "orders?orderby=colour", None, 400),
        ("GET", "orders?modified_after=yesterday", None, 400),
        ("POST", "webhooks", {"topic": "order.exploded", "delivery_url": "http://127.0.0.1/"}, 400),
        ("POST", "webhooks", {"topic": "order.created", "delivery_url": "file:///etc/passwd"}, 400),
        ("PUT", "webhooks/1", {"status": "active"}, 404),
    ],
)
def test_what_cannot_be_is_refused_in_the_platforms_words(
    method: str, path: str, body: Any, status: int, run: Callable[..., Running]
) -> None:
    answer = ask(run(), method, path, json=body)
    assert answer.status_code == answer.json()["data"]["status"] == status


def test_a_status_that_nobody_knows_is_refused_whole(run: Callable[..., Running]) -> None:
    running = run()
    order_id = held(running)
    answer = ask(running, "PUT", f"orders/{order_id}", json={"status": "moon-phase", "customer_note": "x"})
    assert answer.status_code == 400
    assert ask(running, "GET", f"orders/{order_id}").json()["customer_note"] != "x"


def test_the_interface_fails_is_throttled_and_loses_answers_as_told(run: Callable[..., Running]) -> None:
    running = run()
    order_id = held(running)
    running.post("/faults", json={"fail_next": 1, "throttle": 1, "mute_next": 1})
    answers = [ask(running, "PUT", f"orders/{order_id}", json={"customer_note": "x"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 429, 502]
    assert answers[1].headers["Retry-After"] == "1"
    assert ask(running, "GET", f"orders/{order_id}").json()["customer_note"] == "x", "the write whose answer was lost has been done"
    assert [call["answer"] for call in running.state()["calls"]][-4:] == [503, 429, 502, 200]
    assert "answer lost" in requests.get(running.address + "/", timeout=120).text


def test_a_webhook_is_sent_twice_as_told(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.settle()
    running.post("/faults", json={"twice_next": 1})
    running.send("ordinary", shop=1)
    running.settle()
    assert receiver.received[0].body == receiver.received[1].body
    assert receiver.received[0].webhook_id == receiver.received[1].webhook_id
    assert len({received.body for received in receiver.received}) == len(receiver.received) - 1


@pytest.mark.parametrize("shop", [0, 2])
def test_a_rotated_secret_signs_from_then_on(shop: int, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    assert running.post(f"/shops/{shop}/secret", json={"secret": "rotated"}).status_code == 200
    running.send("ordinary", shop=shop)
    wait_until(lambda: receiver.received)
    assert not any(received.good for received in receiver.received)
    assert running.post("/shops/1/secret", json={"secret": "whsec_a"}).status_code == 422
    assert running.post("/shops/9/secret", json={"secret": "x"}).status_code == 404


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published examples are not beside this project")
def test_an_order_has_every_field_of_the_published_example(run: Callable[..., Running], receiver: Receiver) -> None:
    example = json.loads((EXAMPLES / "_orders_01.json").read_text())
    running = run()
    running.send("refunded", shop=2)
    running.settle()
    order = receiver.received[-1].document
    assert set(example) - {"_links"} <= set(order)
    for name in ("line_items", "shipping_lines", "tax_lines"):
        assert set(example[name][0]) <= set(order[name][0]), name
    for name in ("billing", "shipping"):
        assert set(example[name]) <= set(order[name])
    for name, value in example.items():
        if name in order and value is not None and order[name] is not None:
            assert type(order[name]) is type(value), name
