"""Sending effects, many side by side: they wait for stores, they do not work. Each by itself is in sending.py.

A store that is slow keeps neither the others waiting (no more than a few of its effects are under way at once, over all
workers, and what is free goes on taking), nor is it pressed. The effects of one order leave one after the other, in the
order in which they were due, also where an earlier one has to be tried again.
"""

import queue
import threading
import time
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connections

from ordersops.effects import sending
from ordersops.effects.models import Effect
from ordersops.effects.stops import switches
from ordersops.jobs import SHIFT, enqueue
from ordersops.rows import Rows

PER_STORE = 4
LOOK_SECONDS = 0.5  # while some wait for slow stores, so often it is looked for others that are ready
LONGEST_SHIFT = 20.0  # seconds after which a worker with slow stores takes no more; its last ones end within their lease

# What a kill switch stops is not ready, and what is stopped keeps nothing else waiting.
READY = f"""
    (r.state = 'planned' AND r.not_before <= statement_timestamp() OR r.state = 'sending' AND r.lease_until <= statement_timestamp())
    AND NOT EXISTS (SELECT {switches("r")})
    AND NOT EXISTS (
        SELECT FROM effects_effect o WHERE o.order_id = r.order_id AND o.id <> r.id AND (
            o.state = 'sending' AND o.lease_until > statement_timestamp()
            OR o.state IN ('planned', 'sending') AND (o.due_at, o.id) < (r.due_at, r.id) AND NOT EXISTS (SELECT {switches("o")})))
"""  # noqa: S608  our own text
EFFECTS = Rows(
    "effects_effect", ready=READY, sets="state = 'sending'", group="store_id", groups="stores_store", of_each=PER_STORE
)  # fmt: skip


def send() -> int:
    """Send what is due until nothing is, or the shift is over. Returns how many effects it took."""
    if settings.EFFECTS_AT_ONCE == 1:
        return _one_by_one()
    with Hands(settings.EFFECTS_AT_ONCE) as hands:
        return _side_by_side(hands)


def oldest_ready() -> datetime | None:
    """Since when the oldest effect has been ready. What a kill switch stops is not ready, nor what has to wait for its turn."""
    return EFFECTS.oldest()


def _claim(most: int = 1) -> list[Effect]:
    ids = EFFECTS.claim(most, sending.LEASE)
    return list(Effect.objects.filter(pk__in=ids).select_related("store", "order", "asked_by").order_by("not_before", "id")) if ids else []


def _one_by_one() -> int:
    taken, start = 0, time.monotonic()
    while time.monotonic() - start < SHIFT and (batch := _claim()):
        sending.send(batch[0])
        taken += 1
    return taken


def _side_by_side(hands: "Hands") -> int:
    """Take as many as there are free hands, again and again."""
    taken, start, slow, handed_on = 0, time.monotonic(), False, False
    while True:
        spent = time.monotonic() - start
        # After a shift another takes over; but while slow stores keep us here, the free hands go on.
        if spent < SHIFT or (slow and spent < LONGEST_SHIFT):
            batch = _claim(hands.free) if hands.free else []
            hands.give(batch)
            taken += len(batch)
        elif not handed_on:
            handed_on = True
            enqueue("effects.send")
        if not hands.busy:
            return taken
        slow = not hands.wait(LOOK_SECONDS) or slow


class Hands:
    """Threads that each send one effect at a time, on a connection of their own, which they close when they leave."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._waiting: queue.SimpleQueue[Effect | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self.busy = 0

    def __enter__(self) -> "Hands":
        return self

    def __exit__(self, *error: object) -> None:
        """Leave no thread behind."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    @property
    def free(self) -> int:
        return self._count - self.busy

    def give(self, effects: Sequence[Effect]) -> None:
        """Have them sent. No more than are `free`."""
        self.busy += len(effects)
        for _ in range(self.busy - len(self._threads)):
            self._threads.append(threading.Thread(target=self._work, name=f"effects {len(self._threads)}"))
            self._threads[-1].start()
        for effect in effects:
            self._waiting.put(effect)

    def wait(self, seconds: float) -> bool:
        """Until one is sent, or so many seconds are over. What broke in a thread is raised here."""
        try:
            error = self._done.get(timeout=seconds)
        except queue.Empty:
            return False
        self.busy -= 1
        if error is not None:
            raise error
        return True

    def _work(self) -> None:
        try:
            while (effect := self._waiting.get()) is not None:
                self._done.put(_sent(effect))
        finally:
            connections.close_all()


def _sent(effect: Effect) -> BaseException | None:
    try:
        sending.send(effect)
    except BaseException as error:  # noqa: BLE001  it is raised in the worker, which tells it
        return error
    return None
