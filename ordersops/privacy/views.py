"""Requests about personal data: the page with all of them, a copy of what is kept, erasing it, and settling by hand."""

from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import get_or_404, require_anywhere, store_ids
from ordersops.accounts.roles import Perm
from ordersops.htmx import Request, done
from ordersops.privacy import actions
from ordersops.privacy.models import PersonalRequest

SHOWN = 100


@require_safe
def requests(request: Request) -> HttpResponse:
    """Those that are open, the most urgent first, and what became of the last ones."""
    require_anywhere(request.user, Perm.VIEW_INTAKE)
    mine = PersonalRequest.objects.visible_to(request.user).select_related("store", "settled_by")
    context = {
        "open": list(mine.open()[:SHOWN]),
        "settled": list(mine.exclude(settled_at=None).order_by("-settled_at")[:SHOWN]),
        "manages": set(store_ids(request.user, Perm.MANAGE_STORES)),
    }
    return render(request, "privacy/requests.html", context)


@require_POST
def settle(request: Request, pk: UUID) -> HttpResponse:
    """Say that a request was met, and how."""
    actions.settle(request=_asked(request, pk), by=request.user, note=request.POST.get("note", ""))
    return done(request, "privacy", say="The request is settled; the history keeps what you said.")


@require_POST
def erase(request: Request, pk: UUID) -> HttpResponse:
    """Have all of it erased by a worker."""
    actions.erase(request=_asked(request, pk), by=request.user)
    return done(request, "privacy", say="It is being erased; this page tells what was erased when it is done.")


@never_cache
@require_POST
def export(request: Request, pk: UUID) -> HttpResponse:
    """A file with everything that is kept of the customer."""
    found = actions.export(request=_asked(request, pk), by=request.user)
    answer = JsonResponse(found, encoder=DjangoJSONEncoder, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="personal-data-{pk}.json"'
    return answer


def _asked(request: Request, pk: UUID) -> PersonalRequest:
    return get_or_404(PersonalRequest.objects.all(), request, Perm.VIEW_INTAKE, pk=pk)
