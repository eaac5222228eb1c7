"""A shop on loopback that keeps orders, tells what changed in a window page by page, and sends webhooks or loses them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

from django.utils import timezone

from ordersops.errors import Upstream
from ordersops.stores.models import Store
from ordersops.stores.platforms import Document, Page, Subscription
from tests.intake.sending import send

PAGE = 3


@dataclass
class Shop:
    """`answers` are statuses given one a request before it answers as it should."""

    address: str = ""
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    subscribed: list[Subscription] = field(default_factory=list)

    def changes(self, order: str, at: datetime, event: str = "order.updated", **more: Any) -> dict[str, Any]:
        """Something happens to an order; returns the event that a webhook would carry: the order as it is then."""
        said = {
            "order_id": order, "number": f"#{order}", "currency": "USD", "totals": {"total": "30.00"}, "placed_at": at.isoformat(),
            "customer": {"id": f"c-{order}", "email": f"ada{order}@a.example"}, "items": [{"id": "l1", "sku": "MUG", "quantity": 3}],
        }  # fmt: skip
        now = {**said, **self.orders.get(order, {}), **more, "event": event, "occurred_at": at.isoformat(), "updated_at": at.isoformat()}
        self.orders[order] = now
        self.events.append(now)
        return now

    def a_day(self, orders: int = 8) -> None:
        """Orders are placed in the course of a day; each is paid, every other one shipped, every fourth cancelled."""
        start = timezone.now().replace(microsecond=0) - timedelta(hours=23)
        for number in range(orders):
            at, order = start + timedelta(minutes=60 * number), f"{1000 + number}"
            self.changes(order, at, "order.created", payment={"status": "authorized"})
            self.changes(order, at + timedelta(minutes=5), "order.paid", payment={"status": "paid"})
            if number % 2:
                shipment = {"id": "s1", "status": "shipped", "carrier": "UPS", "items": [{"id": "l1", "quantity": 3}]}
                self.changes(order, at + timedelta(minutes=20), shipments=[shipment])
            if number % 4 == 0:
                self.changes(order, at + timedelta(minutes=30), "order.cancelled", cancelled_at=(at + timedelta(minutes=30)).isoformat())

    def send(self, store: Store, events: list[dict[str, Any]] | None = None) -> None:
        for event in self.events if events is None else events:
            assert send(store, event).status_code == 200

    def page(self, asked: dict[str, list[str]]) -> dict[str, Any]:
        since, until = (datetime.fromisoformat(asked[name][0]) for name in ("since", "until"))
        inside = [order for order in self.orders.values() if since <= datetime.fromisoformat(order["updated_at"]) <= until]
        inside.sort(key=lambda order: (order["updated_at"], order["order_id"]))
        start = int(asked.get("cursor", ["0"])[0])
        rest = len(inside) > start + PAGE
        return {"orders": inside[start : start + PAGE], "next": str(start + PAGE) if rest else ""}


class ShopInterface:
    """The shop's interface as an adapter has it (stores.platforms.Interface)."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def changed(self, store: Store, *, since: datetime, until: datetime, cursor: str = "") -> Page:
        asked = {"since": since.isoformat(), "until": until.isoformat(), **({"cursor": cursor} if cursor else {})}
        found = self._get(f"/orders?{urlencode(asked)}")
        return Page([self._document(order) for order in found["orders"]], found["next"])

    def order(self, store: Store, external_id: str) -> Document | None:
        return self._document(self.shop.orders[external_id]) if external_id in self.shop.orders else None

    def subscriptions(self, store: Store, *, address: str) -> list[Subscription]:
        self._get("/subscriptions")
        return self.shop.subscribed

    def subscribe(self, store: Store, *, address: str) -> list[Subscription]:
        self._get("/subscriptions")
        self.shop.subscribed = [
            Subscription("order.created", "active", "1", address),
            Subscription("order.updated", "active", "2", address),
        ]
        return self.shop.subscribed

    def _document(self, order: dict[str, Any]) -> Document:
        return Document(order["order_id"], datetime.fromisoformat(order["updated_at"]), order)

    def _get(self, path: str) -> Any:
        try:
            with urlopen(self.shop.address + path, timeout=120) as answer:
                return json.load(answer)
        except HTTPError as error:
            asked = error.headers.get("Retry-After")
            error.close()
            raise Upstream(f"The shop answered {error.code}.", permanent=error.code in {401, 403}, retry_after=float(asked or 0)) from None
        except URLError:
            raise Upstream("The shop is not reached.", permanent=False) from None


def with_key(store: Store, shop: Shop) -> Store:
    """Connected a year ago."""
    store.api_url, store.api_key, store.created_at = shop.address, "key", timezone.now() - timedelta(days=365)
    store.save()
    return store


@contextmanager
def open_shop() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shop.asked.append(self.path)
            status = shop.answers.pop(0) if shop.answers else 200
            parts = urlsplit(self.path)
            body = json.dumps(shop.page(parse_qs(parts.query)) if parts.path == "/orders" else {}).encode()
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "120")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    shop.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join(300)
