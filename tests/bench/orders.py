"""Signed Shopify webhooks of believable orders, told by the simulated store's own stories."""

import base64
import hmac
import json
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ordersops.simulator.config import Shop as SimulatedShop
from ordersops.simulator.hooks import first_hooks
from ordersops.simulator.messages import Message, encode
from ordersops.simulator.numbering import Numbering
from ordersops.simulator.people import regulars
from ordersops.simulator.scene import Scene
from ordersops.simulator.signing import headers
from ordersops.simulator.stories import TALES
from ordersops.simulator.stories.registry import Tale
from ordersops.simulator.world import Order
from tests.bench.stage import Shop

PLACED, PAYMENT = "orders/create", "order_transactions/create"
# A minute of a story told live is about half a day in the past.
STRETCH = 700.0


@dataclass(frozen=True)
class Hook:
    """One webhook, signed. `order` is the store's id of the order that it is about; `suspicious` is what the story means."""

    order: str
    topic: str
    headers: dict[str, str]
    body: bytes
    suspicious: bool

    def request(self, path: str) -> bytes:
        """The bytes on the wire."""
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body


class Teller:
    """Tells stories of one shop; the same seed tells the same ones."""

    def __init__(self, shop: Shop, seed: int = 7) -> None:
        address = f"http://127.0.0.1{shop.path}"
        hooks = first_hooks("shopify", address, shop.secret)
        self.shop = SimulatedShop(0, "Bench", "shopify", address, shop.secret, "USD", "bench.myshopify.com", hooks=hooks)
        self.rng = random.Random(seed)
        self.numbering = Numbering()
        self.regulars = regulars("bench", "USD")
        self.orders: list[Order] = []

    def placed(self, count: int, *, suspicious: float | None = None) -> list[Hook]:
        """`count` orders as they are placed, one webhook each. `suspicious` is the share of such stories; usual is about one in six."""
        found: list[Hook] = []
        while len(found) < count:
            told = [
                hook for hook in self._tell(self._choose(suspicious), datetime.now(UTC) - timedelta(minutes=10)) if hook.topic == PLACED
            ]
            found += told[: count - len(found)]
        return found

    def placed_and_paid(self, count: int) -> tuple[list[Hook], list[Hook]]:
        """Suspicious orders as they are placed, and for each of them the first thing that is heard of its payment."""
        placed: list[Hook] = []
        paid: list[Hook] = []
        while len(placed) < count:
            told = list(self._tell(self._choose(1.0), datetime.now(UTC) - timedelta(minutes=10)))
            for first in [hook for hook in told if hook.topic == PLACED]:
                later = [hook for hook in told if hook.order == first.order and hook.topic == PAYMENT]
                if later and len(placed) < count:
                    placed.append(first)
                    paid.append(later[0])
        return placed, paid

    def pasts(self, count: int, *, suspicious: float | None = None) -> list[Hook]:
        """Everything that came of `count` stories of the last days, in the order in which it happened."""
        found: list[Hook] = []
        for _ in range(count):
            found += self._tell(self._choose(suspicious), datetime.now(UTC) - timedelta(days=self.rng.uniform(1, 12)))
        return found

    def _choose(self, suspicious: float | None) -> Tale:
        kinds = {
            kind: [tale for tale in TALES.values() if tale.play.__module__.endswith(f".{kind}")] for kind in ("everyday", "suspicious")
        }
        kinds["everyday"] = [tale for tale in kinds["everyday"] if tale.name != "friendly_dispute"]  # it is about an older order
        if suspicious is None:
            tales = kinds["everyday"] + kinds["suspicious"]
        else:
            tales = kinds["suspicious" if self.rng.random() < suspicious else "everyday"]
        return self.rng.choices(tales, [tale.weight for tale in tales])[0]

    def _tell(self, tale: Tale, start: datetime) -> Iterator[Hook]:
        told: list[Message] = []
        moment = [start]
        now: Callable[[], datetime] = lambda: moment[0]  # noqa: E731
        scene = Scene(
            shop=self.shop, story=tale.name, rng=random.Random(self.rng.random()), now=now, out=told.append, numbering=self.numbering,
            regulars=self.regulars, history=self.orders,
        )  # fmt: skip
        for wait in tale.play(scene):
            moment[0] = min(moment[0] + timedelta(seconds=wait * STRETCH), datetime.now(UTC) - timedelta(seconds=30))
        for message in told:
            yield Hook(str(message.lane), message.topic, headers(message), message.body, tale.play.__module__.endswith(".suspicious"))


def slim(hook: Hook) -> Hook:
    """The same order at about 5 kB: without the amounts that are said again for another currency."""
    return replace(hook, body=encode(_slim(json.loads(hook.body))))


def _slim(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _slim(entry) for key, entry in value.items() if not key.endswith("_set")}
    return [_slim(entry) for entry in value] if isinstance(value, list) else value


def many(hooks: Sequence[Hook], count: int, secret: str) -> Iterator[Hook]:
    """`count` webhooks out of a few: each with an order id, a delivery id and a signature of its own."""
    first = random.randrange(6 * 10**18, 8 * 10**18)
    for number in range(count):
        hook = hooks[number % len(hooks)]
        order = str(first + number)
        body = hook.body.replace(hook.order.encode(), order.encode())
        own = {
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Hmac-SHA256": base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode(),
        }
        yield replace(hook, order=order, headers={**hook.headers, **own}, body=body)
