"""Spans tell who was asked and how it ended, and nothing of what was asked or answered. They leave only where an endpoint is set."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import override_settings
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ordersops.advice import tracing
from ordersops.advice.advisors import advisor
from tests.advice.advisors.question import GOOD, NOTE, PERSONAL, ask_about
from tests.advice.advisors.stub import KEY, Plain, answering

TRACE = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def a_provider_of_its_own() -> Iterator[None]:
    yield
    if tracing._provider is not None:
        tracing._provider[1].shutdown()
        tracing._provider = None


@contextmanager
def collecting() -> Iterator[tuple[str, list[bytes]]]:
    """A collector on loopback: its address, and what it was sent."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            received.append(gzip.decompress(raw) if self.headers.get("content-encoding") == "gzip" else raw)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/traces", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join(300)


def spans_in(received: list[bytes]) -> list[Any]:
    return [
        span
        for raw in received
        for resource in ExportTraceServiceRequest.FromString(raw).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


@pytest.mark.django_db
def test_a_call_is_exported_without_content(key: str, prompts: None) -> None:
    with collecting() as (url, received), answering(GOOD, advisor=key), override_settings(OTLP_ENDPOINT=url):
        with tracing.span("consultation", lane="fraud", advisor=key) as outer:
            advisor(key).ask(ask_about(trace_id=outer.trace_id))
            outer.set(outcome="release", verified=True)
        tracing.flush()
    spans = {span.name: span for span in spans_in(received)}
    assert set(spans) == {"consultation", "chat claude-sonnet-5-5"}  # and none of the SDK's own
    call, whole = spans["chat claude-sonnet-5-5"], spans["consultation"]
    assert call.trace_id.hex() == whole.trace_id.hex() == outer.trace_id
    assert call.parent_span_id == whole.span_id
    found = attributes(call)
    assert found["gen_ai.operation.name"] == "chat"
    assert found["gen_ai.request.model"] == found["gen_ai.response.model"] == "claude-sonnet-5-5"
    assert found["gen_ai.usage.input_tokens"] in {321 + 900 + 30, 321 + 900}
    assert found["gen_ai.usage.output_tokens"] == 45
    assert (found["ordersops.lane"], found["ordersops.advisor"], found["ordersops.code"]) == ("fraud", key, "answered")
    assert attributes(whole)["ordersops.outcome"] == "release"
    whole_export = b"".join(received)
    contents = (*PERSONAL.values(), NOTE, KEY, GOOD.prose, "You review orders", "Other customers on this IP", "EMAIL_1", "good_orders")
    for content in contents:
        assert content.encode() not in whole_export


@pytest.mark.django_db
def test_a_failed_call_says_so(key: str, prompts: None) -> None:
    refused = Plain(
        529, {"Content-Type": "application/json"}, b'{"error":{"type":"overloaded_error","message":"' + NOTE[:20].encode() + b'"}}'
    )
    with collecting() as (url, received), answering(refused, advisor=key), override_settings(OTLP_ENDPOINT=url):
        advisor(key).ask(ask_about(trace_id=TRACE))
        tracing.flush()
    (span,) = spans_in(received)
    assert span.trace_id.hex() == TRACE  # a call alone goes on with the trace that it is told
    assert (attributes(span)["error.type"], attributes(span)["http.response.status_code"]) == ("busy", 529)
    assert span.status.code == span.status.STATUS_CODE_ERROR


@pytest.mark.django_db
def test_without_an_endpoint_nothing_is_made_and_nothing_sent(key: str, prompts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as (url, received), answering(GOOD, advisor=key) as service:
        for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
            monkeypatch.setenv(name, url)  # only our own setting counts
        before = set(threading.enumerate())
        with tracing.span("consultation") as outer:
            advisor(key).ask(ask_about(trace_id=outer.trace_id))
        tracing.flush()
        assert {one for one in set(threading.enumerate()) - before if "process_request_thread" not in one.name} == set()
    assert not received
    assert tracing._provider is None
    assert "traceparent" not in service.asked[0].headers


def test_a_trace_has_an_id_also_where_nothing_is_exported() -> None:
    with tracing.span("consultation") as outer, tracing.span("call") as inner:
        assert inner.trace_id == outer.trace_id
    with tracing.span("consultation") as other:
        assert other.trace_id != outer.trace_id
    assert len(other.trace_id) == 32
    assert int(other.trace_id, 16)
    with tracing.span("call", trace_id=TRACE) as going_on:
        assert going_on.trace_id == TRACE
    with tracing.span("call", trace_id="0" * 32) as none, tracing.span("call", trace_id="nonsense") as inner:
        assert int(none.trace_id, 16)
        assert inner.trace_id == none.trace_id


def test_content_has_no_name_to_go_by() -> None:
    with tracing.span("consultation") as one, pytest.raises(KeyError):
        one.set(prompt="Dear model")
    with pytest.raises(KeyError), tracing.span("consultation", text="Dear model"):
        pass


def test_an_exception_is_told_by_its_class_alone() -> None:
    with collecting() as (url, received), override_settings(OTLP_ENDPOINT=url):
        with pytest.raises(ValueError, match="secret"), tracing.span("consultation"):
            raise ValueError("secret text")
        tracing.flush()
    (span,) = spans_in(received)
    assert attributes(span)["error.type"] == "ValueError"
    assert not span.events
    assert b"secret text" not in b"".join(received)


def test_the_provider_is_ours_alone() -> None:
    with collecting() as (url, _), override_settings(OTLP_ENDPOINT=url), tracing.span("consultation"):
        assert trace.get_tracer_provider() is not tracing._provider[1]  # type: ignore[index]
        assert trace.get_current_span().get_span_context().is_valid


def test_a_collector_that_is_down_disturbs_nobody() -> None:
    with collecting() as (url, _):
        pass
    with override_settings(OTLP_ENDPOINT=url):
        with tracing.span("consultation") as one:
            one.set(outcome="release")
        tracing.flush(200)


def test_the_sdk_tells_nobody_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment variable could turn on spans with whole prompts for a client that is built without the option."""
    from ordersops.advice.advisors.claude import Claude
    from ordersops.advice.advisors.line import Line

    for name in ("ANTHROPIC_OPEN_TELEMETRY", "ANTHROPIC_OPEN_TELEMETRY_CONTENT_MODE", "ANTHROPIC_OPEN_TELEMETRY_PROPAGATION"):
        monkeypatch.setenv(name, "content")
    with override_settings(CLAUDE={"key": KEY, "url": "http://127.0.0.1:1", "model": "m", "effort": ""}):
        options = Claude()._client(Line(1, KEY)).open_telemetry
    assert options["propagation"] is False
    assert (options["traces"]["enabled"], options["traces"]["content_mode"]) == (False, "metadata_only")
