"""A line to somebody else's service: one request, one whole answer, within one deadline.

A client's timeout counts for each read, so a server that trickles keeps a call alive for ever. Here every connect, write
and read gets what is left of the whole call's time, headers and TLS included, so no thread has to watch. There are no
redirects (they would carry the key elsewhere), no proxies or headers from the environment, no compression (a small answer
cannot become a large one), and no more than `most` bytes. A name is resolved once, and the connection goes to the very
address that was judged: a name whose answer changes in between leads nowhere else.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Any

import httpcore2
import httpx2
from django.conf import settings

CONNECT_SECONDS = 5.0
MOST_BYTES = 2 * 1024 * 1024
# Of a client's headers these are sent: some clients add those of an environment variable, and tell about this machine.
KEPT = frozenset({"host", "content-length", "content-type", "accept", "user-agent"})


class Fault(StrEnum):
    """Where a call broke off. Up to UNREACHABLE nothing of it has arrived; afterwards it may have been done."""

    REQUEST = "request"  # it could not be sent as it is
    PRIVATE = "private"  # the name leads into a private network
    UNREACHABLE = "unreachable"
    LATE = "late"
    BROKEN = "broken"
    FOREIGN = "foreign"  # an answer that is too large, or was compressed unasked


class PrivateAddress(httpcore2.ConnectError):
    """The name leads to an address that is not reached over the public internet."""


class Line(httpx2.BaseTransport):
    """For one call. Afterwards it knows what was sent and received, and `fault` says where it broke off.

    `secrets` are headers that only the line knows. Unless `private`, the host has to be on the public internet.
    """

    def __init__(
        self,
        seconds: float,
        *,
        secrets: dict[str, str] | None = None,
        kept: frozenset[str] = KEPT,
        most: int = MOST_BYTES,
        private: bool | None = None,
    ) -> None:
        self._secrets, self._kept, self._most = secrets or {}, kept, most
        self.private = settings.ALLOW_PRIVATE_CALLBACKS if private is None else private
        self.began = time.monotonic()
        self.until = self.began + seconds
        self.sent = b""
        self.received: bytes | None = None
        self.status: int | None = None
        self.headers: httpx2.Headers = httpx2.Headers()
        self.fault: Fault | None = None
        self.why = ""

    def left(self) -> float:
        """Seconds until the deadline. Raises ReadTimeout when it has passed."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("The deadline of the call has passed.")
        return left

    @property
    def milliseconds(self) -> int:
        return int((time.monotonic() - self.began) * 1000)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent = request.read()
        try:
            self._talk(request)
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
            self._broke_off(error)
        if self.fault is not None or self.status is None:
            raise httpx2.ReadError(self.why, request=request)
        return httpx2.Response(self.status, headers=self.headers, content=self.received)

    def _talk(self, request: httpx2.Request) -> None:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )  # fmt: skip
        pool = httpcore2.ConnectionPool(
            ssl_context=_trusted(), max_connections=1, max_keepalive_connections=0, http1=True, http2=False, network_backend=_Timed(self)
        )
        with pool:
            asked = httpcore2.Request(request.method, url, headers=self._headers(request), content=self.sent)
            response = pool.handle_request(asked)
            try:
                self.status = response.status
                self.headers = httpx2.Headers(response.headers)
                self._receive(response.stream)
            finally:
                response.close()

    def _headers(self, request: httpx2.Request) -> list[tuple[bytes, bytes]]:
        kept = [(name, value) for name, value in request.headers.raw if name.decode("latin-1").lower() in self._kept]
        secret = [(name.encode(), value.encode()) for name, value in self._secrets.items()]
        return [*kept, *secret, (b"Accept-Encoding", b"identity"), (b"Connection", b"close")]

    def _receive(self, stream: Any) -> None:
        parts, size = [], 0
        for part in stream:
            size += len(part)
            if size > self._most:
                self.fault, self.why = Fault.FOREIGN, f"The answer is larger than {self._most} bytes."
                break
            parts.append(part)
        self.received = b"".join(parts)
        if self.fault is None and self.headers.get("content-encoding", "identity").lower() != "identity":
            self.fault, self.why = Fault.FOREIGN, "The answer is compressed, which was not asked for."

    def _broke_off(self, error: Exception) -> None:
        self.why = f"{type(error).__name__} on the line."
        late = time.monotonic() >= self.until
        match error:
            case PrivateAddress():
                self.fault, self.why = Fault.PRIVATE, "The address lies in a private network, which the settings do not allow."
            case httpcore2.ConnectTimeout() | httpcore2.ConnectError() if not late:
                self.fault = Fault.UNREACHABLE
            case httpcore2.TimeoutException():
                self.fault = Fault.LATE
            case httpcore2.UnsupportedProtocol() | httpcore2.LocalProtocolError():
                self.fault = Fault.REQUEST
            case _:
                self.fault = Fault.LATE if late else Fault.BROKEN


def is_public(address: str) -> bool:
    """Whether an IP address is reached over the public internet; an address inside another one counts as well."""
    found = ipaddress.ip_address(address)
    inner: ipaddress.IPv4Address | None = None
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.is_global and not found.is_multicast and (inner is None or (inner.is_global and not inner.is_multicast))


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


class _Timed(httpcore2.NetworkBackend):
    """Connections of which every step gets what is left of the line's time."""

    def __init__(self, line: Line) -> None:
        self.line, self.backend = line, httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failed: Exception = httpcore2.ConnectError("The name has no address.")
        for address in self._addresses(host, port):
            try:
                stream = self.backend.connect_tcp(address, port, min(CONNECT_SECONDS, self.line.left()), local_address, socket_options)
                return _TimedStream(self.line, stream)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed

    def _addresses(self, host: str, port: int) -> list[str]:
        """Every address of the name, looked up once. One that is private spoils them all: a name has no reason to mix them."""
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("The name is not known.") from error
        found = list(dict.fromkeys(str(row[4][0]) for row in rows))
        if not self.line.private and not all(map(is_public, found)):
            raise PrivateAddress("The name leads into a private network.")
        return found


class _TimedStream(httpcore2.NetworkStream):
    def __init__(self, line: Line, stream: httpcore2.NetworkStream) -> None:
        self.line, self.stream = line, stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.line.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        connection, rest = self.stream.get_extra_info("socket"), memoryview(buffer)
        try:
            while rest:
                connection.settimeout(self.line.left())
                rest = rest[connection.send(rest) :]
        except TimeoutError as error:
            raise httpcore2.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self.line, self.stream.start_tls(ssl_context, server_hostname, self.line.left()))

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
