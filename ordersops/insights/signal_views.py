"""Signals: what each is worth, and what became of the cases in which it was present."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ordersops.accounts.access import require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.cases.views import lane_or_404
from ordersops.htmx import Request
from ordersops.insights import signals as reads
from ordersops.insights.forms import SignalFilters, since
from ordersops.stores.models import Store


@require_safe
def signals(request: Request, lane: str) -> HttpResponse:
    """Every signal of the lane. Needs the right to see the workload in some store; counts in the stores with that right."""
    about = lane_or_404(lane)
    filters, stores = _asked(request)
    context = {
        **filters.context(), "lane": about, "rows": reads.judged(about, stores, since(reads.DAYS)), "least": reads.LEAST, "days": reads.DAYS,
    }  # fmt: skip
    return render(request, "insights/signals.html", context)


@require_safe
def released(request: Request, lane: str) -> HttpResponse:
    """The few that are released most often, for the queue."""
    about = lane_or_404(lane)
    _, stores = _asked(request)
    context: dict[str, Any] = {"lane": about, "rows": reads.most_released(about, stores, since(reads.DAYS)), "least": reads.LEAST}
    return render(request, "insights/_released.html", context)


def _asked(request: Request) -> tuple[SignalFilters, list[UUID]]:
    stores = require_anywhere(request.user, Perm.VIEW_WORKLOAD)
    names = Store.objects.filter(pk__in=stores).values_list("pk", "name")
    filters = SignalFilters(request.GET, store=[(str(pk), name) for pk, name in names])
    chosen = filters.read()["store"]
    return filters, [chosen] if chosen else stores
