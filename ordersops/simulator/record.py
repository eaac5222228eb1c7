"""What the simulated store remembers for its page: counts, answers, the last events, callbacks. Shared by all threads."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from . import works
from .generic import when
from .mailbox import Letter
from .messages import Message
from .works import Work
from .world import Order


@dataclass(frozen=True)
class Callback:
    """One request of the product to the store, applied or not."""

    at: str
    shop: str
    type: str
    order_id: str
    number: str
    webhook_id: str
    verified: bool
    duplicate: bool
    answer: int
    effect_id: str = ""
    decision_id: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Call:
    """One use of a shop's own interface by the product."""

    at: str
    shop: str
    method: str
    what: str
    answer: int
    note: str = ""


@dataclass
class Faults:
    """What goes wrong on purpose."""

    callback_status: int | None = None
    callback_delay_ms: int = 0
    drop_next: int = 0  # webhooks that are lost
    twice_next: int = 0  # webhooks that are sent twice
    fail_next: int = 0  # calls of the interface that fail before anything is done
    mute_next: int = 0  # writes that are done, and whose answer is lost
    throttle: int = 0  # calls that are told to come later
    slow_ms: int = 0  # what every call takes longer


class Record:
    """One line on standard output per event, and the same kept for the page."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._lock = threading.Lock()
        self._quiet = quiet
        self.started = time.monotonic()
        self.faults = Faults()
        self.orders: list[Order] = []
        self.callbacks: deque[Callback] = deque(maxlen=1000)
        self.calls: deque[Call] = deque(maxlen=1000)
        self.letters: deque[Letter] = deque(maxlen=500)
        self.events: deque[dict[str, Any]] = deque(maxlen=50)
        self._stories: Counter[str] = Counter()
        self._topics: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def began(self, story: str) -> None:
        with self._lock:
            self._stories[story] += 1

    def composed(self, message: Message) -> list[Message]:
        """Count a webhook on its way out. Returns what is to be sent: nothing or two where a knob asks for it."""
        with self._lock:
            self._counts["total"] += 1
            self._topics[message.topic] += 1
            if self.faults.drop_next <= 0:
                if self.faults.twice_next <= 0:
                    return [message]
                self.faults.twice_next -= 1
                self._counts["total"] += 1
                return [message, message.again()]
            self.faults.drop_next -= 1
            self._counts["lost"] += 1
        self._event(message, "lost")
        return []

    def spend(self, fault: str) -> bool:
        """Use up one of a counted fault. False where none is left."""
        with self._lock:
            left = getattr(self.faults, fault)
            if left > 0:
                setattr(self.faults, fault, left - 1)
            return bool(left > 0)

    def asked(self, call: Call) -> None:
        """A call of a shop's own interface."""
        with self._lock:
            self.calls.append(call)
        self.say(f"{call.shop}: {call.method} {call.what} -> {call.answer} {call.note}".rstrip())

    def answered(self, message: Message, answer: str) -> None:
        """An attempt and what came of it: a status code, or the kind of failure."""
        with self._lock:
            self._answers[answer] += 1
        self._event(message, answer)

    def delivered(self) -> None:
        with self._lock:
            self._counts["delivered"] += 1

    def gave_up(self, message: Message) -> None:
        with self._lock:
            self._counts["given_up"] += 1
        self._event(message, "given up")

    def called(self, callback: Callback) -> None:
        with self._lock:
            self.callbacks.append(callback)
        self.say(f"{callback.shop}: callback {callback.type} {callback.order_id} -> {callback.answer} {callback.note}".rstrip())

    def got(self, letter: Letter) -> None:
        """A mail of the product to a customer. The same one twice is one: its Message-ID tells a mailbox so."""
        with self._lock:
            if not any(one.to == letter.to and one.message_id == letter.message_id != "" for one in self.letters):
                self.letters.append(letter)
        self.say(f"mail to {letter.to}: {letter.subject}")

    def letters_to(self, address: str) -> list[Letter]:
        """What a customer was written, the oldest first."""
        with self._lock:
            return [letter for letter in self.letters if letter.to.casefold() == address.casefold()]

    def say(self, line: str) -> None:
        if not self._quiet:
            print(f"{datetime.now(UTC):%H:%M:%S} {line}", flush=True)

    def _event(self, message: Message, answer: str) -> None:
        event = {
            "at": when(datetime.now(UTC)), "shop": message.shop.name, "topic": message.topic, "order": message.about,
            "story": message.story, "answer": answer, "attempt": message.attempts, "webhook_id": message.webhook_id,
        }  # fmt: skip
        with self._lock:
            self.events.append(event)
        self.say(f"{message.shop.name}: {message.topic} {message.about} ({message.story}) -> {answer}, attempt {message.attempts}")

    def state(self) -> dict[str, Any]:
        """Everything, as plain values. `orders` has the newest 500 first."""
        with self._lock:
            return {
                "sent": dict(self._counts)
                | {"lost": self._counts["lost"], "by_story": dict(self._stories), "by_topic": dict(self._topics)},
                "answers": dict(self._answers),
                "callbacks": [asdict(callback) for callback in self.callbacks],
                "calls": [asdict(call) for call in self.calls],
                "letters": [asdict(letter) for letter in self.letters],
                "orders": [order_state(order) for order in self.orders[:-501:-1]],
                "orders_total": len(self.orders),
                "events": list(self.events),
                "faults": asdict(self.faults),
                "uptime_seconds": round(time.monotonic() - self.started, 1),
            }


def order_state(order: Order) -> dict[str, Any]:
    """An order as the store itself sees it."""
    return {
        "shop": order.shop.name,
        "shop_index": order.shop.index,
        "order_id": order_id(order),
        "number": order.name,
        "story": order.story,
        "email": order.person.email,
        "total": f"{order.total:.2f}",
        "currency": order.shop.currency,
        "payment": order.payment_status,
        "captured": f"{order.captured:.2f}",
        "refunded": f"{order.refunded:.2f}",
        "shipping": order.shipping_state,
        "cancelled": order.cancelled_at is not None,
        "disputes": len(order.disputes),
        "awaits_word": order.awaits_word,
        "word": order.word,
        "tags": list(order.tags),
        "note": order.note,
        "notes": [note.text for note in order.notes],
        "parts": [_part_state(order, work) for work in order.works],
        "returns": [
            {"id": str(back.key), "name": back.name, "status": back.status.lower(), "processed": sum(part.processed for part in back.items)}
            for back in order.returns
        ],
        "ship_to": order.ship_to.address1,
        "updated_at": when(order.updated_at),
    }


def _part_state(order: Order, work: Work) -> dict[str, Any]:
    return {
        "id": str(work.key), "place": works.PLACES[work.place], "place_id": str(work.place), "state": works.state(order, work).lower(),
        "request": work.request.lower(), "left": {str(key): units for key, units in works.left(order)[work.key].items()},
    }  # fmt: skip


def order_id(order: Order) -> str:
    """The id under which the product knows the order."""
    return {"shopify": str(order.key), "woocommerce": str(order.number)}.get(order.shop.platform, order.name)
