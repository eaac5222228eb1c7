"""The store's own HTTP door: page, state, callbacks, and the knobs for tests and demonstrations."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from . import page
from .api import Asked, under_faults
from .config import fits, nodes
from .record import Faults, order_id
from .shopify_admin import PATH, throttled
from .store import Store
from .stories import TALES
from .world import Word

LARGEST_BODY = 1_000_000
_DESK_WORDS: dict[str, Word] = {"release": "released", "cancel": "cancelled", "hold": "held"}
_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"


class Refused(Exception):
    """The request cannot be served: status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, store: Store) -> None:
        super().__init__((store.config.host, store.config.port), Handler)
        self.store = store


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: Server

    def do_GET(self) -> None:
        if self._interface():
            return
        path = urlsplit(self.path).path
        match [unquote(part) for part in path.strip("/").split("/")]:
            case ["nodes", index, place, *rest]:
                self._body = b""
                self._warehouse("GET", index, place, rest)
                return
        match path:
            case "/":
                self._send(200, "text/html; charset=utf-8", page.render(self.server.store.state()).encode())
            case "/style.css":
                self._send(200, "text/css; charset=utf-8", page.STYLE)
            case "/state.json":
                self._json(200, self.server.store.state())
            case _:
                self._json(404, {"error": "There is no such page."})

    def do_PUT(self) -> None:
        if not self._interface():
            self._json(404, {"error": "There is no such door."})

    def do_POST(self) -> None:
        if self._interface():
            return
        url = urlsplit(self.path)
        self._query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        try:
            self._body = self._read()
            match [unquote(part) for part in url.path.strip("/").split("/")]:
                case ["callbacks", index]:
                    self._callback(index)
                case ["send", story]:
                    self._tell(story)
                case ["rate"]:
                    self._rate()
                case ["faults"]:
                    self._faults()
                case ["shops", index, "secret"]:
                    self._rotate(index)
                case ["shops", index, "nodes"]:
                    self._nodes(index)
                case ["nodes", index, place, *rest]:
                    self._warehouse("POST", index, place, rest)
                case ["orders", name, word]:
                    self._order(name, word)
                case _:
                    raise Refused(404, "There is no such door.")
        except Refused as refusal:
            self._json(refusal.status, {"error": str(refusal)})

    # -- doors

    def _interface(self) -> bool:
        """A call of a shop's own interface, as its platform has it. False if this is none."""
        url = urlsplit(self.path)
        store = self.server.store
        if url.path.startswith("/wp-json/wc/v3/"):
            answer, slower = store.woocommerce.answer, None
        elif PATH.fullmatch(url.path):
            answer, slower = store.shopify.answer, throttled()
        else:
            return False
        try:
            body = self._read()
        except Refused as refusal:
            self._json(refusal.status, {"error": str(refusal)})
            return True
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, url.path, query, headers, body)
        found = under_faults(asked, answer, store.record, slower)
        self._send(found.status, "application/json; charset=UTF-8", found.body, found.headers)
        return True

    def _rotate(self, index: str) -> None:
        """From now on the shop signs with another secret; what is in its list of subscriptions follows."""
        shop = self.server.store.shop(index)
        try:
            secret = json.loads(self._body)["secret"]
        except (ValueError, KeyError, TypeError):
            secret = None
        if shop is None:
            raise Refused(404, "There is no such shop.")
        if not isinstance(secret, str) or not fits(shop.platform, secret):
            raise Refused(422, 'The body is {"secret": ...}, in the form that the platform signs with.')
        shop.secret = secret
        for hook in shop.hooks:
            hook.secret = secret
        self._json(200, {"ok": True, "shop": shop.name})

    def _nodes(self, index: str) -> None:
        """From now on these are the shop's warehouses."""
        shop = self.server.store.shop(index)
        if shop is None:
            raise Refused(404, "There is no such shop.")
        try:
            shop.nodes = nodes(json.loads(self._body))
        except (ValueError, AttributeError, TypeError) as error:  # ConfigError is a ValueError
            raise Refused(422, f"The body is a list of place, endpoint and secret. {error}") from error
        self._json(200, {"ok": True, "shop": shop.name})

    def _warehouse(self, method: str, index: str, place: str, rest: list[str]) -> None:
        store = self.server.store
        shop = store.shop(index)
        node = next((one for one in shop.nodes if one.place == place), None) if shop else None
        if shop is None or node is None:
            self._json(404, {"error": "There is no such warehouse."})
            return
        status, answer = store.warehouses.answer(method, shop, node, rest, self._body, dict(self.headers.items()))
        self._json(status, answer)

    def _callback(self, index: str) -> None:
        store = self.server.store
        shop = store.shop(index)
        if shop is None or shop.platform != "generic":
            raise Refused(404, "No shop takes callbacks here.")
        if delay := store.record.faults.callback_delay_ms:
            time.sleep(delay / 1000)
        status, answer = store.callbacks.receive(shop, self._body, dict(self.headers.items()))
        self._json(status, answer)

    def _tell(self, story: str) -> None:
        tale, shop = TALES.get(story), self.server.store.shop(self._query.get("shop", "0"))
        if tale is None:
            raise Refused(404, f"There is no story {story!r}; known are {', '.join(sorted(TALES))}.")
        if shop is None:
            raise Refused(404, "There is no such shop.")
        scenes = [self.server.store.director.tell(tale, shop) for _ in range(int(self._number("n", 1, 1, 1000)))]
        orders = [{"order_id": order_id(order), "number": order.name} for scene in scenes for order in scene.orders]
        self._json(200, {"story": story, "shop": shop.name, "order_ids": [order["order_id"] for order in orders], "orders": orders})

    def _rate(self) -> None:
        self.server.store.director.set_rate(self._number("per_minute", 0, 0, 6000))
        self._json(200, {"rate": self.server.store.director.rate})

    def _faults(self) -> None:
        """Sets the knobs that are named; the others stay as they are."""
        faults = self.server.store.record.faults
        try:
            wanted = json.loads(self._body or b"{}")
        except ValueError:
            wanted = None
        if not isinstance(wanted, dict) or not set(wanted) <= set(Faults.__dataclass_fields__):
            raise Refused(422, f"Faults are a JSON object with {', '.join(Faults.__dataclass_fields__)}.")
        for name, value in wanted.items():
            if value is None and name != "callback_status":
                value = 0
            whole = isinstance(value, int) and not isinstance(value, bool)
            if value is not None and not (whole and 0 <= value <= 100_000 and (name != "callback_status" or 200 <= value <= 599)):
                raise Refused(422, f"{name} cannot be {value!r}.")
            wanted[name] = value
        for name, value in wanted.items():
            setattr(faults, name, value)
        self._json(200, self.server.store.state()["faults"])

    def _order(self, name: str, word: str) -> None:
        """What a person does in the shop's own back office, where the product cannot call back."""
        store = self.server.store
        order = next((found for shop in store.config.shops if (found := store.director.find(shop, name)) is not None), None)
        if order is None or word not in _DESK_WORDS:
            raise Refused(404, "There is no such order, or no such word.")
        store.director.obey(order, _DESK_WORDS[word])
        self._json(200, {"ok": True, "order_id": order_id(order), "number": order.name})

    # -- plumbing

    def _read(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            raise Refused(413, "The body is too large, or its length is not given.")
        return self.rfile.read(int(length))

    def _number(self, name: str, default: float, low: float, high: float) -> float:
        try:
            value = float(self._query.get(name, default))
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise Refused(422, f"{name} must be a number from {low:g} to {high:g}.")
        return value

    def _json(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(document, ensure_ascii=False).encode())

    def _send(self, status: int, kind: str, body: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests to the page are not news; callbacks are logged where they are applied."""
