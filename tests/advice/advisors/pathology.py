"""Services on loopback that misbehave on the line itself. What they would say, if one waited for all of it, is a good answer."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.advice.advisors.question import GOOD
from tests.advice.advisors.stub import completion, message, text_of

PAUSE = 0.05
PIECES = 120  # six seconds for whoever waits for all of them

Send = Callable[[bytes], None]
Ill = Callable[["Send", bytes, threading.Event], None]


def trickles(send: Send, good: bytes, stop: threading.Event) -> None:
    """Header at once, then the body in pieces: no single read takes long."""
    send(_head(len(good)))
    _slowly(send, good, stop)


def slow_headers(send: Send, good: bytes, stop: threading.Event) -> None:
    _slowly(send, _head(len(good), **{"X-Filler": "y" * 500}) + good, stop)


def silent(send: Send, good: bytes, stop: threading.Event) -> None:
    stop.wait(PAUSE * PIECES)
    send(_head(len(good)) + good)


def huge(send: Send, good: bytes, stop: threading.Event) -> None:
    """A good answer in an ocean of spaces, which JSON allows."""
    send(_head(len(good) + 64 * 2**20))
    for _ in range(64):
        if not stop.is_set():
            send(b" " * 2**20)
    send(good)


def closes_at_once(send: Send, good: bytes, stop: threading.Event) -> None:
    """Not a byte."""


def closes_midway(send: Send, good: bytes, stop: threading.Event) -> None:
    send(_head(len(good)) + good[: len(good) // 2])


def no_http(send: Send, good: bytes, stop: threading.Event) -> None:
    send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n" + good)


def empty(send: Send, good: bytes, stop: threading.Event) -> None:
    send(_head(0))


@contextmanager
def suffering(ill: Ill) -> Iterator[str]:
    """The address of a service that behaves so to every request; it ends with the block, however long it would take."""
    stop = threading.Event()
    threads: list[threading.Thread] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            threads.append(threading.current_thread())
            path = self.rfile.readline().split()[1].decode()
            length = 0
            while line := self.rfile.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            self.rfile.read(length)
            text = text_of(GOOD)
            good = json.dumps(completion(text) if path.endswith("completions") else message(text)).encode()
            with suppress(OSError):  # the other side has hung up, as it should
                ill(self.wfile.write, good, stop)

    socketserver.ThreadingTCPServer.daemon_threads = True
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        for one in [thread, *threads]:
            one.join(300)


def _head(length: int, **more: str) -> bytes:
    fields = {"Content-Type": "application/json", "Content-Length": str(length), **more}
    return b"HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n"


def _slowly(send: Send, whole: bytes, stop: threading.Event) -> None:
    size = len(whole) // PIECES + 1
    for start in range(0, len(whole), size):
        if stop.wait(PAUSE):
            return
        send(whole[start : start + size])
