"""Settling requests about personal data. They are listed on the page of the inbox."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from ordersops.accounts.access import get_or_404
from ordersops.accounts.roles import Perm
from ordersops.htmx import Request, done
from ordersops.privacy import actions
from ordersops.privacy.models import PersonalRequest


@require_POST
def settle(request: Request, pk: UUID) -> HttpResponse:
    """Say that a request was met, and how."""
    found = get_or_404(PersonalRequest.objects.all(), request, Perm.VIEW_INTAKE, pk=pk)
    actions.settle(request=found, by=request.user, note=request.POST.get("note", ""))
    return done(request, "intake", say="The request is settled; the history keeps what you said.")
