"""The queues: what waits for a person, the most urgent first."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.cases import queries
from ordersops.cases.forms import BANDS, QueueFilters
from ordersops.cases.hints import hints_of, standing_out
from ordersops.cases.lanes import Lane, lanes
from ordersops.cases.signs import frequent, label_of
from ordersops.cases.taking import filters_of, queue_query, take
from ordersops.htmx import Request, done, seen
from ordersops.stores.models import Store

VIEWS = ("mine", "overdue", "attack", "asked", "escalated", "asleep")


def lane_or_404(key: str) -> Lane:
    if key not in lanes():
        raise Http404
    return lanes()[key]


@require_safe
def queue(request: Request, lane: str) -> HttpResponse:
    about = lane_or_404(lane)
    context = _context(request, about)
    signs = frequent(about, request.user, context["asked"]["store"])
    return render(request, "cases/queue.html", {**context, **_standing(request, about, context["asked"]), "signs": signs})


@require_safe
def hints(request: Request, lane: str) -> HttpResponse:
    """What stands out, asked for again every half minute while somebody looks."""
    about = lane_or_404(lane)
    require_anywhere(request.user, Perm.VIEW_CASES)
    filters = filters_of(request.user, request.GET.dict())
    return render(request, "cases/_hints.html", {**filters.context(), "lane": about, **_standing(request, about, filters.read())})


def _standing(request: Request, lane: Lane, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "standing_out": standing_out(lane, request.user, asked["store"]),
        "hint": hints_of(lane).get(asked["hint"]),
        "signal_label": label_of(lane, asked["signal"]) if asked["signal"] else "",
    }


@require_safe
def rows(request: Request, lane: str) -> HttpResponse:
    """The rows alone, asked for every two seconds: 204 as long as nothing changed."""
    about = lane_or_404(lane)
    require_anywhere(request.user, Perm.VIEW_CASES)
    version = queries.version(about, request.user)
    if seen(request, version):
        return HttpResponse(status=204)
    return render(request, "cases/_rows.html", _context(request, about, version))


def _context(request: Request, lane: Lane, version: str = "") -> dict[str, Any]:
    require_anywhere(request.user, Perm.VIEW_CASES)
    stores = list(Store.objects.visible_to(request.user, Perm.VIEW_CASES))
    filters = QueueFilters(request.GET, store=[(str(store.pk), store.name) for store in stores])
    asked = filters.read()
    version = version or queries.version(lane, request.user)  # before the rows: what changes in between is asked for again
    page = queries.queue(lane, request.user, asked, request.GET.get("cursor", ""))
    return {
        **filters.context(page),
        "lane": lane,
        "asked": asked,
        "cases": queries.dress(page.rows, lane, request.user),
        "counts": queries.counts(lane, request.user, asked["store"]),
        "stores": stores,
        "bands": BANDS,
        "tags": queries.known_tags(store.pk for store in stores),
        "version": version,
        "kept": [view for view in VIEWS if asked[view]],
    }


@require_POST
def take_next(request: Request, lane: str) -> HttpResponse:
    """Lease the most urgent free case that the filters in the address let through, and open it."""
    about = lane_or_404(lane)
    require_anywhere(request.user, about.decides)
    query = queue_query(request.user, request.GET)
    suffix, case = f"?{query}" if query else "", take(about.key, request.user, query)
    if case is None:
        fits = " that fits your filters" if query else ""
        say = f"No case is free{fits}: every open one is with somebody, or there is none."
        return done(request, reverse("queue", args=[about.key]) + suffix, say=say)
    return done(request, reverse("case", args=[case.pk]) + suffix)
