"""Errors as machines read them: RFC 9457 problems, one table of their kinds. `errors.py` says what a verb refuses."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from ordersops.errors import Refusal

MEDIA_TYPE = "application/problem+json"
PATH = "/api/"
CHALLENGE = 'Bearer realm="ordersops"'
NOT_FOUND = "There is nothing here that this token can see. It may never have been, or it belongs to a store out of the token's reach."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. `next` says what a client does about it."""

    key: str
    status: int
    title: str
    next: str


KINDS = {
    kind.key: kind
    for kind in [
        Kind("malformed", 400, "The request cannot be read", "Send one JSON object in UTF-8 with Content-Type: application/json."),
        Kind(
            "key-missing",
            400,
            "The Idempotency-Key is missing",
            "Send Idempotency-Key: a new UUID for each new intent, the same when repeating.",
        ),
        Kind("unauthenticated", 401, "No valid token", "Send Authorization: Bearer <token>; make one on the page Access tokens."),
        Kind(
            "forbidden",
            403,
            "You may not do this",
            "The token's owner needs the right that is named; a supervisor can give a role with it.",
        ),
        Kind(
            "scope-missing", 403, "The token is not for this", "Make a token with the scope that is named; scopes of a token never change."
        ),
        Kind("not-found", 404, "Not found", "Check the id, and whether the token reaches the store."),
        Kind("method", 405, "This address does not take that method", "The header Allow names the methods."),
        Kind("conflict", 409, "Somebody was faster", "Read the thing again and judge anew; repeating the same will not help."),
        Kind("in-flight", 409, "The same request is under way", "Repeat it in a second, with the same key: you get its answer."),
        Kind("changed", 412, "It is no longer what you saw", "Read it again, look at what changed, and send the new version."),
        Kind("too-large", 413, "The request is too large", "Send less."),
        Kind("media-type", 415, "Only JSON is read here", "Send Content-Type: application/json."),
        Kind("invalid", 422, "Something does not fit", "Change what `errors` or `detail` name; nothing was changed here."),
        Kind("key-reused", 422, "The Idempotency-Key belongs to another request", "Use a new key for a new request."),
        Kind("version-missing", 428, "Say what you saw", "Send If-Match with the ETag of the case, or `version` in the body."),
        Kind("throttled", 429, "Too many requests", "Wait for the seconds of Retry-After."),
        Kind(
            "failed",
            500,
            "Something went wrong",
            "Nothing was changed. Repeat with the same Idempotency-Key; tell your operator if it stays.",
        ),
        Kind("upstream", 502, "The other side did not answer as it should", "Try again later."),
        Kind("away", 503, "The database does not answer", "Repeat with the same Idempotency-Key in a minute."),
    ]
}


class Problem(Exception):
    """An answer other than the thing that was asked for."""

    def __init__(
        self, kind: str, detail: str, *, errors: list[dict[str, str]] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.errors, self.headers = KINDS[kind], detail, errors or [], headers or {}


@dataclass(slots=True)
class _Told:
    kind: Kind
    detail: str
    title: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: the problem that says what happened; None for what nobody foresaw, which becomes a 500."""
    told = _told(error)
    if told is None:
        return None
    body = problem(told.kind, told.detail, request_id=_request_id(context), title=told.title, errors=told.errors)
    return Response(body, status=told.kind.status, headers=told.headers, content_type=MEDIA_TYPE)


def problem(
    kind: Kind, detail: str, *, request_id: str = "", title: str = "", errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """The body. `type` leads to the page that explains it; `instance` is the id under which history and log know the request."""
    return {
        "type": f"{settings.PUBLIC_URL}/api/v1/docs#problem-{kind.key}",
        "title": title or kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": f"urn:ordersops:request:{request_id or 'unknown'}",
        "next": kind.next,
        "errors": errors or [],
    }


def for_machines(request: HttpRequest) -> bool:
    """Whether the asker is a client of the interface: its address says so, whatever it accepts. The docs are a page."""
    return request.path_info.startswith(PATH) and not request.path_info.startswith(f"{PATH}v1/docs")


def plain(request: HttpRequest, status: int, detail: str) -> JsonResponse:
    """A problem from outside of DRF: an address that there is not, or an error that nobody foresaw."""
    kind = next((kind for kind in KINDS.values() if kind.status == status), KINDS["failed" if status >= 500 else "malformed"])
    body = problem(kind, NOT_FOUND if status == 404 else detail, request_id=getattr(request, "request_id", ""))
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _told(error: Exception) -> _Told | None:
    match error:
        case Problem():
            return _Told(error.kind, error.detail, errors=error.errors, headers=error.headers)
        case Refusal():
            return _Told(KINDS[_REFUSALS.get(error.status, "malformed")], error.message, error.title)
        case Http404():
            return _Told(KINDS["not-found"], NOT_FOUND)
        case PermissionDenied() | exceptions.PermissionDenied():
            return _Told(KINDS["forbidden"], "You do not have the right to do this.")
        case exceptions.ValidationError():
            return _Told(KINDS["invalid"], "Some fields do not fit; nothing was changed.", errors=list(_fields(error.detail)))
        case RequestDataTooBig():
            return _Told(KINDS["too-large"], f"A body has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes here.")
        case exceptions.Throttled():
            wait = str(int(getattr(error, "wait", None) or 1))
            return _Told(
                KINDS["throttled"], f"This token has used up its requests; the next one is free in {wait} s.", headers={"Retry-After": wait}
            )
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return _Told(KINDS["unauthenticated"], str(error.detail), headers={"WWW-Authenticate": getattr(error, "challenge", CHALLENGE)})
        case exceptions.MethodNotAllowed():
            return _Told(KINDS["method"], str(error.detail))
        case exceptions.UnsupportedMediaType():
            return _Told(KINDS["media-type"], str(error.detail))
        case exceptions.ParseError() | UnreadablePostError() | SuspiciousOperation():
            return _Told(KINDS["malformed"], str(getattr(error, "detail", "The body ended early.")))
    return None


_REFUSALS = {403: "forbidden", 409: "conflict", 422: "invalid", 502: "upstream"}


def _fields(detail: Any, path: str = "") -> Any:
    """Every wrong field with its sentence: {field: "reason", says: "This field is required."}."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _fields(inner, path if name == "non_field_errors" else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _fields(inner, path)
    else:
        yield {"field": path, "says": str(detail)}


def _request_id(context: dict[str, Any]) -> str:
    request = context.get("request")
    return str(getattr(getattr(request, "_request", request), "request_id", ""))
