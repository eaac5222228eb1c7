"""The first page: what waits for this person."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ordersops.accounts.access import can_anywhere, store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.models import Event
from ordersops.cases import queries as cases
from ordersops.effects import queries as effects
from ordersops.htmx import Request
from ordersops.intake import queries as intake

EVENTS_SHOWN = 12


@require_safe
def home(request: Request) -> HttpResponse:
    user = request.user
    reads_cases = can_anywhere(user, Perm.VIEW_CASES)
    context: dict[str, Any] = {
        "lanes": cases.overview(user) if reads_cases else [],
        "mine": cases.mine(user) if reads_cases else [],
        "effects_waiting": effects.with_rights(effects.waiting(user), user) if reads_cases else [],
        "intake": intake.health(user),
        "recent": _recent(user),
    }
    return render(request, "home.html", context)


def _recent(user: User) -> list[Event]:
    """What happened lately: in the stores whose history the person may search, else what they did themselves."""
    stores = store_ids(user, Perm.VIEW_AUDIT)
    parts = [Event.objects.filter(store=store) for store in stores] or [Event.objects.filter(actor=user)]
    newest = [part.order_by("-id").values("pk")[:EVENTS_SHOWN] for part in parts]
    ids: Any = newest[0] if len(newest) == 1 else newest[0].union(*newest[1:], all=True)
    return list(Event.objects.filter(pk__in=[row["pk"] for row in ids]).order_by("-id")[:EVENTS_SHOWN])
