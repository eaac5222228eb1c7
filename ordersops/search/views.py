"""Search, the palette, and saved views."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import get_or_404
from ordersops.accounts.roles import Perm
from ordersops.context import Desk
from ordersops.errors import Invalid
from ordersops.htmx import Request, done
from ordersops.search import actions, queries
from ordersops.search.forms import SearchForm, ViewForm
from ordersops.search.models import SavedView
from ordersops.stores.models import Store

ON_PAGE, IN_PALETTE, ALL_PLACES = 20, 5, 30


def _words(request: Request) -> str:
    form = SearchForm(request.GET)
    return form.cleaned_data["q"].strip() if form.is_valid() else ""


@require_safe
def search(request: Request) -> HttpResponse:
    words = _words(request)
    return render(request, "search/search.html", {"q": words, "found": queries.search(request.user, words, ON_PAGE)})


@require_safe
def palette(request: Request) -> HttpResponse:
    """What the palette shows below its field: places by their names, and the first of what the words find."""
    words = _words(request)
    context = {
        "q": words,
        "places": queries.places(Desk(request, request.user), words, IN_PALETTE if words else ALL_PLACES),
        "found": queries.search(request.user, words, IN_PALETTE),
        "views": SavedView.objects.visible_to(request.user).filter(name__icontains=words)[:IN_PALETTE],
    }
    return render(request, "search/_palette.html", context)


@require_POST
def save_view(request: Request) -> HttpResponse:
    form = ViewForm(request.POST)
    if not form.is_valid():
        raise Invalid("Give the view a name of at most 60 characters.")
    asked = form.cleaned_data
    store = get_or_404(Store.objects.all(), request, Perm.VIEW_ORDERS, pk=asked["store"]) if asked["store"] else None
    view = actions.save_view(name=asked["name"], path=asked["path"], query=asked["query"], store=store, by=request.user)
    return done(request, view.url, say=f"“{view}” is kept.")


@require_POST
def delete_view(request: Request, pk: UUID) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user).select_related("store"), pk=pk)
    path = view.path
    actions.delete_view(view=view, by=request.user)
    return done(request, path, say=f"“{view}” is gone.")
