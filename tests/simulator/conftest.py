"""A receiver on loopback that checks all signature schemes over the raw bytes, and a store that talks to it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook, WebhookVerificationError

from ordersops.simulator.config import Config, parse
from ordersops.simulator.server import Server
from ordersops.simulator.store import Store

SHOPIFY_SECRET, SHOPIFY_TOKEN = "a-shared-secret", "shpat_of_the_first_shop"
WOO_SECRET, WOO_KEY = "thethirdshopssecret", ("ck_of_the_third_shop", "cs_of_the_third_shop")
GENERIC_SECRET = "whsec_" + base64.b64encode(b"another-shared-secret-of-the-shop").decode()


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    good: bool
    answer: int

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def topic(self) -> str:
        named = self.headers.get("x-shopify-topic") or self.headers.get("x-wc-webhook-topic")
        return named or ("ping" if self.is_ping else self.document["event"])

    @property
    def is_ping(self) -> bool:
        return self.body.startswith(b"webhook_id=")

    @property
    def webhook_id(self) -> str:
        return self.headers.get("x-shopify-webhook-id") or self.headers.get("x-wc-webhook-delivery-id") or self.headers["webhook-id"]


@dataclass
class Receiver:
    """Stands in for the product's door. `answers` are given first, one a request, then 200 (401 for a wrong signature).

    Pings of new subscriptions are kept apart: they tell nothing of an order.
    """

    received: list[Received] = field(default_factory=list)
    pings: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        good = {"/hooks/shopify": _shopify_good, "/hooks/woo": _woo_good}.get(path, _standard_good)(headers, body)
        with self.lock:
            if body.startswith(b"webhook_id="):
                self.pings.append(Received(path, headers, body, good, 200))
                return 200
            answer = self.answers.pop(0) if self.answers else (200 if good else 401)
            self.received.append(Received(path, headers, body, good, answer))
        return answer

    def config(self, **changes: Any) -> Config:
        shops = [
            {"name": "North", "platform": "shopify", "endpoint": f"{self.address}/hooks/shopify", "secret": SHOPIFY_SECRET,
             "currency": "USD", "domain": "north.example", "api_key": SHOPIFY_TOKEN},
            {"name": "Kiez", "platform": "generic", "endpoint": f"{self.address}/hooks/generic", "secret": GENERIC_SECRET,
             "currency": "EUR", "domain": "kiez.example"},
            {"name": "Fell", "platform": "woocommerce", "endpoint": f"{self.address}/hooks/woo", "secret": WOO_SECRET,
             "currency": "EUR", "domain": "fell.example", "api_key": WOO_KEY[0], "api_secret": WOO_KEY[1]},
        ]  # fmt: skip
        defaults = {"port": 0, "rate": 0, "backfill": 0, "tempo": 0.0, "shops": shops, "product_url": self.address}
        return parse(defaults | changes)


def _shopify_good(headers: dict[str, str], body: bytes) -> bool:
    return _digest_good(SHOPIFY_SECRET, body, headers.get("x-shopify-hmac-sha256", ""))


def _woo_good(headers: dict[str, str], body: bytes) -> bool:
    return _digest_good(WOO_SECRET, body, headers.get("x-wc-webhook-signature", ""))


def _digest_good(secret: str, body: bytes, shown: str) -> bool:
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected, shown)


def _standard_good(headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(GENERIC_SECRET).verify(body, headers, json_parse=False)
    except WebhookVerificationError:
        return False
    return True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    door = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(200)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(door.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body))

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    door.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield door
    server.shutdown()
    server.server_close()


@dataclass
class Running:
    """A simulated store with its own page, at work."""

    store: Store
    address: str

    def post(self, path: str, **options: Any) -> requests.Response:
        return requests.post(self.address + path, timeout=120, **options)

    def send(self, story: str, *, shop: int = 0, n: int = 1) -> list[str]:
        response = self.post(f"/send/{story}?shop={shop}&n={n}")
        assert response.status_code == 200, response.text
        return response.json()["order_ids"]

    def state(self) -> dict[str, Any]:
        return requests.get(self.address + "/state.json", timeout=120).json()

    def order(self, order_id: str) -> dict[str, Any]:
        return next(order for order in self.state()["orders"] if order["order_id"] == order_id)

    def settle(self, seconds: float = 180) -> None:
        """Wait until every story has come to its end and every message is through."""
        wait_until(lambda: not self.store.director.going and not self.store.sender.waiting, seconds)


def wait_until(condition: Callable[[], object], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def run(receiver: Receiver) -> Iterator[Callable[..., Running]]:
    """Start simulated stores against the receiver; they are stopped at the end of the test."""
    running: list[tuple[Store, Server]] = []

    def start(**changes: Any) -> Running:
        store = Store(receiver.config(**changes), quiet=True, pause=0.02)
        server = Server(store)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        store.open()
        running.append((store, server))
        return Running(store, f"http://127.0.0.1:{server.server_port}")

    yield start
    for store, server in running:
        store.close()
        server.shutdown()
        server.server_close()
