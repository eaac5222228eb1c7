"""The desk: one case, and the acts on it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import get_or_404, require
from ordersops.accounts.roles import Perm
from ordersops.cases import actions as cases
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.cases.presence import touch
from ordersops.cases.taking import queue_query
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, done, seen, show
from ordersops.review import actions
from ordersops.review.case_page import bar, checklist, page, version
from ordersops.review.forms import ApproveForm, HarmForm, ImpressionForm, OverrideForm, TakeBackForm, TickForm
from ordersops.review.models import Decision
from ordersops.review.playbooks import filled as fill
from ordersops.review.playbooks import playbook_of
from ordersops.review.queries import Available, available, recommendation_for
from ordersops.review.taking_back import effects_of, taking_back
from ordersops.review.terms import drawn, outcomes_of, typed_in
from ordersops.review.views.after import decided
from ordersops.rollout import actions as rollout


def load(request: Request, pk: UUID, queryset: "QuerySet[Case] | None" = None) -> Case:
    loaded = Case.objects.select_related("order", "store", "leased_by") if queryset is None else queryset
    return get_or_404(loaded, request, Perm.VIEW_CASES, pk=pk)


@require_safe
def case(request: Request, pk: UUID) -> HttpResponse:
    found = load(request, pk, Case.objects.select_related("order__customer", "store", "leased_by", "assigned_to", "team", "requested_by"))
    return render(request, "review/case.html", {**page(found, request.user), "queue_query": queue_query(request.user, request.GET)})


@require_safe
def decision_bar(request: Request, pk: UUID) -> HttpResponse:
    """The bar alone, asked for every two seconds: 204 as long as nothing changed."""
    found = load(request, pk, Case.objects.select_related("leased_by", "assigned_to", "team", "requested_by"))
    here = touch(found, request.user)
    if seen(request, version(found, here)):
        return HttpResponse(status=204)
    known = request.headers.get("X-Seen") or request.GET.get("v", "")
    answer = _bar(request, found, here, changed=bool(known) and known.partition(".")[0] != str(found.version))
    answer.headers["HX-Trigger"] = "case-changed"  # what else on the page tells of the case asks for news
    return answer


def _bar(request: Request, found: Case, here: Sequence[str], *, changed: bool = False) -> HttpResponse:
    context = bar(found, request.user, available(found, request.user), here=here)
    return render(
        request, "review/_decision_bar.html", {**context, "changed": changed, "queue_query": queue_query(request.user, request.GET)}
    )


@require_POST
def claim(request: Request, pk: UUID) -> HttpResponse:
    found = cases.claim(case=load(request, pk), by=request.user)
    return _after_lease(request, found)


@require_POST
def release(request: Request, pk: UUID) -> HttpResponse:
    found = cases.release(case=load(request, pk), by=request.user)
    return _after_lease(request, found)


def _after_lease(request: Request, found: Case) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return _bar(request, found, touch(found, request.user))
    return done(request, "case", found.pk)


@require_POST
def lease(request: Request, pk: UUID) -> HttpResponse:
    """The heartbeat of an open page: 204, or 409 once the lease is lost."""
    cases.heartbeat(case=load(request, pk), by=request.user)
    return HttpResponse(status=204)


@require_POST
def impression(request: Request, pk: UUID) -> HttpResponse:
    """What the person thinks before the advice is opened; then the page with the advice."""
    found = load(request, pk)
    form = ImpressionForm(request.POST)
    actions.give_impression(case=found, by=request.user, outcome=form.cleaned_data["outcome"] if form.is_valid() else "")
    return done(request, "case", found.pk)


@require_POST
def tick(request: Request, pk: UUID) -> HttpResponse:
    """Tick an item of the checklist, or take the tick back. To htmx: the checklist, and the bar, which it may open."""
    found = load(request, pk)
    form = TickForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say which item of the checklist.")
    actions.tick(case=found, by=request.user, **form.cleaned_data)
    if request.headers.get("HX-Request") != "true":
        return done(request, "case", found.pk)
    may, recommendation = available(found, request.user), recommendation_for(found)
    shown = checklist(found, request.user, may, recommendation.snapshot.evidence if recommendation else None)
    return render(request, "review/_checklist.html", {**bar(found, request.user, may), **shown, "with_bar": True})


@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: Request, pk: UUID) -> HttpResponse:
    """The confirm step of approving, and approving."""
    found = load(request, pk)
    if request.method != "POST":
        return _confirm(request, found, "approve", _named(request))
    form = ApproveForm(request.POST)
    if not form.is_valid():
        return _confirm(request, found, "approve", form.filled(), status=422)
    try:
        decision = actions.approve(case=found, by=request.user, **form.cleaned_data, terms=_typed(request, found))
    except Invalid as refusal:
        return _confirm(request, found, "approve", form.filled(refusal.message), status=422)
    return decided(request, found, decision)


@require_http_methods(["GET", "HEAD", "POST"])
def override(request: Request, pk: UUID) -> HttpResponse:
    """The form for deciding against the advice, and deciding so."""
    found = load(request, pk)
    if request.method != "POST":
        return _confirm(request, found, "override", _named(request))
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return _confirm(request, found, "override", form.filled(), status=422)
    try:
        decision = actions.override(
            case=found, by=request.user, **form.cleaned_data, terms=typed_in(request.POST, form.cleaned_data["outcome"])
        )
    except Invalid as refusal:
        return _confirm(request, found, "override", form.filled(refusal.message), status=422)
    return decided(request, found, decision)


def _named(request: Request) -> dict[str, Any]:
    """The playbook with which the step is to begin, where the address names one."""
    return {"playbook": named} if (named := request.GET.get("playbook")) else {}


def _typed(request: Request, found: Case) -> QueryDict | None:
    """The terms of the advised outcome as they were typed."""
    recommendation = recommendation_for(found)
    return typed_in(request.POST, recommendation.outcome) if recommendation else None


def _confirm(request: Request, found: Case, act: str, filled: dict[str, Any], status: int = 200) -> HttpResponse:
    """Draw the form of `act`, unless the person may not do it or it has no meaning now."""
    require(request.user, lane(found.lane).decides, found.store_id, to="decide this case", case=found)
    if act == "override":
        require(request.user, Perm.OVERRIDE, found.store_id, to="decide against a recommendation", case=found)
    may: Available = available(found, request.user)
    if not getattr(may, act):
        raise Conflict(may.why_not or "No other outcome is possible for this order now.")
    posted = request.POST if request.method == "POST" else None
    asked = request.GET if posted is None else posted
    about = lane(found.lane)
    recommendation = recommendation_for(found)
    playbook = playbook_of(filled.get("playbook"), found, may, recommendation, act)
    prepared = {playbook.outcome: playbook.terms} if playbook else None
    if playbook and posted is None:
        filled = fill(playbook, act)
    terms = drawn(about, recommendation, outcomes_of(about, may, act), posted, prepared=prepared)
    context = {
        **bar(found, request.user, may),
        "playbook": playbook,
        "form": filled,
        "terms": terms,
        "order": found.order,
        "queue_query": queue_query(request.user, asked),
    }
    return show(request, f"review/{act}.html", context, fragment=f"review/_{act}_form.html", status=status)


@require_POST
def undo(request: Request, pk: UUID) -> HttpResponse:
    """Take a decision back within the hold window."""
    decision = get_or_404(Decision.objects.select_related("case"), request, Perm.VIEW_CASES, pk=pk)
    actions.undo(decision=decision, by=request.user)
    return done(request, "case", decision.case_id, say="The decision was taken back. The case is open again.")


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: Request, pk: UUID) -> HttpResponse:
    """The confirm step of taking a decision back after it was carried out, and taking it back."""
    decision = get_or_404(
        Decision.objects.select_related("case__order", "case__store", "case__leased_by", "by"), request, Perm.VIEW_CASES, pk=pk
    )
    if request.method != "POST":
        return _confirm_back(request, decision, {})
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        return _confirm_back(request, decision, form.filled(), status=422)
    actions.take_back(decision=decision, by=request.user, **form.cleaned_data)
    return done(request, "case", decision.case_id, say="The decision was taken back: the order is held, and the case is open again.")


def _confirm_back(request: Request, decision: Decision, filled: dict[str, Any], status: int = 200) -> HttpResponse:
    found = decision.case
    require(request.user, lane(found.lane).decides, found.store_id, to="take this decision back", case=found)
    back = taking_back(decision, found, request.user, effects=effects_of(decision))
    if back.why_not:
        raise Conflict(f"{back.why_not} Nothing was changed.")
    context = {**bar(found, request.user, available(found, request.user)), "form": filled, "back": back}
    return show(request, "review/take_back.html", context, fragment="review/_take_back_form.html", status=status)


@require_POST
def report_harm(request: Request, pk: UUID) -> HttpResponse:
    """Say that an automatic decision did harm."""
    decision = get_or_404(Decision.objects.select_related("case"), request, Perm.VIEW_CASES, pk=pk)
    require(request.user, Perm.STOP_AUTOMATION, decision.store_id, to="report harm", case=decision.case_id)
    form = HarmForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say in a few words what happened, in at most 300 characters.")
    harm = rollout.report_harm(decision=decision, by=request.user, **form.cleaned_data)
    fell = " Its scope stands no higher than assist now." if harm.severity == "S1" else ""
    return done(request, "case", decision.case_id, say=f"The harm is recorded.{fell}")
