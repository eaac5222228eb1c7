"""A warehouse on loopback, and its answers at our door."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from ordersops.effects.models import Effect
from ordersops.stock.models import Location

SECRET = "whsec_" + base64.b64encode(b"a secret of this warehouse alone").decode()


class Warehouse:
    """It checks every signature, and keeps requests by the id of the effect."""

    def __init__(self) -> None:
        self.requests: dict[str, dict[str, Any]] = {}
        self.told: list[dict[str, Any]] = []
        self.status: dict[str, str] = {}
        self.fails = 0

    def answer(self, method: str, path: str, body: bytes, headers: Any) -> tuple[int, dict[str, Any]]:
        try:
            Webhook(SECRET).verify(body, {name.lower(): value for name, value in headers.items()}, json_parse=False)
        except (WebhookVerificationError, ValueError):
            return 401, {}
        parts = path.strip("/").split("/")[1:]
        if method == "GET":
            known = parts[0] in self.requests
            return (200, {"id": f"W-{parts[0][:8]}", "status": self.status.get(parts[0], "received")}) if known else (404, {})
        said = json.loads(body)["data"]
        self.told.append(said)
        if self.fails:
            return self.fails, {}
        if parts[1:] == ["cancel"]:
            self.status[parts[0]] = "cancelled"
        else:
            self.requests[said["effect_id"]] = said
        return 200, {"id": f"W-{said['effect_id'][:8]}"}


@contextmanager
def serving() -> Iterator[tuple[Warehouse, str]]:
    found = Warehouse()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, said = found.answer(method, self.path, body, self.headers)
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found, f"http://127.0.0.1:{server.server_address[1]}/requests"
    finally:
        server.shutdown()
        server.server_close()


def says(
    location: Location, effect: Effect, event: str, *, key: str = "", at: datetime | None = None, secret: str = SECRET, **more: Any
) -> int:
    """The warehouse answers at the door. Returns the status."""
    now = timezone.now()
    body = json.dumps({
        "event": f"fulfilment.{event}", "effect_id": str(effect.pk), "order_id": effect.order.external_id, "occurred_at": (at or now).isoformat(),
        **more,
    })  # fmt: skip
    name = key or f"{event}-{effect.pk}-{(at or now).isoformat()}"
    headers = {
        "webhook-id": name, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": Webhook(secret).sign(name, now, body),
    }  # fmt: skip
    return Client().post(location.node_path, body, content_type="application/json", headers=headers).status_code
