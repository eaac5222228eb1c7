"""An advisor's service on loopback that answers as it is told, in the protocol of Claude and in that of OpenAI.

    with answering(Answer("release", 12, "high", [Claim("cvv", "eq", "match", "against", "")])) as service:
        ...
    assert service.asked[0].body["model"] == "claude-sonnet-5-5"

What it answers: an Answer, a dict (the model's JSON as it is), bytes or str (the model's text as it is), a `Plain` response,
a callable that is given the request's body and returns one of these, or a list of them: one for each request, the last again
and again. The settings CLAUDE, OPENAI and ADVISOR lead to it, and the lanes' prompts are registered.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from django.test import override_settings

from ordersops.accounts.models import User
from ordersops.advice.answers import Answer
from ordersops.advice.prompts import register
from ordersops.advice.verify import plain

KEY = "sk-local-0123456789abcdef"
MODEL = "claude-sonnet-5-5"
USAGE = {"input_tokens": 321, "output_tokens": 45, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 30}


@dataclass(frozen=True)
class Plain:
    """A response of HTTP as it goes over the wire."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Asked:
    """One request as it came. `body` is its JSON, `text` all that a model would read of it: system, then user."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @property
    def text(self) -> str:
        system = self.body.get("system", "")
        parts = [part["text"] for part in system] if isinstance(system, list) else [system]
        for message in self.body["messages"]:
            content = message["content"]
            parts += [part["text"] for part in content] if isinstance(content, list) else [content]
        return "\n".join(parts)


@dataclass
class Service:
    """The running service, and what it was asked so far."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)


Said: TypeAlias = "Answer | dict[str, Any] | bytes | str | Plain"
Says: TypeAlias = "Said | Callable[[dict[str, Any]], Said] | Sequence[Any]"


@contextmanager
def answering(says: Says, *, advisor: str = "claude", registering: bool = True, **settings: Any) -> Iterator[Service]:
    """The service while the block runs. `registering=False` leaves the database alone. Further settings by name, as in override_settings."""
    service = Service()
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            with turn:
                service.asked.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, raw))
                said = _nth(says, len(service.asked) - 1)
            if callable(said):
                said = said(json.loads(raw))
            response = said if isinstance(said, Plain) else _response(self.path, json.loads(raw), text_of(said))
            self.send_response(response.status)
            for name, value in {"Content-Length": str(len(response.body)), **response.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with ExitStack() as stack:
            stack.enter_context(override_settings(**{**leading_to(service.url, advisor=advisor), **settings}))
            if registering:
                register(User.objects.system())
            yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(300)


def leading_to(url: str, *, advisor: str = "claude", key: str = KEY, model: str = MODEL) -> dict[str, Any]:
    """The settings under which both advisors over the network ask this address."""
    return {
        "CLAUDE": {"key": key, "url": url, "model": model, "effort": ""},
        "OPENAI": {"key": key, "url": f"{url}/v1", "model": model, "effort": ""},
        "ADVISOR": advisor,
        "ADVISOR_WAS_SET": True,
    }


def text_of(said: Any) -> str:
    """What the model writes: an Answer in the form in which models are asked for it, anything else as it is."""
    if isinstance(said, Answer):
        said = wire_form(said)
    if isinstance(said, bytes):
        return said.decode("utf-8", "replace")
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def wire_form(answer: Answer) -> dict[str, Any]:
    """The answer as a model writes it: values of claims are strings."""
    return {
        "claims": [
            {"fact": claim.fact, "operator": claim.op, "value": _written(claim.value), "direction": claim.direction}
            for claim in answer.claims
        ],
        "set_aside": [{"signal": one.signal, "reason": one.reason} for one in answer.set_aside],
        "missing": list(answer.missing),
        "alternatives": [dict(one) for one in answer.alternatives],
        "outcome": answer.outcome,
        "score": answer.score,
        "confidence": answer.confidence,
        "prose": answer.prose,
        **({"draft": answer.draft} if answer.draft else {}),
    }


def message(text: str, model: str = MODEL, *, stop_reason: str = "end_turn", **more: Any) -> dict[str, Any]:
    """A message as the Anthropic API returns it."""
    return {
        "id": "msg_local_1", "type": "message", "role": "assistant", "model": model, "content": [{"type": "text", "text": text}],
        "stop_reason": stop_reason, "stop_sequence": None, "usage": USAGE, **more,
    }  # fmt: skip


def completion(text: str, model: str = MODEL, *, finish_reason: str = "stop", **more: Any) -> dict[str, Any]:
    """A chat completion as an OpenAI-compatible endpoint returns it. `prompt_tokens` include the cached ones there."""
    return {
        "id": "chatcmpl-local-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text, **more}, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 1221, "completion_tokens": 45, "total_tokens": 1266, "prompt_tokens_details": {"cached_tokens": 900}},
    }  # fmt: skip


def _nth(says: Any, number: int) -> Any:
    return says[min(number, len(says) - 1)] if isinstance(says, list | tuple) else says


def _response(path: str, asked: dict[str, Any], text: str) -> Plain:
    whole = completion(text, asked["model"]) if path.endswith("/chat/completions") else message(text, asked["model"])
    headers = {"Content-Type": "application/json", "request-id": "req_local_1", "x-request-id": "req_local_1"}
    return Plain(200, headers, json.dumps(whole).encode())


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    written = plain(value)
    return written if isinstance(written, str) else json.dumps(written, ensure_ascii=False)
