"""Asking that an order be reviewed."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from ordersops.accounts.access import can, get_or_404, require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, done
from ordersops.orders.models import Order
from ordersops.review import actions
from ordersops.review.forms import RequestForm
from ordersops.review.requests import USUAL, reviewable, times

ROLE = "role:"


@require_http_methods(["GET", "HEAD", "POST"])
def order_review(request: Request, pk: UUID) -> HttpResponse:
    """The form, and asking. Where a case waits already, the page says so and leads to it."""
    order = get_or_404(Order.objects.select_related("store", "customer"), request, Perm.VIEW_ORDERS, pk=pk)
    require(request.user, Perm.REQUEST_REVIEW, order.store_id, to="ask for a review", order=order)
    if request.method != "POST":
        return _draw(request, order, {}, [])
    form = RequestForm(request.POST)
    if not form.is_valid():
        return _draw(request, order, request.POST.dict(), [str(error) for found in form.errors.values() for error in found], 422)
    asked = form.cleaned_data
    try:
        case = actions.request_review(
            order=order, lane=asked["lane"], note=asked["note"], working_days=asked["working_days"], by=request.user, **_whom(asked["to"])
        )
    except (Conflict, Invalid) as refusal:
        return _draw(request, order, request.POST.dict(), [refusal.message], refusal.status)
    zone = ZoneInfo(order.store.time_zone)
    return done(request, "order", order.pk, say=f"Asked. It is due {case.due_at.astimezone(zone):%a %-d %b, %H:%M} ({zone.key}).")


def _whom(text: str) -> dict[str, Any]:
    """A role, a colleague, or nobody in particular."""
    if text.startswith(ROLE):
        return {"role": text.removeprefix(ROLE)}
    if not text:
        return {}
    try:
        found = User.objects.filter(pk=UUID(text), is_system=False).first()
    except ValueError:
        found = None
    if found is None:
        raise Invalid("Choose a colleague or a role.")
    return {"to": found}


def _draw(request: Request, order: Order, filled: dict[str, Any], errors: list[str], status: int = 200) -> HttpResponse:
    rows, (moments, latest) = reviewable(order), times(order)
    zone = ZoneInfo(order.store.time_zone)
    context = {
        "order": order, "rows": rows, "free": [row for row in rows if row.free], "form": filled, "errors": errors, "latest": latest,
        "moments": [(days, at.astimezone(zone).replace(tzinfo=None)) for days, at in moments], "zone": zone.key, "usual": USUAL,
        "may_see_cases": can(request.user, Perm.VIEW_CASES, order.store_id),
    }  # fmt: skip
    return render(request, "review/request.html", context, status=status)
