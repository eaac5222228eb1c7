"""Where decisions wait for a second person, and the second person's word."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import get_or_404, require, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, done, seen, show
from ordersops.review import actions, waiting
from ordersops.review.case_page import bar
from ordersops.review.forms import OtherwiseForm, SecondForm, SendBackForm
from ordersops.review.models import Decision, Proposal, Words
from ordersops.review.queries import available
from ordersops.review.views.after import remember


@require_safe
def queue(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_CASES)
    return render(request, "review/second.html", waiting.page(request.user, request.GET.get("view", ""), request.GET.get("cursor", "")))


@require_safe
def rows(request: Request) -> HttpResponse:
    """The rows alone, asked for every two seconds: 204 as long as nothing changed."""
    require_anywhere(request.user, Perm.VIEW_CASES)
    if seen(request, waiting.version(request.user)):
        return HttpResponse(status=204)
    context = waiting.page(request.user, request.GET.get("view", ""), request.GET.get("cursor", ""))
    return render(request, "review/_second_rows.html", context)


def _load(request: Request, pk: UUID) -> Proposal:
    rows = Proposal.objects.select_related("case__order", "case__store", "case__leased_by", "by")
    return get_or_404(rows, request, Perm.VIEW_CASES, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: Request, pk: UUID) -> HttpResponse:
    """The confirm step of approving as the second person, and approving."""
    found = _load(request, pk)
    if request.method != "POST":
        return _confirm(request, found, "approve_second", "second_approve", {})
    form = SecondForm(request.POST)
    if not form.is_valid():
        return _confirm(request, found, "approve_second", "second_approve", form.filled(), status=422)
    decision = actions.approve_second(proposal=found, by=request.user, version=form.cleaned_data["version"])
    return _went_on(request, found, decision)


@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: Request, pk: UUID) -> HttpResponse:
    """The form for sending a decision back, and sending it."""
    found = _load(request, pk)
    if request.method != "POST":
        return _confirm(request, found, "approve_second", "second_send_back", {})
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _confirm(request, found, "approve_second", "second_send_back", form.filled(), status=422)
    actions.send_back(proposal=found, by=request.user, note=form.cleaned_data["note"])
    return _next(request, say=f"{found.case.name}: sent back to {found.by}. The case is open again.")


@require_http_methods(["GET", "HEAD", "POST"])
def otherwise(request: Request, pk: UUID) -> HttpResponse:
    """The form for deciding otherwise than the first person, and deciding so."""
    found = _load(request, pk)
    if request.method != "POST":
        return _confirm(request, found, "otherwise", "second_otherwise", {})
    form = OtherwiseForm(request.POST)
    if not form.is_valid():
        return _confirm(request, found, "otherwise", "second_otherwise", form.filled(), status=422)
    try:
        made = actions.decide_otherwise(proposal=found, by=request.user, **form.cleaned_data)
    except Invalid as refusal:
        return _confirm(request, found, "otherwise", "second_otherwise", form.filled(refusal.message), status=422)
    return _went_on(request, found, made)


@require_POST
def take_back(request: Request, pk: UUID) -> HttpResponse:
    """Take one's own decision back while it waits."""
    case = actions.take_back_proposal(proposal=_load(request, pk), by=request.user)
    return done(request, "case", case.pk, say="Taken back. The case is open again, and with you.")


def _confirm(request: Request, found: Proposal, act: str, name: str, filled: dict[str, Any], status: int = 200) -> HttpResponse:
    """Draw a form of the second person, unless they may not do it or it has no meaning now."""
    require(request.user, Perm.APPROVE_SECOND, found.store_id, to="decide as the second person", case=found.case)
    case: Case = found.case
    may = available(case, request.user)
    if may.proposal is None or may.proposal.pk != found.pk:
        raise Conflict(f"It does not wait any more: {found.get_state_display().lower()}.")
    if not getattr(may, act):
        raise Conflict(
            "You had a say in this already: somebody else has to look at it." if act == "approve_second" else "Nothing else is possible."
        )
    context = {**bar(case, request.user, may), "form": filled, "order": case.order, "proposal": waiting.dressed(may.proposal, Words())}
    return show(request, f"review/{name}.html", context, fragment=f"review/_{name}_form.html", status=status)


def _went_on(request: Request, found: Proposal, made: Decision | Proposal) -> HttpResponse:
    outcome = lane(found.case.lane).outcomes[made.outcome]
    waits = isinstance(made, Proposal)
    remember(request, made)
    return _next(request, say="" if not waits else f"{outcome.label}: decided otherwise; it waits for another second person.")


def _next(request: Request, *, say: str = "") -> HttpResponse:
    """The next decision that waits for this person, or the page that says that none does."""
    following = waiting.first_for(request.user)
    if following is not None:
        return done(request, "case", following.case_id, say=say)
    return done(request, reverse("second"), say=f"{say} Nothing else waits for you.".strip())
