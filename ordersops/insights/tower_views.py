"""The control tower: the first page of a supervisor."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ordersops.accounts.access import require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.htmx import Request, seen
from ordersops.insights import tower as reads
from ordersops.insights.forms import TowerFilters
from ordersops.stores.models import Store


@require_safe
def tower(request: Request) -> HttpResponse:
    """Needs the right to see the workload in some store; shows the problems of the stores with that right, of those the person may see."""
    return render(request, "insights/tower.html", _context(request))


@require_safe
def rows(request: Request) -> HttpResponse:
    """The rows alone, asked for again and again: 204 as long as nothing changed."""
    context = _context(request)
    if seen(request, context["view"].version):
        return HttpResponse(status=204)
    return render(request, "insights/_tower.html", context)


def _context(request: Request) -> dict[str, Any]:
    stores = require_anywhere(request.user, Perm.VIEW_WORKLOAD)
    names = Store.objects.filter(pk__in=stores).values_list("pk", "name")
    filters = TowerFilters(request.GET, store=[(str(pk), name) for pk, name in names], source=reads.sources())
    asked = filters.read()
    view = reads.look(request.user, [asked["store"]] if asked["store"] else stores, asked)
    return {**filters.context(), "view": view, "most": reads.MOST, "several_stores": len(names) > 1}
