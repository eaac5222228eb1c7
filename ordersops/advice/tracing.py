"""OpenTelemetry spans of advice: who was asked, how it ended, tokens and time. Never what was asked or answered.

Attributes are an allow-list of names and short values, so content cannot get in. Spans leave the house only where
ORDERSOPS_OTLP_ENDPOINT is set; the provider is ours alone and made on first use, in the worker that needs it. Without it
nothing is made, and the trace id, which every Call carries, is drawn by us.

    with span("consultation", lane="fraud", advisor="claude") as one:
        Inquiry(..., trace_id=one.trace_id)
        one.set(outcome="answered")
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from multiprocessing import util
from typing import TYPE_CHECKING

from django.conf import settings
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

    from ordersops.advice.answers import Exchange

Plain = str | int | float | bool
# Our names, and what they are called on the wire: those of the GenAI conventions where there is one.
NAMES = {
    "operation": "gen_ai.operation.name",
    "provider": "gen_ai.provider.name",
    "model": "gen_ai.request.model",
    "max_tokens": "gen_ai.request.max_tokens",
    "model_returned": "gen_ai.response.model",
    "stop_reason": "gen_ai.response.finish_reasons",
    "input_tokens": "gen_ai.usage.input_tokens",  # all of the input, cached or not, as the conventions have it
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "error": "error.type",
    "status": "http.response.status_code",
    "lane": "ordersops.lane",
    "advisor": "ordersops.advisor",
    "version": "ordersops.advisor_version",
    "purpose": "ordersops.purpose",
    "outcome": "ordersops.outcome",
    "code": "ordersops.code",
    "mode": "ordersops.mode",
    "scope": "ordersops.scope",
    "attempt": "ordersops.attempt",
    "verified": "ordersops.verified",
    "claims": "ordersops.claims",
    "cost_micros": "ordersops.cost_micros",
    "snapshot": "ordersops.snapshot",
}
MOST = 120  # characters of a value

_current: ContextVar[str] = ContextVar("advice_trace_id", default="")
_making = threading.Lock()
_provider: "tuple[str, TracerProvider] | None" = None


class Span:
    """One span, exported or not."""

    def __init__(self, trace_id: str, inner: trace.Span) -> None:
        self.trace_id = trace_id  # 32 hex digits
        self._inner = inner

    def set(self, **attributes: Plain | None) -> None:
        """By the names of NAMES; another one is a KeyError. None is left out, text is cut."""
        for name, value in attributes.items():
            key = NAMES[name]
            if value is None or value == "":
                continue
            self._inner.set_attribute(key, value[:MOST] if isinstance(value, str) else value)

    def ended(self, exchange: "Exchange") -> None:
        """What became of a call."""
        usage = exchange.usage
        self.set(
            code=exchange.outcome, status=exchange.status, model_returned=exchange.model_returned, stop_reason=exchange.stop_reason,
            input_tokens=usage.input + usage.cache_read + usage.cache_write, output_tokens=usage.output,
            cache_read_tokens=usage.cache_read, cache_write_tokens=usage.cache_write,
        )  # fmt: skip
        if exchange.outcome != "answered":
            self.set(error=exchange.outcome)
            self._inner.set_status(StatusCode.ERROR)


@contextmanager
def span(name: str, *, trace_id: str = "", **attributes: Plain | None) -> Iterator[Span]:
    """A span around the block, inside the one that is under way. The outermost begins a trace, or goes on with `trace_id`."""
    wanted = _current.get() or (trace_id if _is_trace_id(trace_id) else "")
    provider = _exporting()
    if provider is None:
        one = Span(wanted or secrets.token_hex(16), trace.INVALID_SPAN)
        one.set(**attributes)
        with _inside(one.trace_id):
            yield one
        return
    tracer = provider.get_tracer("ordersops.advice")
    # The text of an exception may hold content: only its class is told.
    inner = tracer.start_span(
        name,
        context=_going_on(wanted),
        kind=SpanKind.CLIENT if "model" in attributes else SpanKind.INTERNAL,
        record_exception=False,
        set_status_on_exception=False,
    )
    with trace.use_span(inner, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        one = Span(format(inner.get_span_context().trace_id, "032x"), inner)
        one.set(**attributes)
        try:
            with _inside(one.trace_id):
                yield one
        except BaseException as error:
            one.set(error=type(error).__name__)
            inner.set_status(StatusCode.ERROR)
            raise


def flush(milliseconds: int = 2000) -> None:
    """Send what waits. For the end of a batch of work; without an endpoint there is nothing to do."""
    if _provider is not None:
        _provider[1].force_flush(milliseconds)


@contextmanager
def _inside(trace_id: str) -> Iterator[None]:
    token = _current.set(trace_id)
    try:
        yield
    finally:
        _current.reset(token)


def _going_on(trace_id: str) -> "Context | None":
    """The context of a trace that began elsewhere, unless a span of ours is under way already."""
    if not trace_id or trace.get_current_span().get_span_context().trace_id == int(trace_id, 16):
        return None
    parent = SpanContext(int(trace_id, 16), secrets.randbits(64) or 1, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return trace.set_span_in_context(NonRecordingSpan(parent))


def _is_trace_id(text: str) -> bool:
    return len(text) == 32 and all(c in "0123456789abcdef" for c in text) and int(text, 16) != 0


def _exporting() -> "TracerProvider | None":
    """The provider, where an endpoint is set. Made once for each process and endpoint; never registered as everybody's."""
    global _provider
    endpoint = settings.OTLP_ENDPOINT
    if not endpoint:
        return None
    with _making:
        if _provider is None or _provider[0] != endpoint:
            if _provider is not None:
                _provider[1].shutdown()
            _provider = (endpoint, _make(endpoint))
        return _provider[1]


def _make(endpoint: str) -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource({"service.name": "ordersops", "service.version": settings.VERSION}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5), schedule_delay_millis=1000))
    # Workers end without `atexit`; this runs there too, and in the main process.
    util.Finalize(None, provider.shutdown, exitpriority=10)
    return provider
