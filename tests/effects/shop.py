"""A store's interface on loopback and a connector to it, for effects: it counts writes and shows what they did.

Without keys a repeated write is a second act; with keys it is dropped, as real platforms do.
"""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from ordersops.effects.connectors import Answer, Request, Seen
from ordersops.effects.kinds import KINDS
from ordersops.effects.models import Effect
from ordersops.errors import Upstream


@dataclass
class Shop:
    """`done`: what the shop shows, by effect. `writes` counts what it really did; `answers` are given to writes, then 200.

    A `lost` answer: the write is done and the line breaks. `hidden` is how many looks do not show what was done yet.
    `most_at_once`: calls that it had to answer at the same moment.
    """

    address: str = ""
    keyed: bool = False
    writes: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    answers: list[int | str] = field(default_factory=list)
    hidden: int = 0
    pause: float = 0.0
    after: str = ""
    at_once: int = 0
    most_at_once: int = 0
    leave: threading.Event = field(default_factory=threading.Event)

    def go(self) -> None:
        """End all pauses, now and for ever."""
        self.leave.set()


@contextmanager
def open_shop(*, keyed: bool = False, pause: float = 0.0) -> Iterator[Shop]:
    shop = Shop(keyed=keyed, pause=pause)
    wait, count = shop.leave, threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _take(self) -> None:
            with count:
                shop.at_once += 1
                shop.most_at_once = max(shop.most_at_once, shop.at_once)
            if shop.pause:
                wait.wait(shop.pause)
            with count:
                shop.at_once -= 1

        def do_GET(self) -> None:
            self._take()
            shop.asked.append("look")
            seen = self.path.strip("/") in shop.done and shop.hidden <= 0
            shop.hidden -= 1
            self._say(200, {"done": seen})

        def do_POST(self) -> None:
            self._take()
            said = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            shop.asked.append("write")
            answer = shop.answers.pop(0) if shop.answers else 200
            if answer in {200, "lost"}:
                if not (shop.keyed and said["key"] in shop.keys):
                    shop.writes.append(said["effect"])
                shop.keys.add(said["key"])
                shop.done.add(said["effect"])
            if answer == "lost":
                self.close_connection = True
                return
            self._say(int(answer), {"access_token": "leaked-by-the-store", "ok": answer == 200})

        def _say(self, status: int, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            if shop.after:
                self.send_header("Retry-After", shop.after)
            self.end_headers()
            self.wfile.write(text)

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
        wait.set()
        server.shutdown()
        server.server_close()
        thread.join(300)


class Loopback:
    """The connector. It reads what the shop shows of an effect, and writes its arguments."""

    key = "loopback"
    kinds: ClassVar[frozenset[str]] = frozenset(KINDS)
    keyed: ClassVar[frozenset[str]] = frozenset(KINDS)

    def look(self, effect: Effect) -> Seen:
        done = _call(f"{effect.store.api_url}/{effect.pk}")[1]["done"]
        return Seen(done, {} if done else {"Tags": ("none", ", ".join(effect.arguments.get("add", [])) or "none")})

    def prepare(self, effect: Effect, seen: Seen) -> Request:
        body = json.dumps({"effect": str(effect.pk), "key": effect.idempotency_key, "arguments": effect.arguments})
        return Request("POST", f"{effect.store.api_url}/{effect.pk}", body, {"content-type": "application/json", "x-token": "never-shown"})

    def send(self, effect: Effect, request: Request) -> Answer:
        status, said = _call(request.url, request.body)
        return Answer(status, json.dumps(said), request_id="r-1", latency_ms=3)


def _call(url: str, body: str | None = None) -> tuple[int, Any]:
    asked = urllib.request.Request(url, data=body.encode() if body else None)
    try:
        with urllib.request.urlopen(asked, timeout=120) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        after = error.headers.get("Retry-After")
        error.close()
        raise Upstream(
            f"The shop answered {error.code}.", permanent=error.code in {400, 404, 422}, retry_after=float(after) if after else None
        ) from error
    except OSError as error:
        raise Upstream(f"The shop did not answer ({type(error).__name__}).", permanent=False) from error
