"""Whatever a service does, the call ends in time, and its outcome says whether to try again, to look, or to believe nothing."""

import gzip
import json
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordersops.advice.advisors import advisor
from ordersops.advice.answers import Exchange
from ordersops.advice.models import CallOutcome
from tests.advice.advisors import pathology
from tests.advice.advisors.question import GOOD, NOTE, ask_about
from tests.advice.advisors.stub import KEY, Plain, answering, completion, leading_to, message, text_of

pytestmark = pytest.mark.django_db
JSON = {"Content-Type": "application/json"}
Body = Callable[[str], bytes]


def good(key: str, **more: Any) -> bytes:
    text = text_of(GOOD)
    return json.dumps(message(text, **more) if key == "claude" else completion(text, **more)).encode()


def error(status: int, kind: str = "some_error", **more: Any) -> Callable[[str], Plain]:
    headers = {**JSON, **more.pop("headers", {})}
    body = {"type": "error", "error": {"type": kind, "message": f"You sent {NOTE} with {KEY}", **more}}
    return lambda key: Plain(status, headers, json.dumps(body).encode())


def stopped(claude: str, openai: str, text: str = "", **more: Any) -> Callable[[str], Plain]:
    def say(key: str) -> Plain:
        whole = message(text, stop_reason=claude) if key == "claude" else completion(text, finish_reason=openai, **more)
        return Plain(200, JSON, json.dumps(whole).encode())

    return say


def html(status: int) -> Callable[[str], Plain]:
    return lambda key: Plain(status, {"Content-Type": "text/html"}, b"<html><h1>Please sign in to the hotel's network</h1></html>")


@dataclass(frozen=True)
class Case:
    name: str
    says: Callable[[str], Plain]
    outcome: str
    retry_after: float | None = None


def wait(**headers: str) -> dict[str, Any]:
    return {"headers": {name.replace("_", "-"): value for name, value in headers.items()}}


ANSWERS = [
    Case("good", lambda key: Plain(200, JSON, good(key)), CallOutcome.ANSWERED),
    # try again later
    Case("429", error(429, "rate_limit_error", **wait(retry_after="7")), CallOutcome.BUSY, 7.0),
    Case("429 for 49 days", error(429, **wait(retry_after="4294967")), CallOutcome.BUSY, 4294967.0),
    Case("429 in milliseconds", error(429, **wait(retry_after_ms="1500", retry_after="90")), CallOutcome.BUSY, 1.5),
    Case("429 until a day that has passed", error(429, **wait(retry_after="Wed, 21 Oct 2015 07:28:00 GMT")), CallOutcome.BUSY, 0.0),
    Case("429 with nonsense", error(429, **wait(retry_after="soon")), CallOutcome.BUSY, None),
    Case("429 for ever", error(429, **wait(retry_after="inf")), CallOutcome.BUSY, None),
    Case("429 for less than nothing", error(429, **wait(retry_after="-5")), CallOutcome.BUSY, None),
    Case("408", error(408), CallOutcome.BUSY),
    Case("409", error(409), CallOutcome.BUSY),
    Case("500", error(500, "api_error"), CallOutcome.BUSY),
    Case("503 in HTML", html(503), CallOutcome.BUSY),
    Case("529", error(529, "overloaded_error"), CallOutcome.BUSY),
    Case("499", error(499), CallOutcome.BROKEN),
    Case("broken JSON", lambda key: Plain(200, JSON, good(key)[:-20]), CallOutcome.BROKEN),
    Case("nested JSON", lambda key: Plain(200, JSON, b"[" * 200_000), CallOutcome.BROKEN),
    # somebody has to look
    Case("401", error(401, "authentication_error"), CallOutcome.KEY),
    Case("403", error(403, "permission_error"), CallOutcome.KEY),
    Case("402", error(402, "billing_error"), CallOutcome.PAYMENT),
    Case("spend limit", error(429, "rate_limit_error", details={"error_code": "contract_spend_limit_reached"}), CallOutcome.PAYMENT),
    Case(
        "another spend limit", error(429, "rate_limit_error", details={"error_code": "enforced_spend_limit_reached"}), CallOutcome.PAYMENT
    ),
    Case("no quota", error(429, "insufficient_quota", code="insufficient_quota"), CallOutcome.PAYMENT),
    Case("400", error(400, "invalid_request_error"), CallOutcome.REQUEST),
    Case("404", error(404, "not_found_error"), CallOutcome.REQUEST),
    Case("413", error(413), CallOutcome.REQUEST),
    Case("422", error(422), CallOutcome.REQUEST),
    Case("400 with a body of nonsense", lambda key: Plain(400, JSON, b"[" * 200_000), CallOutcome.REQUEST),
    Case("301", lambda key: Plain(301, {"Location": "/v1/messages"}), CallOutcome.REDIRECT),
    Case("307", lambda key: Plain(307, {"Location": "/v1/messages"}), CallOutcome.REDIRECT),
    Case("307 to another host", lambda key: Plain(307, {"Location": "https://198.51.100.9/"}), CallOutcome.REDIRECT),
    Case("HTML", html(200), CallOutcome.FOREIGN),
    Case("another type", lambda key: Plain(200, {"Content-Type": "text/plain"}, good(key)), CallOutcome.FOREIGN),
    Case("201", lambda key: Plain(201, JSON, good(key)), CallOutcome.FOREIGN),
    Case("another protocol", lambda key: Plain(200, JSON, good("openai" if key == "claude" else "claude")), CallOutcome.FOREIGN),
    Case("compressed", lambda key: Plain(200, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(good(key))), CallOutcome.FOREIGN),
    # what was said cannot be used
    Case("refusal", stopped("refusal", "content_filter"), CallOutcome.REFUSAL),
    Case("refusal in words", stopped("refusal", "stop", refusal="I would rather not."), CallOutcome.REFUSAL),
    Case("cut off", stopped("max_tokens", "length", text_of(GOOD)[:50]), CallOutcome.TRUNCATED),
    Case("cut off, yet whole", stopped("max_tokens", "length", text_of(GOOD)), CallOutcome.TRUNCATED),
    Case("another reason", stopped("pause_turn", "tool_calls", text_of(GOOD)), CallOutcome.UNREADABLE),
    Case("prose", stopped("end_turn", "stop", "I think you should release it."), CallOutcome.UNREADABLE),
    Case("nothing", stopped("end_turn", "stop", ""), CallOutcome.UNREADABLE),
]
LINES = [
    (pathology.trickles, CallOutcome.LATE),
    (pathology.slow_headers, CallOutcome.LATE),
    (pathology.silent, CallOutcome.LATE),
    (pathology.huge, CallOutcome.FOREIGN),
    (pathology.closes_at_once, CallOutcome.BROKEN),
    (pathology.closes_midway, CallOutcome.BROKEN),
    (pathology.no_http, CallOutcome.BROKEN),
    (pathology.empty, CallOutcome.BROKEN),
]


