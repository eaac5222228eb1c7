"""Decides what happens next: draws stories by weight, keeps them going, tells the past at the start."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from .config import Config, Shop
from .hooks import Hook
from .messages import Message, ping
from .numbering import Numbering
from .people import Person, regulars
from .record import Record
from .scene import Scene, Story
from .stories import TALES, Tale
from .world import Order, Word

BURST_EVERY = 600.0  # seconds between two card-testing bursts that nobody asked for
STRETCH = 700.0  # a minute of a story told live is about half a day in the past
_YOUNGEST, _OLDEST = 1.0, 12.0  # days ago that an order of the past was placed


class Director:
    """One per process. Every change of an order happens under its lock, so stories and callbacks never meet half-way."""

    def __init__(self, config: Config, *, out: Callable[[Message], None], record: Record) -> None:
        self.config, self.record, self._out = config, record, out
        self.seed = config.seed if config.seed is not None else time.time_ns()
        self.rate = config.rate
        self.numbering = Numbering()
        self._regulars = {shop.index: regulars(f"{self.seed}/{shop.index}", shop.currency) for shop in config.shops}
        self._choices = random.Random(f"{self.seed}/choices")
        self._gaps = random.Random(f"{self.seed}/gaps")
        self._stock: dict[tuple[int, int, int], int] = {}
        self._told: dict[tuple[str, int], int] = {}
        self._going: list[tuple[float, int, Scene, Story]] = []
        self._sequence = itertools.count()
        self._last_burst: float | None = None
        self._next_order = time.monotonic()
        self._changed = threading.Condition(threading.RLock())
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="director", daemon=True)

    def start(self) -> None:
        self.set_rate(self.rate)
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(5)

    @property
    def going(self) -> int:
        """How many stories have not come to their end."""
        with self._changed:
            return len(self._going)

    def set_rate(self, per_minute: float) -> None:
        with self._changed:
            self.rate = per_minute
            self._next_order = time.monotonic() + self._gap()
            self._changed.notify_all()

    # -- telling

    def choose(self, *, past: bool = False) -> tuple[Tale, Shop]:
        """Draw a story and a shop; the same seed draws the same sequence."""
        tales = [tale for tale in TALES.values() if (tale.past if past else tale.weight) > 0]
        tale = self._choices.choices(tales, [tale.past if past else tale.weight for tale in tales])[0]
        return tale, self._choices.choice(self.config.shops)

    def tell(self, tale: Tale, shop: Shop) -> Scene:
        """Begin a story now. Its first events are on their way when this returns."""
        with self._changed:
            scene = self._scene(tale.name, shop, now=_now, out=self._out)
            self._go_on(scene, tale.play(scene))
            return scene

    def tell_first(self) -> None:
        """Begin every story that nobody should have to wait for, one shop after the other."""
        for place, tale in enumerate(tale for tale in TALES.values() if tale.first):
            self.tell(tale, self.config.shops[place % len(self.config.shops)])

    def obey(self, order: Order, word: Word) -> None:
        """The product said something about an order: the store does it within seconds."""
        with self._changed:
            order.word = word
            if word == "released":
                order.holds.clear()
            scene = self._scene(order.story, order.shop, now=_now, out=self._out, counted=False)
            scene.orders.append(order)
            self._go_on(scene, scene.obey(order))

    @contextmanager
    def at(self, order: Order) -> Iterator[Scene]:
        """Change an order now, as the shop's own interface does. Nobody else changes anything meanwhile."""
        with self._changed:
            yield self._scene(order.story, order.shop, now=_now, out=self._out, counted=False)

    def go_on(self, scene: Scene, story: Story) -> None:
        """What follows from a change, in its own time."""
        with self._changed:
            self._go_on(scene, story)

    def ping(self, shop: Shop, hook: Hook) -> None:
        """Say to the address of a new subscription that it exists."""
        self._out(ping(shop, hook, now=_now()))

    def stock(self, shop: Shop, item: int, place: int) -> int:
        """Units of an item that are free to sell at a place."""
        with self._changed:
            return self._stock.get((shop.index, item, place), 20 + item % 60)

    def adjust(self, shop: Shop, changes: list[tuple[int, int, int]]) -> int:
        """Change (item, place) by so much each, all at once. Returns the number of the adjustment."""
        with self._changed:
            for item, place, delta in changes:
                self._stock[shop.index, item, place] = self.stock(shop, item, place) + delta
                self.record.say(f"{shop.name}: stock of {item} at {place} changed by {delta:+d}")
            return self.numbering.key()

    def orders(self, shop: Shop) -> list[Order]:
        """All orders of a shop, the oldest first."""
        with self._changed:
            return [order for order in self.record.orders if order.shop is shop]

    def find(self, shop: Shop, name: str) -> Order | None:
        """An order by the id the product knows it under, or by its number."""
        wanted = {name, f"#{name}"}
        with self._changed:
            for order in reversed(self.record.orders):
                if order.shop == shop and (order.name in wanted or str(order.key) == name):
                    return order
        return None

    def tell_past(self, count: int) -> int:
        """Send the last days' orders with all that came of them, oldest event first. Returns how many messages."""
        messages: list[Message] = []
        with self._changed:
            ages = sorted((self._choices.uniform(_YOUNGEST, _OLDEST) for _ in range(count)), reverse=True)
            for age in ages:
                tale, shop = self.choose(past=True)
                clock = _PastClock(datetime.now(UTC) - timedelta(days=age))
                scene = self._scene(tale.name, shop, now=clock.now, out=messages.append)
                for wait in tale.play(scene):
                    clock.advance(wait)
        for message in sorted(messages, key=lambda message: message.triggered_at):
            message.lane = 0  # one lane: history arrives as it happened
            self._out(message)
        return len(messages)

    # -- going on

    def _scene(self, story: str, shop: Shop, *, now: Callable[[], datetime], out: Callable[[Message], None], counted: bool = True) -> Scene:
        told = self._told.get((story, shop.index), 0)
        if counted:
            self._told[story, shop.index] = told + 1
            self.record.began(story)
        rng = random.Random(f"{self.seed}/{story}/{shop.index}/{told}")
        people: list[Person] = self._regulars[shop.index]
        return Scene(
            shop=shop,
            story=story,
            rng=rng,
            now=now,
            out=out,
            numbering=self.numbering,
            regulars=people,
            history=self.record.orders,
            mailbox=self.record.letters_to,
        )

    def _go_on(self, scene: Scene, story: Story) -> None:
        """Tell a story up to its next pause."""
        try:
            wait = next(story, None)
        except Exception as error:  # noqa: BLE001 - one broken story must not end the world
            self.record.say(f"{scene.shop.name}: the story {scene.story} broke off: {error!r}")
            return
        if wait is not None:
            heapq.heappush(self._going, (time.monotonic() + wait * self.config.tempo, next(self._sequence), scene, story))
            self._changed.notify_all()

    def _run(self) -> None:
        with self._changed:
            while not self._stopping:
                now = time.monotonic()
                while self._going and self._going[0][0] <= now and not self._stopping:
                    _, _, scene, story = heapq.heappop(self._going)
                    self._go_on(scene, story)
                if self.rate > 0 and now >= self._next_order:
                    self._tell_next(now)
                    self._next_order = now + self._gap()
                self._changed.wait(max(self._next_due() - time.monotonic(), 0) if self._going or self.rate > 0 else None)

    def _next_due(self) -> float:
        going = self._going[0][0] if self._going else float("inf")
        return min(going, self._next_order) if self.rate > 0 else going

    def _gap(self) -> float:
        """Customers come independently of each other; the longest gap is bounded so that a demo never looks dead."""
        return min(self._gaps.expovariate(self.rate / 60), 180 / self.rate) if self.rate > 0 else 0

    def _tell_next(self, now: float) -> None:
        tale, shop = self.choose()
        if tale.name == "card_testing":
            if self._last_burst is not None and now - self._last_burst < BURST_EVERY:
                tale = TALES["ordinary"]
            else:
                self._last_burst = now
        self.tell(tale, shop)


class _PastClock:
    """Time as it went by in a story that is already over."""

    def __init__(self, start: datetime) -> None:
        self._moment = start

    def now(self) -> datetime:
        return self._moment

    def advance(self, seconds: float) -> None:
        self._moment = min(self._moment + timedelta(seconds=seconds * STRETCH), datetime.now(UTC) - timedelta(minutes=1))


def _now() -> datetime:
    return datetime.now(UTC)
