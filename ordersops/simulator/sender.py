"""Delivers messages as a real sender does: signed, a few at a time, again after a failure, always under the same id."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import threading
import time

import requests

from .letters import token_in
from .messages import FORM, PING, Message
from .record import Record
from .signing import headers

LANES = 4  # messages of one order share a lane, so that they normally arrive in sequence
ATTEMPTS = 8
LONGEST_PAUSE = 30.0
_TRY_AGAIN = {408, 425, 429}


class Sender:
    """Lanes with one thread each. A failed delivery goes back to its lane with a doubling pause; later ones may overtake it."""

    def __init__(self, record: Record, *, pause: float = 0.5, timeout: float = 10.0) -> None:
        self._record, self._pause, self._timeout = record, pause, timeout
        self._lanes = [_Lane() for _ in range(LANES)]
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(lane,), name="sender", daemon=True) for lane in self._lanes]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def send(self, message: Message) -> None:
        """A ping is no webhook: no knob loses it, and its answer is not counted."""
        for copy in [message] if message.topic == PING else self._record.composed(message):
            self._lanes[copy.lane % LANES].put(copy, 0)

    @property
    def waiting(self) -> int:
        return sum(lane.size for lane in self._lanes)

    def drain(self, seconds: float) -> bool:
        """Wait until everything has been delivered or refused; False if that took longer than `seconds`."""
        deadline = time.monotonic() + seconds
        while self.waiting and time.monotonic() < deadline:
            time.sleep(0.01)
        return not self.waiting

    def stop(self) -> None:
        """Finish the requests under way; what still waits is not sent."""
        self._stop.set()
        for lane in self._lanes:
            lane.wake()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(self._timeout)

    def _run(self, lane: _Lane) -> None:
        with requests.Session() as session:
            session.trust_env = False  # loopback needs no proxy
            while (message := lane.take(self._stop)) is not None:
                again = self._attempt(session, message)
                if again is not None:
                    lane.put(message, again)
                lane.done()

    def _attempt(self, session: requests.Session, message: Message) -> float | None:
        """Send once. Returns the pause before the next attempt, or None if this delivery is over."""
        message.attempts += 1
        if message.topic == PING:
            with contextlib.suppress(requests.RequestException):
                self._post(session, message)
            return None
        counting = message.hook if message.shop.platform == "woocommerce" else None
        try:
            status = self._post(session, message)
            self._record.answered(message, str(status))
            if 200 <= status < 300:
                self._record.delivered()
                if counting:
                    counting.answered()
                return None
            final = status < 500 and (status not in _TRY_AGAIN or message.topic == FORM)  # a person does not try for hours
        except requests.RequestException as error:
            self._record.answered(message, type(error).__name__)
            status, final = 0, False
        if counting:  # it asks once
            if counting.refused(status):
                self._record.say(f"{message.shop.name}: the subscription to {counting.topic} has been disabled after repeated failures")
            return None
        if final:
            return None
        if message.attempts >= ATTEMPTS:
            self._record.gave_up(message)
            return None
        return min(self._pause * 2.0 ** (message.attempts - 1), LONGEST_PAUSE)

    def _post(self, session: requests.Session, message: Message) -> int:
        sent = headers(message)
        if message.topic == FORM:  # as a browser does: the page first, then what was typed, with its token
            sent["X-CSRFToken"] = token_in(session.get(message.address, timeout=self._timeout, allow_redirects=False).text)
        return session.post(message.address, data=message.body, headers=sent, timeout=self._timeout, allow_redirects=False).status_code


class _Lane:
    """Messages by the moment they are due."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Message]] = []
        self._sequence = itertools.count()
        self._ready = threading.Condition()
        self._busy = 0

    @property
    def size(self) -> int:
        with self._ready:
            return len(self._heap) + self._busy

    def put(self, message: Message, pause: float) -> None:
        with self._ready:
            heapq.heappush(self._heap, (time.monotonic() + pause, next(self._sequence), message))
            self._ready.notify()

    def take(self, stop: threading.Event) -> Message | None:
        """The next due message; None when it is time to stop."""
        with self._ready:
            while not stop.is_set():
                left = self._heap[0][0] - time.monotonic() if self._heap else None
                if left is not None and left <= 0:
                    self._busy += 1
                    return heapq.heappop(self._heap)[2]
                self._ready.wait(left)
        return None

    def done(self) -> None:
        with self._ready:
            self._busy -= 1

    def wake(self) -> None:
        with self._ready:
            self._ready.notify_all()
