"""The line to an advisor's service: one request, one whole answer, within one deadline.

A client's timeout counts for each read, so a server that trickles keeps a call alive for ever. Here every connect, write
and read gets what is left of the whole call's time, headers and TLS included, so no thread has to watch. There are no
redirects (they would carry the key elsewhere), no proxies or headers from the environment, no compression (a small answer
cannot become a large one), and no more than MOST_BYTES.
"""

import math
import ssl
import time
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import httpcore2
import httpx2
from django.utils import timezone

from ordersops.advice.advisors.refused import error_of, outcome_of
from ordersops.advice.answers import Exchange
from ordersops.advice.models import CallOutcome

CONNECT_SECONDS = 5.0
MOST_BYTES = 2 * 1024 * 1024  # 16 000 tokens of answer are well under 200 KB
# Of a client's headers these are sent: the SDK adds those of an environment variable, and tells about this machine.
KEPT = frozenset({"host", "content-length", "content-type", "accept", "anthropic-version", "user-agent"})


class Line(httpx2.BaseTransport):
    """For one call. Afterwards it knows what was sent and received, and `fault` says where it broke off."""

    def __init__(self, seconds: float, key: str) -> None:
        self._key = key
        self.began = time.monotonic()
        self.until = self.began + seconds
        self.sent = b""
        self.received: bytes | None = None
        self.status: int | None = None
        self.headers: httpx2.Headers = httpx2.Headers()
        self.fault: CallOutcome | None = None
        self.why = ""

    def left(self) -> float:
        """Seconds until the deadline. Raises ReadTimeout when it has passed."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("The deadline of the call has passed.")
        return left

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
        kept = [(name, value) for name, value in request.headers.raw if name.decode("latin-1").lower() in KEPT]
        return [*kept, (b"Authorization", b"Bearer " + self._key.encode()), (b"Accept-Encoding", b"identity"), (b"Connection", b"close")]

    def _receive(self, stream: Any) -> None:
        parts, size = [], 0
        for part in stream:
            size += len(part)
            if size > MOST_BYTES:
                self.fault, self.why = CallOutcome.FOREIGN, f"The answer is larger than {MOST_BYTES} bytes."
                break
            parts.append(part)
        self.received = b"".join(parts)
        if self.fault is None and self.headers.get("content-encoding", "identity").lower() != "identity":
            self.fault, self.why = CallOutcome.FOREIGN, "The answer is compressed, which was not asked for."

    def _broke_off(self, error: Exception) -> None:
        self.why = f"{type(error).__name__} on the line."
        late = time.monotonic() >= self.until
        match error:
            case httpcore2.ConnectTimeout() | httpcore2.ConnectError() if not late:
                self.fault = CallOutcome.UNREACHABLE
            case httpcore2.TimeoutException():
                self.fault = CallOutcome.LATE
            case httpcore2.UnsupportedProtocol() | httpcore2.LocalProtocolError():
                self.fault = CallOutcome.REQUEST
            case _:
                self.fault = CallOutcome.LATE if late else CallOutcome.BROKEN

    # --- What became of it --------------------------------------------------------------------------------------------
    def refusal(self) -> tuple[CallOutcome, str] | None:
        """How it ended and why, where there is no answer of the model to be read."""
        if self.fault is not None:
            return self.fault, self.why
        if self.status is None:
            return CallOutcome.REQUEST, "Nothing could be sent."
        if self.status == 200:
            if "json" in self.headers.get("content-type", ""):
                return None
            return CallOutcome.FOREIGN, "The answer is not JSON."
        named = error_of(self.received or b"")
        return outcome_of(self.status, named), " ".join([f"HTTP {self.status}", *named])

    def exchange(self, outcome: str, *, model: str, prompt_sha256: str, **more: Any) -> Exchange:
        """The record of the call, with the bodies as they went over the line; never a header, so never the key."""
        return Exchange(
            model_requested=model, prompt_sha256=prompt_sha256, request=self.sent, outcome=outcome,
            latency_ms=int((time.monotonic() - self.began) * 1000), response=self.received, status=self.status,
            request_id=_id(self.headers.get("request-id") or self.headers.get("x-request-id") or ""),
            retry_after=retry_after(self.headers), **more,
        )  # fmt: skip


def retry_after(headers: httpx2.Headers) -> float | None:
    """The seconds that the service asks us to wait, however many: in milliseconds, seconds or as a date of HTTP."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        try:
            seconds = float(text) * unit
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    try:
        at = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, (at - timezone.now()).total_seconds())
    except (TypeError, ValueError, OverflowError):  # no date, one without a zone, or one out of range
        return None


def _id(text: str) -> str:
    return "".join(c for c in text if c.isascii() and (c.isalnum() or c in "-_."))[:120]


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
        stream = self.backend.connect_tcp(host, port, min(CONNECT_SECONDS, self.line.left()), local_address, socket_options)
        return _TimedStream(self.line, stream)


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
