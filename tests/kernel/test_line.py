"""A line leads where it was told to and nowhere else, gives one whole answer, and says where it broke off."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from ordersops.line import Fault, Line, is_public

BODY = b'{"good": true}'


class Service(BaseHTTPRequestHandler):
    seen: list[dict[str, str]] = []
    silence: threading.Event  # which lasts until the client has given up

    def do_POST(self) -> None:
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = {"/large": b"x" * 5000}.get(self.path, BODY)
        self.send_response(302 if self.path == "/moved" else 200)
        if self.path == "/moved":
            self.send_header("Location", "/elsewhere")
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path == "/silent":
            self.silence.wait(300)
        self.wfile.write(body[: 3 if self.path == "/torn" else None])

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[int]:
    Service.seen, Service.silence = [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        Service.silence.set()
        server.shutdown()
        server.server_close()
        thread.join(300)


@pytest.fixture
def port() -> Iterator[int]:
    with serving() as found:
        yield found


def call(line: Line, port: int, path: str = "/", host: str = "127.0.0.1") -> httpx2.Response | None:
    try:
        with httpx2.Client(transport=line, trust_env=False, follow_redirects=False) as client:
            return client.post(f"http://{host}:{port}{path}", content=b"{}", headers={"x-own": "1"})
    except httpx2.TransportError:
        return None


def test_a_whole_answer_with_the_secret_and_no_header_that_nobody_asked_for(port: int) -> None:
    line = Line(120, secrets={"X-Token": "s3cret"}, private=True)
    answer = call(line, port)
    assert answer is not None
    assert (answer.status_code, answer.content, line.received, line.fault) == (200, BODY, BODY, None)
    (headers,) = Service.seen
    assert headers["x-token"] == "s3cret"
    assert "x-own" not in headers
    assert headers["accept-encoding"] == "identity"


def test_a_redirect_is_an_answer_and_is_not_followed(port: int) -> None:
    line = Line(120, private=True)
    call(line, port, "/moved")
    assert (line.status, len(Service.seen)) == (302, 1)


@pytest.mark.parametrize(
    ("path", "most", "fault"),
    [("/large", 4999, Fault.FOREIGN), ("/large", 5000, None), ("/packed", 9999, Fault.FOREIGN), ("/torn", 9999, Fault.BROKEN)],
)
def test_what_is_no_good_answer_says_so(port: int, path: str, most: int, fault: Fault | None) -> None:
    line = Line(120, most=most, private=True)
    call(line, port, path)
    assert line.fault == fault


def test_the_deadline_is_one_for_the_whole_call(port: int) -> None:
    line = Line(0.2, private=True)
    assert call(line, port, "/silent") is None
    assert line.fault == Fault.LATE


def test_nobody_there_is_unreachable() -> None:
    line = Line(120, private=True)
    with socket.socket() as taken:  # bound, so that nobody else listens there, and not listened to
        taken.bind(("127.0.0.1", 0))
        assert call(line, taken.getsockname()[1]) is None
    assert line.fault == Fault.UNREACHABLE


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "[::1]"])
def test_a_private_address_is_refused_before_a_byte_leaves(port: int, host: str, settings: Any) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = False
    line = Line(120)
    assert call(line, port, host=host) is None
    assert (line.fault, Service.seen) == (Fault.PRIVATE, [])


def test_the_setting_allows_private_addresses(port: int, settings: Any) -> None:
    settings.ALLOW_PRIVATE_CALLBACKS = True
    line = Line(120)
    assert call(line, port) is not None


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """The resolver gives one answer after the other, the last one for ever. Returns the names that were asked for."""
    asked: list[str] = []

    def resolver(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        if host[0].isdigit():  # a socket that is given an address asks the resolver as well, which has nothing to look up
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return asked


def test_a_name_is_resolved_once_and_the_connection_goes_to_that_address(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second answer that leads elsewhere (DNS rebinding) is never asked for."""
    asked = names(monkeypatch, ["127.0.0.1"], ["127.0.0.9"])
    assert call(Line(120, private=True), port, host="shop.test") is not None
    assert asked == ["shop.test"]
    assert Service.seen[0]["host"] == f"shop.test:{port}"


def test_one_private_address_among_public_ones_spoils_the_name(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    line = Line(120, private=False)
    assert call(line, port, host="shop.test") is None
    assert (line.fault, Service.seen) == (Fault.PRIVATE, [])


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("10.0.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("224.0.0.1", False), ("0.0.0.0", False), ("::ffff:10.0.0.1", False), ("2002:0a00:0001::1", False), ("64:ff9b::a00:1", False),
        ("64:ff9b::5db8:d822", True), ("fe80::1%eth0", False), ("fd00::1", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public
