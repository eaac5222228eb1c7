"""Asking the customer to confirm the order, by a link or by answering the mail, and withdrawing the link."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST

from ordersops.cases.escalation import require_work
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, done, show
from ordersops.links import PLACE
from ordersops.review import actions
from ordersops.review.actions.verifying import waits_until, why_not
from ordersops.review.case_page import bar
from ordersops.review.confirming import ALWAYS, KINDS, possible
from ordersops.review.forms import AskCustomerForm
from ordersops.review.queries import available
from ordersops.review.views.case import load

BY_MAIL = "mail"


@require_http_methods(["GET", "HEAD", "POST"])
def ask_customer(request: Request, pk: UUID) -> HttpResponse:
    """The form with a neutral text to start from, and asking. `?by=mail`: without a link."""
    found = load(request, pk)
    if request.method != "POST":
        link = [] if request.GET.get("by") == BY_MAIL else [ALWAYS]
        begun = {"subject": f"Your order {found.order}", "text": neutral(found, link=bool(link)), "link": link}
        return _draw(request, found, begun)
    form = AskCustomerForm(request.POST)
    if not form.is_valid():
        return _draw(request, found, form.filled(), status=422)
    try:
        actions.ask_customer(case=found, by=request.user, **form.cleaned_data)
    except Invalid as refusal:
        return _draw(request, found, form.filled(refusal.message), status=422)
    say = f"The message leaves in {settings.HOLD_WINDOW_SECONDS} seconds. The case comes back with the answer."
    return done(request, "case", pk, say=say)


@require_POST
def withdraw_link(request: Request, pk: UUID) -> HttpResponse:
    """Make the link that is out void."""
    actions.withdraw_link(case=load(request, pk), by=request.user)
    return done(request, "case", pk, say="The link does not work any more.")


def neutral(case: Case, *, link: bool) -> str:
    """The text to start from: what is asked, and nothing about why (law 19)."""
    about = {"order": case.order, "store": case.store, "place": PLACE if link else ""}
    return render_to_string("review/ask_customer.txt", about).strip()


def _draw(request: Request, found: Case, filled: dict[str, Any], status: int = 200) -> HttpResponse:
    require_work(found, request.user, to="ask the customer")
    if why := why_not(found):
        raise Conflict(f"{why} Nothing was sent.")
    if found.holder_id() not in {None, request.user.pk}:
        raise Conflict(f"{found.leased_by} is working on this case. Nothing was changed.")
    can = {kind.key for kind in possible(found.order)}
    context = {
        **bar(found, request.user, available(found, request.user)),
        "form": filled,
        "until": waits_until(found),
        "order": found.order,
        "place": PLACE,
        "confirm_hours": settings.CONFIRM_HOURS,
        "kinds": [
            {"kind": kind, "on": key in filled["link"], "always": key == ALWAYS, "possible": key in can} for key, kind in KINDS.items()
        ],
    }
    return show(request, "review/ask_customer.html", context, fragment="review/_ask_customer_form.html", status=status)
