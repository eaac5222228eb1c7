"""Changes of rights: what waits for a second person, and what was said."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts import actions, waiting
from ordersops.accounts.access import require_anywhere
from ordersops.accounts.forms import RequestFilters, WhyForm
from ordersops.accounts.models import ChangeKind, ChangeState, RightsChange
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, done
from ordersops.lists import newest


@require_safe
def changes(request: Request) -> HttpResponse:
    """The newest first; what waits is also on top of the page of people."""
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    filters = RequestFilters(request.GET, state=ChangeState.choices, kind=ChangeKind.choices)
    asked = filters.read()
    found = waiting.visible_changes(request.user)
    for field in ("state", "kind"):
        if asked[field]:
            found = found.filter(**{field: asked[field]})
    page = newest([found], "asked_at", request.GET.get("cursor", ""), load=found)
    context = {**filters.context(page), "rows": waiting.rows(page.rows, request.user), "tab": "changes"}
    return render(request, "accounts/changes.html", context)


@require_safe
def change(request: Request, pk: UUID) -> HttpResponse:
    return render(request, "accounts/change.html", {**waiting.change_page(_load(request, pk), request.user), "tab": "changes"})


@require_POST
def approve(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    actions.approve(change=found, by=request.user)
    return done(request, "rights_change", found.pk, say="Approved. It holds from now on.")


@require_POST
def send_back(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    form = WhyForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say in a few words why it is sent back. Nothing was changed.")
    actions.send_back(change=found, by=request.user, why=form.cleaned_data["why"])
    return done(request, "rights_change", found.pk, say="Sent back.")


@require_POST
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    actions.withdraw(change=found, by=request.user)
    return done(request, "rights_change", found.pk, say="Withdrawn.")


def _load(request: Request, pk: UUID) -> RightsChange:
    if not RightsChange.objects.filter(pk=pk, asked_by=request.user).exists():
        require_anywhere(request.user, Perm.VIEW_PEOPLE)
    return get_object_or_404(waiting.visible_changes(request.user), pk=pk)
