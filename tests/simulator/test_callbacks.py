"""What the product asks of the store: verified, once, applied, and honestly refused."""

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


def call(
    running: Running, kind: str, order_id: str, *, webhook_id: str | None = None, secret: str = GENERIC_SECRET, shop: int = 1
) -> requests.Response:
    now, webhook_id = datetime.now(UTC), webhook_id or f"msg_{uuid.uuid4().hex}"
    data = {"order_id": order_id, "number": order_id, "effect_id": "e1", "decision_id": "d1", "reason": "reviewed"}
    body = json.dumps({"type": kind, "timestamp": now.isoformat(), "data": data})
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, now.replace(microsecond=0), body),
    }
    return running.post(f"/callbacks/{shop}", data=body, headers=headers)


def held_order(running: Running) -> str:
    (order_id,) = running.send("stolen_card", shop=1)
    running.settle()
    assert running.order(order_id)["shipping"] == "unfulfilled"
    return order_id


def topics(receiver: Receiver) -> list[str]:
    return [received.topic for received in receiver.received]


def test_a_release_ships_the_order_and_takes_the_money(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    order_id = held_order(running)
    response = call(running, "order.release", order_id)
    assert (response.status_code, response.json()) == (200, {"ok": True})
    wait_until(lambda: running.order(order_id)["shipping"] == "delivered")
    running.settle()
    assert running.order(order_id)["payment"] == "paid"
    assert topics(receiver)[-5:] == ["order.paid", "shipment.created", *["shipment.updated"] * 3]
    (callback,) = running.state()["callbacks"]
    assert callback["verified"]
    assert (callback["type"], callback["order_id"], callback["effect_id"], callback["answer"]) == ("order.release", order_id, "e1", 200)


def test_a_cancellation_voids_what_was_only_authorised(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    order_id = held_order(running)
    assert call(running, "order.cancel", order_id).status_code == 200
    wait_until(lambda: running.order(order_id)["cancelled"])
    running.settle()
    assert running.order(order_id)["payment"] == "voided"
    assert topics(receiver)[-1] == "order.cancelled"


def test_a_cancellation_refunds_what_was_paid(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    (order_id,) = running.send("account_takeover", shop=1)
    running.settle()
    assert call(running, "order.cancel", order_id).status_code == 200
    wait_until(lambda: running.order(order_id)["payment"] == "refunded")
    running.settle()
    order = running.order(order_id)
    assert order["refunded"] == order["captured"] == order["total"]
    assert topics(receiver)[-2:] == ["order.cancelled", "refund.created"]


def test_a_release_does_not_ship_what_was_never_paid(run: Callable[..., Running]) -> None:
    running = run()
    order_ids = running.send("card_testing", shop=1)
    running.settle()
    unpaid = next(order_id for order_id in order_ids if running.order(order_id)["payment"] == "failed")
    assert call(running, "order.release", unpaid).status_code == 200
    running.settle()
    assert running.order(unpaid)["shipping"] == "unfulfilled"


def test_the_same_webhook_id_is_applied_once(run: Callable[..., Running]) -> None:
    running = run()
    order_id = held_order(running)
    call(running, "order.cancel", order_id, webhook_id="msg_once")
    again = call(running, "order.cancel", order_id, webhook_id="msg_once")
    assert (again.status_code, again.json()) == (200, {"ok": True, "duplicate": True})
    assert [callback["duplicate"] for callback in running.state()["callbacks"]] == [False, True]


def test_a_wrong_signature_is_401_and_changes_nothing(run: Callable[..., Running]) -> None:
    running = run()
    order_id = held_order(running)
    assert call(running, "order.release", order_id, secret="whsec_bm90LXRoZS1zZWNyZXQ=").status_code == 401
    assert running.order(order_id)["word"] is None
    assert [callback["verified"] for callback in running.state()["callbacks"]] == [False]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "a", "webhook-timestamp": "now", "webhook-signature": "v1,x"},
        {"webhook-id": "a", "webhook-timestamp": str(int(datetime.now(UTC).timestamp())), "webhook-signature": "nonsense"},
    ],
)
def test_a_malformed_signature_is_401(headers: dict[str, str], run: Callable[..., Running]) -> None:
    assert run().post("/callbacks/1", data=b"\xff{", headers=headers).status_code == 401


def test_an_unknown_order_is_404(run: Callable[..., Running]) -> None:
    response = call(run(), "order.release", "#1")
    assert response.status_code == 404
    assert "no order #1" in response.json()["error"]


def test_a_shop_without_callbacks_is_404(run: Callable[..., Running]) -> None:
    assert call(run(), "order.release", "#1", shop=0).status_code == 404


def test_a_parcel_that_left_cannot_be_cancelled(run: Callable[..., Running]) -> None:
    running = run()
    (order_id,) = running.send("ordinary", shop=1)
    running.settle()
    assert call(running, "order.cancel", order_id).status_code == 409


def test_a_failing_store_answers_as_told_and_recovers(run: Callable[..., Running]) -> None:
    running = run()
    order_id = held_order(running)
    assert running.post("/faults", json={"callback_status": 500}).json()["callback_status"] == 500
    assert call(running, "order.cancel", order_id, webhook_id="msg_retry").status_code == 500
    assert running.order(order_id)["word"] is None
    running.post("/faults", json={"callback_status": None})
    response: dict[str, Any] = call(running, "order.cancel", order_id, webhook_id="msg_retry").json()
    assert response == {"ok": True}
