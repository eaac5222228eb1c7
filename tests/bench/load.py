"""A load generator that leaves the cores to the server: one thread, epoll, requests that were made before the clock starts.

Closed loop over keep-alive connections: each sends its next request when the last one is answered.
"""

import gc
import re
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SILENCE_SECONDS = 10.0
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")


@dataclass
class Fired:
    """`seconds` each, from a request's first byte out to its answer's last byte in."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    elapsed: float = 0.0
    broken: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.elapsed if self.elapsed else 0.0

    @property
    def acknowledged(self) -> int:
        return self.statuses[200]

    @property
    def refused(self) -> int:
        """Answers other than 200, and connections that broke."""
        return self.statuses.total() - self.statuses[200] + self.broken


@dataclass
class Wire:
    """One connection and what it waits for."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytes = b""


def fire(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Fired:
    """Send until the time is over or the requests are, and wait for the last answers."""
    fired, waiting = Fired(), iter(requests)
    wires: dict[int, Wire] = {}
    epoll = select.epoll()
    gc.collect()
    gc.disable()
    try:
        for _ in range(connections):
            wire = Wire(_connect(port))
            wires[wire.socket.fileno()] = wire
            epoll.register(wire.socket, select.EPOLLIN)
        start = time.perf_counter()
        busy = sum(_send(wire, waiting) for wire in wires.values())
        last = start
        while busy:
            events = epoll.poll(SILENCE_SECONDS)
            if not events:
                fired.broken += busy
                break
            for number, _ in events:
                wire = wires[number]
                answer = wire.socket.recv(65536)
                wire.received += answer
                if answer and not is_whole(wire.received):
                    continue
                last = time.perf_counter()
                busy -= 1
                if not answer:
                    fired.broken += 1
                    epoll.unregister(number)
                    continue
                fired.latencies.append(last - wire.sent_at)
                fired.statuses[int(wire.received[9:12])] += 1
                wire.received = b""
                if last - start < seconds:
                    busy += _send(wire, waiting)
        fired.elapsed = last - start
    finally:
        gc.enable()
        epoll.close()
        for wire in wires.values():
            wire.socket.close()
    return fired


def _connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=SILENCE_SECONDS)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _send(wire: Wire, waiting: Iterator[bytes]) -> int:
    """Send the next request, if there is one. Returns how many were sent."""
    request = next(waiting, None)
    if request is None:
        return 0
    wire.sent_at = time.perf_counter()
    wire.socket.sendall(request)
    return 1


def is_whole(received: bytes) -> bool:
    """Whether all of an answer is here: by its length, or by the last chunk."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    length = _LENGTH.search(received, 0, end + 2)
    if length:
        return len(received) - end - 4 >= int(length[1])
    return not _CHUNKED.search(received, 0, end + 2) or received.endswith(b"0\r\n\r\n")
