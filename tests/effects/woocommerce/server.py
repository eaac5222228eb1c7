"""A shop on loopback that speaks WooCommerce's REST interface, version 3: pages with X-WP-Total, codes of errors, meta, refunds, webhooks."""

import base64
import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY, SECRET = "ck_1234567890abcdef", "cs_fedcba0987654321"
ROOT = "/wp-json/wc/v3/"
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Shop:
    """`answers` are given one a request before it answers as it should. `asked`: every request as (method, path, query, body)."""

    address: str = ""
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    notes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    webhooks: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    counts_pages: bool = True
    loses_the_answer: bool = False  # what was asked by POST or PUT is done, and the connection breaks off
    numbers: Iterator[int] = field(default_factory=lambda: count(9001))

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        return [(method, path, body) for method, path, _, body in self.asked if method != "GET"]

    def meta(self, order: str, key: str) -> Any:
        return next((row["value"] for row in self.orders[order]["meta_data"] if row["key"] == key), None)

    # --- What it does -------------------------------------------------------------------------------------------------
    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        match method, path.split("/"):
            case "GET", ["orders"]:
                under = [order for order in self.orders.values() if str(order.get("parent_id", 0)) == query.get("parent")]
                return self._page(under if "parent" in query else self._changed(query), query)
            case "POST", ["orders"]:
                made = {"id": next(self.numbers), "number": "9001", "refunds": [], "status": "processing", **copy.deepcopy(body)}
                self.orders[str(made["id"])] = made
                return _json(made, 201)
            case "GET", ["orders", key] if key in self.orders:
                return _json(self.orders[key])
            case "PUT", ["orders", key] if key in self.orders:
                return self._update(self.orders[key], body)
            case "GET", ["orders", key, "refunds"] if key in self.orders:
                return self._page(self.refunds.get(key, []), query)
            case "POST", ["orders", key, "refunds"] if key in self.orders:
                return self._refund(self.orders[key], body)
            case "GET", ["orders", key, "notes"] if key in self.orders:
                return _json(self.notes.get(key, []))
            case "POST", ["orders", key, "notes"] if key in self.orders:
                note = {"id": next(self.numbers), "author": "REST", **body}
                self.notes.setdefault(key, []).insert(0, note)
                return _json(note, 201)
            case _, ["orders", *_]:
                return _error(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
            case "GET", ["webhooks"]:
                return self._page([{k: v for k, v in hook.items() if k != "secret"} for hook in self.webhooks], query)
            case "POST", ["webhooks"]:
                self.webhooks.append({"id": next(self.numbers), **body})
                return _json(self.webhooks[-1], 201)
            case "PUT", ["webhooks", key]:
                hook = next(hook for hook in self.webhooks if str(hook["id"]) == key)
                hook.update(body)
                return _json(hook)
        return _error(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _changed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        assert query["dates_are_gmt"] == "true"
        after, before = query["modified_after"], query["modified_before"]
        found = [order for order in self.orders.values() if after < order["date_modified_gmt"] < before]
        return sorted(found, key=lambda order: order["date_modified_gmt"])

    def _page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> Answer:
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        pages = -(-len(rows) // size)
        headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)} if self.counts_pages else {}
        return _json(rows[(page - 1) * size : page * size], headers=headers)

    def _update(self, order: dict[str, Any], body: dict[str, Any]) -> Answer:
        body = copy.deepcopy(body)
        for row in body.pop("meta_data", []):
            kept = [held for held in order["meta_data"] if held["key"] != row["key"]]
            order["meta_data"] = kept if row["value"] is None else [*kept, {"id": next(self.numbers), **row}]
        order["shipping"] = {**order["shipping"], **body.pop("shipping", {})}
        order.update(body)
        order["date_modified_gmt"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return _json(order)

    def _refund(self, order: dict[str, Any], body: dict[str, Any]) -> Answer:
        back = sum((-Decimal(row["total"]) for row in order["refunds"]), Decimal(0))
        amount, total = Decimal(body["amount"]), Decimal(order["total"])
        if amount <= 0 or back + amount > total:
            return _error(400, "woocommerce_rest_invalid_order_refund_amount", "Invalid refund amount.")
        refund = {"id": next(self.numbers), "refunded_payment": body.get("api_refund", True), "reason": "", "meta_data": [], **body}
        self.refunds.setdefault(str(order["id"]), []).insert(0, refund)
        order["refunds"].append({"id": refund["id"], "reason": refund["reason"], "total": f"-{amount}"})
        if back + amount == total:
            order["status"] = "refunded"
        return _json(refund, 201)


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return status, {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}, json.dumps(value).encode()


def _error(status: int, code: str, message: str) -> Answer:
    return _json({"code": code, "message": message, "data": {"status": status}}, status)


def html(status: int = 503) -> Answer:
    return status, {"Content-Type": "text/html"}, b"<!DOCTYPE html><h1>Briefly unavailable for scheduled maintenance.</h1>"


def slow_down(seconds: int = 7) -> Answer:
    status, headers, body = _error(429, "too_many_requests", "Slow down.")
    return status, {**headers, "Retry-After": str(seconds)}, body


@contextmanager
def open_shop() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", "0"))
            raw = self.rfile.read(length)
            path, query = parts.path.removeprefix(ROOT), dict(parse_qsl(parts.query))
            body = json.loads(raw) if raw else None
            shop.asked.append((self.command, path, query, body))
            if self.headers.get("Authorization") != "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode():
                status, headers, content = _error(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
            elif shop.answers:
                status, headers, content = shop.answers.pop(0)
            elif not parts.path.startswith(ROOT):
                status, headers, content = _error(404, "rest_no_route", "No route was found.")
            else:
                status, headers, content = shop.answer(self.command, path, query, body)
                if shop.loses_the_answer and self.command != "GET":
                    self.connection.close()
                    return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = handle_any

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    shop.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
