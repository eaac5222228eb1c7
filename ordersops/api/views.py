"""The pages about the interface: one's access tokens, and the reference. And its description for machines."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import rights
from ordersops.api import actions
from ordersops.api.forms import LIVES, TokenForm
from ordersops.api.models import AccessToken
from ordersops.api.reference import reference
from ordersops.api.schema import description
from ordersops.api.scopes import Scope
from ordersops.choices import offered_by
from ordersops.errors import Refusal
from ordersops.htmx import Request, done

SHOWN_AT_MOST = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: Request) -> HttpResponse:
    """One's access tokens, and those of the stores whose people one manages. A new one is in the answer, and nowhere afterwards."""
    stores = actions.stores_of(request.user)
    choices = [(str(store.pk), store.name) for store in stores]
    if request.method != "POST":
        return _page(request, TokenForm(stores=choices))
    form = TokenForm(request.POST, stores=choices)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = form.cleaned_data
    try:
        token, text = actions.make_token(
            name=said["name"], scopes=said["scopes"], days=said["days"], by=request.user,
            stores=[store for store in stores if str(store.pk) in said["stores"]],
        )  # fmt: skip
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _page(request, form, status=refusal.status)
    return _page(request, TokenForm(stores=choices), made=token, text=text)


@require_POST
def revoke(request: Request, pk: UUID) -> HttpResponse:
    """End a token at once."""
    colleagues = Q(owner__groups__store_role__store__in=rights(request.user))
    token = AccessToken.objects.filter(colleagues | Q(owner=request.user)).filter(pk=pk).first()
    if token is None:
        raise Http404
    actions.revoke_token(token=token, by=request.user)
    return done(request, "tokens", say=f"The token {token.prefix} is revoked. What used it is refused from now on.")


def _seen(request: Request) -> "QuerySet[AccessToken]":
    """Tokens of others that this person may revoke."""
    return AccessToken.objects.managed_by(request.user, actions.manageable_stores(request.user))


def _page(request: Request, form: TokenForm, *, status: int = 200, **more: Any) -> HttpResponse:
    loaded = AccessToken.objects.select_related("owner", "revoked_by").prefetch_related("stores")
    context = {
        "form": form.filled(),
        "stores": offered_by(form, "stores"),
        "scopes": list(Scope),
        "lives": [(str(days), words) for days, words in LIVES],
        "mine": list(loaded.filter(owner=request.user)[:SHOWN_AT_MOST]),
        "others": list(_seen(request).select_related("owner", "revoked_by").prefetch_related("stores")[:SHOWN_AT_MOST]),
        **more,
    }
    return render(request, "api/tokens.html", context, status=status)


@require_safe
def docs(request: Request) -> HttpResponse:
    """The reference: everything that the description says, as a page."""
    return render(request, "api/docs.html", {**reference(), "base_url": settings.PUBLIC_URL, "rate": settings.API_RATE})


@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """The description, OpenAPI 3.1. The same for everybody: it tells of the product, not of anybody's data."""
    answer = JsonResponse(description(), content_type="application/vnd.oai.openapi+json;version=3.1")
    answer["Cache-Control"] = "public, max-age=300"
    return answer
