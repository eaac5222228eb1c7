"""Whoever is told, on loopback: it keeps what it was sent and answers as it is told. It speaks HTTP, and where asked Slack's protocol."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Told:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`answers` are given one a request as (status, headers, body), then `usual`. `before` runs while the sender waits."""

    address: str = ""
    answers: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    usual: tuple[int, dict[str, str], str] = (200, {}, "")
    told: list[Told] = field(default_factory=list)
    before: Any = None

    def types(self) -> list[str]:
        return [one.json["type"] for one in self.told]

    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.told]


@contextmanager
def listening(**given: Any) -> Iterator[Receiver]:
    receiver, lock = Receiver(**given), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            with lock:
                receiver.told.append(Told(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                status, headers, text = receiver.answers.pop(0) if receiver.answers else receiver.usual
            if receiver.before:
                receiver.before()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}/told"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(300)


SLACK_SAYS_YES = (200, {"Content-Type": "application/json"}, '{"ok": true, "ts": "1.1"}')


def slack_says(error: str) -> tuple[int, dict[str, str], str]:
    return 200, {"Content-Type": "application/json"}, json.dumps({"ok": False, "error": error})
