"""A store's callback address on loopback: it keeps what it was sent and answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Callback:
    """`answers` are given one a request, then 200. A 302 leads to `/elsewhere`; `before` runs while the sender waits."""

    address: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    before: Any = None


@contextmanager
def listening() -> Iterator[Callback]:
    callback = Callback()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            callback.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            if callback.before:
                callback.before()
            status = callback.answers.pop(0) if callback.answers else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    callback.address = f"http://127.0.0.1:{server.server_address[1]}/callback"
    try:
        yield callback
    finally:
        server.shutdown()
        server.server_close()
        thread.join(300)
