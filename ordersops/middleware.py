"""Around every page: who may come in, and how a refusal looks."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from ordersops.accounts.models import User
from ordersops.api import problems
from ordersops.audit.actions import request_scope
from ordersops.errors import Refusal
from ordersops.ids import uuid7

Answer = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)

LONGEST_SESSION = 12 * 3600  # seconds from signing in
LONGEST_IDLE = 30 * 60  # seconds without anything that a person did
NOTED_EVERY = 60  # seconds between two notes of "seen", so that not every page writes the session
# Asked by the page itself while it lies open; not a sign that somebody is there.
BY_ITSELF = {"case_lease", "case_leave"}

NOT_FOUND = "There is nothing here that you can see. It may never have been, or it belongs to a store in which you have no role."
FORBIDDEN = "You do not have the right to do this. A supervisor can give you a role with it."


class SignInRequired:
    """Every page needs a person with a fresh session, except views marked `login_not_required`."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        if request.user.is_authenticated:
            if self._is_fresh(request, request.user):
                return None
            logout(request)
        return self._to_sign_in(request)

    @staticmethod
    def _is_fresh(request: HttpRequest, user: User) -> bool:
        now, session = int(time.time()), request.session
        since, seen = session.get("signed_in_at"), session.get("seen_at")
        if since is None or seen is None:
            session["signed_in_at"] = session["seen_at"] = now
            return True
        if now - since > LONGEST_SESSION or now - seen > LONGEST_IDLE:
            return False
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if now - seen > NOTED_EVERY and not name.startswith("_") and name not in BY_ITSELF:
            session["seen_at"] = now
            User.objects.filter(pk=user.pk).update(seen_at=timezone.now())  # for colleagues, who see when one was here
        return True

    @staticmethod
    def _to_sign_in(request: HttpRequest) -> HttpResponse:
        """The way to sign in, and back here where that has a meaning."""
        here = urlsplit(request.headers.get("HX-Current-URL", "")) if _by_htmx(request) else None
        back = request.get_full_path() if request.method == "GET" else "/"
        if here is not None:
            back = f"{here.path or '/'}{'?' + here.query if here.query else ''}"
        url = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
        if _by_htmx(request):
            answer: HttpResponse = HttpResponse(status=401, headers={"HX-Redirect": url})
        elif _wants_json(request):
            answer = JsonResponse(
                {"status": 401, "title": "Sign in first", "message": "This address needs a signed-in person."}, status=401
            )
        else:
            answer = HttpResponseRedirect(url)
        answer["Cache-Control"] = "no-store"
        patch_vary_headers(answer, ["HX-Request", "Cookie"])
        return answer


class Refusals:
    """Gives every request the id under which the history and the log know it, and turns refusals into answers."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid7().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        with request_scope(request_id):
            answer = self.get_response(request)
        answer["X-Request-Id"] = request_id
        if settings.SESSION_COOKIE_NAME in request.COOKIES and "Cache-Control" not in answer:
            answer["Cache-Control"] = "no-store"  # what a signed-in person saw stays in no cache
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        match error:
            case Refusal():
                return refused(request, error.status, error.title, error.message)
            case PermissionDenied():
                return refused(request, 403, "You may not do this", str(error) or FORBIDDEN)
            case Http404():
                return refused(request, 404, "Not found", NOT_FOUND)
        return None


def refused(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    """One refusal as the asker can use it: a fragment for htmx, JSON for programs, a page for people."""
    if problems.for_machines(request):
        return problems.plain(request, status, message)
    about = {"status": status, "title": title, "message": message}
    if _by_htmx(request):
        answer: HttpResponse = render(request, "errors/_refusal.html", about, status=status)
    elif _wants_json(request):
        answer = JsonResponse(about, status=status)
    else:
        answer = render(request, "errors/refusal.html", about, status=status)
    patch_vary_headers(answer, ["HX-Request", "Accept"])
    return answer


def _by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


# --- What Django refuses before or behind the views -----------------------------------------------------------------
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refused(request, 404, "Not found", NOT_FOUND)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refused(request, 403, "You may not do this", FORBIDDEN)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refused(request, 400, "This could not be read", "The request is not one that this page sends. Go back, reload, and try again.")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refused(
        request, 403, "This page is too old", "You signed in or out since it was opened. Nothing was sent; reload it and try again."
    )


def failed(request: HttpRequest) -> HttpResponse:
    """An error that nobody foresaw. Draws a page that needs neither session nor database."""
    error = sys.exc_info()[1]
    away = isinstance(error, OperationalError | InterfaceError)
    status, title = (503, "The database does not answer") if away else (500, "Something went wrong")
    message = (
        "Nothing was changed. It usually comes back within a minute; try again then."
        if away
        else "Nothing was changed by this request. The error is in the log; try again, and tell your operator if it stays."
    )
    if problems.for_machines(request):
        return problems.plain(request, status, message)
    about = {"status": status, "title": title, "message": message}
    if _wants_json(request):
        return JsonResponse(about, status=status)
    template = "errors/_refusal.html" if _by_htmx(request) else "errors/refusal.html"
    try:
        return HttpResponse(render_to_string(template, {**about, "request": request}), status=status)
    except Exception:  # the last resort must not fail: what broke may be the templates or static files themselves
        log.exception("The error page could not be drawn")
        return HttpResponse(f"{title}. {message}\n", content_type="text/plain", status=status)
