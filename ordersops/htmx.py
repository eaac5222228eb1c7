"""Answers: a page or its fragment, and where to go after a verb."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class Request(HttpRequest):
    """A request of a signed-in person: `middleware.SignInRequired` lets nobody else in."""

    user: "User"


def wants_fragment(request: HttpRequest) -> bool:
    """Asked by htmx for a part of a page. A boosted link asks for the whole page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def show(request: HttpRequest, page: str, context: dict[str, Any], *, fragment: str = "", status: int = 200) -> HttpResponse:
    """The page, or only its fragment where htmx asks at the same address."""
    answer = render(request, fragment if fragment and wants_fragment(request) else page, context, status=status)
    if fragment:
        patch_vary_headers(answer, ["HX-Request"])
    return answer


def done(request: HttpRequest, to: Any, *args: Any, say: str = "", warn: str = "") -> HttpResponse:
    """After a verb: go on to a page (303, or HX-Redirect), with a sentence that is shown there once."""
    if say:
        messages.success(request, say)
    if warn:
        messages.warning(request, warn)
    url = resolve_url(to, *args)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer


def seen(request: HttpRequest, version: str) -> bool:
    """Whether the reader's fragment is of this version: nothing to send."""
    return version in {request.GET.get("v", ""), request.headers.get("X-Seen", "")}


def back(request: HttpRequest, otherwise: str) -> str:
    """Where the form was drawn, if it says so and it is here; else the page named."""
    url = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return url if url and safe else resolve_url(otherwise)