def asked(key: str) -> tuple[Any, Exchange]:
    reply = advisor(key).ask(ask_about())
    assert reply.exchange is not None
    assert (reply.answer is None) == (reply.exchange.outcome != CallOutcome.ANSWERED)
    return reply.answer, reply.exchange


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.name)
def test_each_answer_of_a_service_has_its_outcome(case: Case, key: str, prompts: None) -> None:
    says = case.says(key)
    with answering(says, advisor=key) as service:
        _, exchange = asked(key)
    assert exchange.outcome == case.outcome, exchange.detail
    assert exchange.retry_after == case.retry_after
    assert len(service.asked) == 1  # nothing is tried again, and no redirect is followed
    assert (exchange.status, exchange.request, exchange.response) == (says.status, service.asked[0].raw, says.body)
    # Whatever a service echoes, neither the key nor what we asked gets into the row.
    for ours in (KEY, "415", "SYSTEM", "quisenberry"):
        assert ours not in exchange.detail
    assert KEY.encode() not in exchange.request


@pytest.mark.parametrize(("ill", "outcome"), LINES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_each_trouble_on_the_line_has_its_outcome(ill: pathology.Ill, outcome: str, key: str, prompts: None) -> None:
    """The slow ones would end in a good answer after six seconds; the deadline is one. The others end before any deadline."""
    before = set(threading.enumerate())
    with pathology.suffering(ill) as url, override_settings(**leading_to(url), ADVISOR_DEADLINE=1 if outcome == CallOutcome.LATE else 120):
        serving = set(threading.enumerate())
        _, exchange = asked(key)
        mine = {thread for thread in set(threading.enumerate()) - serving if "process_request_thread" not in thread.name}
    assert exchange.outcome == outcome, exchange.detail
    assert not mine
    assert set(threading.enumerate()) <= before


def test_nobody_there(key: str, prompts: None) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with override_settings(**leading_to(url)):
            _, exchange = asked(key)
    assert (exchange.outcome, exchange.status, exchange.response) == (CallOutcome.UNREACHABLE, None, None)


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1/", "http://[::1"])
def test_an_address_that_is_none_is_for_somebody_to_look_at(url: str, key: str, prompts: None) -> None:
    with override_settings(**leading_to(url)):
        _, exchange = asked(key)
    assert exchange.outcome == CallOutcome.REQUEST


@pytest.mark.parametrize("value", ["", "schlüssel", "two\nlines", "two words"])
def test_without_a_key_that_can_be_sent_nothing_is_sent(value: str, key: str, prompts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-somebody-else")
    with answering(GOOD) as service, override_settings(**leading_to(service.url, key=value)):
        _, exchange = asked(key)
    assert exchange.outcome == CallOutcome.KEY
    assert not service.asked


def test_the_environment_of_the_process_changes_nothing(key: str, prompts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pathology.suffering(pathology.no_http) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
            monkeypatch.setenv(name.lower(), proxy)
        for name in list(os.environ):
            if name.lower() == "no_proxy":
                monkeypatch.delenv(name)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", proxy)
        monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "x-of-somebody-else: 1\nauthorization: Bearer sk-of-somebody-else")
        monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "sk-of-somebody-else")
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
        with answering(GOOD) as service:
            answer, _ = asked(key)
    assert answer is not None
    sent = service.asked[0].headers
    assert sent.pop("authorization") == f"Bearer {KEY}"
    assert set(sent) <= {
        "host",
        "content-length",
        "content-type",
        "accept",
        "accept-encoding",
        "connection",
        "anthropic-version",
        "user-agent",
    }


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(field=st.sampled_from(["content", "usage", "stop_reason", "model", "type", "choices", "role", "id", "nothing"]), value=values)
def test_odd_json_never_raises(field: str, value: Any, prompts: None) -> None:
    """A message or a completion of which one part is something else; and the part alone."""
    for key in ("claude", "openai"):
        whole = {**json.loads(good(key)), field: value}
        says = [Plain(200, JSON, json.dumps(one).encode()) for one in (whole, value)]
        with answering(says, advisor=key, registering=False):
            for _ in says:
                asked(key)
