"""Asking the customer to confirm the order."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from ordersops.cases.escalation import require_work
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, done, show
from ordersops.review import actions
from ordersops.review.actions.verifying import waits_until, why_not
from ordersops.review.case_page import bar
from ordersops.review.forms import AskCustomerForm
from ordersops.review.queries import available
from ordersops.review.views.case import load


@require_http_methods(["GET", "HEAD", "POST"])
def ask_customer(request: Request, pk: UUID) -> HttpResponse:
    """The form with a neutral text to start from, and asking."""
    found = load(request, pk)
    if request.method != "POST":
        return _draw(request, found, {"subject": f"Your order {found.order}", "text": neutral(found)})
    form = AskCustomerForm(request.POST)
    if not form.is_valid():
        return _draw(request, found, form.filled(), status=422)
    try:
        actions.ask_customer(case=found, by=request.user, **form.cleaned_data)
    except Invalid as refusal:
        return _draw(request, found, form.filled(refusal.message), status=422)
    say = f"The message leaves in {settings.HOLD_WINDOW_SECONDS} seconds. The case comes back with the answer."
    return done(request, "case", pk, say=say)


def neutral(case: Case) -> str:
    """The text to start from: what is asked, and nothing about why (law 19)."""
    return render_to_string("review/ask_customer.txt", {"order": case.order, "store": case.store}).strip()


def _draw(request: Request, found: Case, filled: dict[str, Any], status: int = 200) -> HttpResponse:
    require_work(found, request.user, to="ask the customer")
    if why := why_not(found):
        raise Conflict(f"{why} Nothing was sent.")
    if found.holder_id() not in {None, request.user.pk}:
        raise Conflict(f"{found.leased_by} is working on this case. Nothing was changed.")
    context = {
        **bar(found, request.user, available(found, request.user)),
        "form": filled,
        "until": waits_until(found),
        "order": found.order,
    }
    return show(request, "review/ask_customer.html", context, fragment="review/_ask_customer_form.html", status=status)
