"""The ladder of automation: where every scope stands, and the acts on it."""

from datetime import UTC
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import Lane, lanes
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, done, show
from ordersops.rollout import actions, page
from ordersops.rollout.actions.rights import can_in
from ordersops.rollout.forms import PolicyForm, StepForm, StopForm, VerdictForm, initial_of
from ordersops.rollout.ladder import place, places
from ordersops.rollout.models import EVERYTHING, Mode, PolicyVersion, Switch
from ordersops.rollout.queries import Book
from ordersops.stores.models import Store


@require_safe
def rollout(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_ROLLOUT)
    cursor = request.GET.get("cursor", "")
    return show(request, "rollout/rollout.html", page.overview(request.user, cursor))


@require_POST
def promote(request: Request) -> HttpResponse:
    form = _read(StepForm(request.POST))
    store = _store(request, form["store"])
    step = actions.promote(lane=form["lane"], store=store, scope=form["scope"], to=form["to"], by=request.user)
    return done(request, "rollout", say=f"{_where(step.lane, step.scope)} stands on {Mode(step.after).label.lower()} now.")


@require_POST
def demote(request: Request) -> HttpResponse:
    form = _read(StepForm(request.POST))
    store = _store(request, form["store"])
    step = actions.demote(
        lane=form["lane"], store=store, scope=form["scope"], to=form["to"], because=form["because"], by=request.user
    )  # fmt: skip
    return done(request, "rollout", say=f"{_where(step.lane, step.scope)} stands on {Mode(step.after).label.lower()} now.")


@require_POST
def stop(request: Request) -> HttpResponse:
    form = _read(StopForm(request.POST))
    store = _store(request, form["store"])
    actions.stop(lane=form["lane"], store=store, effect=form["effect"], why=form["why"], by=request.user)
    return done(request, "rollout", say="Stopped. Nothing that the switch names leaves or is decided until somebody lifts it.")


@require_POST
def allow(request: Request, pk: UUID) -> HttpResponse:
    switch = _of_a_store(request, Switch, pk)
    actions.allow(switch=switch, by=request.user)
    return done(request, "rollout", say="The kill switch is lifted. What waited goes on.")


@require_safe
def new_policy(request: Request) -> HttpResponse:
    """The form for a version, filled with what is in force in the scope that is asked for."""
    require_anywhere(request.user, Perm.WRITE_POLICY)
    this = _lane(request.GET.get("lane", ""))
    store, scope = _store(request, _uuid(request.GET.get("store", ""))), request.GET.get("scope", EVERYTHING)
    wanted = (store.pk if store else None, scope)
    here = next((one for one in places(Book(this)) if (one.store_id, one.scope) == wanted), None) or place(this.key, None, EVERYTHING)
    rule = here.policy.rule if here.policy and here.scope == scope else []
    initial = initial_of(this, here.in_force.content, scope[:30], str(store.pk) if store else "", rule)
    return render(request, "rollout/policy_form.html", _form_context(request, this, initial=initial))


@require_POST
def write_policy(request: Request) -> HttpResponse:
    """Propose a version. What is wrong with it is said above the form, with everything still in it."""
    store = _store(request, _uuid(request.POST.get("store", "")))
    require_anywhere(request.user, Perm.WRITE_POLICY)
    this = _lane(request.POST.get("lane", ""))
    context = _form_context(request, this, data=request.POST)
    form: PolicyForm = context["form"]
    if form.is_valid():
        try:
            policy = actions.write_policy(
                lane=this.key, store=store, scope=form.cleaned_data["scope"], rule=form.rule(), content=form.content(),
                note=form.cleaned_data["note"], by=request.user,
            )  # fmt: skip
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            return done(request, "policy", policy.pk, say="Proposed. It holds once somebody else has approved it.")
    return render(request, "rollout/policy_form.html", context, status=422)


@require_safe
def policy(request: Request, pk: UUID) -> HttpResponse:
    found = _policy(request, pk)
    return render(request, "rollout/policy.html", page.policy_page(found, request.user))


@require_POST
def approve(request: Request, pk: UUID) -> HttpResponse:
    found, form = _policy(request, pk), _read(VerdictForm(request.POST))
    moment = form["effective_from"]
    if moment is not None and timezone.is_naive(moment):
        moment = moment.replace(tzinfo=UTC)
    verdict = actions.approve(policy=found, by=request.user, effective_from=moment, note=form["note"])
    later = verdict.effective_from is not None and verdict.effective_from > timezone.now()
    return done(request, "policy", found.pk, say="Approved. It takes hold at the time named." if later else "Approved, and in force.")


@require_POST
def send_back(request: Request, pk: UUID) -> HttpResponse:
    found, form = _policy(request, pk), _read(VerdictForm(request.POST))
    actions.send_back(policy=found, by=request.user, note=form["note"])
    return done(request, "policy", found.pk, say="Sent back. What is in force stays as it is.")


def _form_context(request: Request, this: Lane, **more: Any) -> dict[str, Any]:
    stores = list(Store.objects.visible_to(request.user, Perm.WRITE_POLICY))
    return {
        "form": PolicyForm(this, stores, can_in(request.user, Perm.WRITE_POLICY, None), **more),
        "lane": this,
        "lanes": list(lanes().values()),
    }


def _read(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise Invalid(" ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()))
    return form.cleaned_data


def _lane(key: str) -> Lane:
    if not key and lanes():
        return next(iter(lanes().values()))
    if key not in lanes():
        raise Http404
    return lanes()[key]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _store(request: Request, pk: UUID | None) -> Store | None:
    """The store named, if the person sees its rollout; without one the verb asks for the right in every store."""
    if pk is None:
        require_anywhere(request.user, Perm.VIEW_ROLLOUT)
        return None
    return get_or_404(Store.objects.all(), request, Perm.VIEW_ROLLOUT, pk=pk)


def _of_a_store(request: Request, model: Any, pk: UUID) -> Any:
    """A row of one store, or of all of them: that one is there for everybody who sees some rollout."""
    rows = model.objects.select_related("store")
    if rows.filter(pk=pk, store=None).exists():
        require_anywhere(request.user, Perm.VIEW_ROLLOUT)
        return get_object_or_404(rows, pk=pk)
    return get_or_404(rows, request, Perm.VIEW_ROLLOUT, pk=pk)


def _policy(request: Request, pk: UUID) -> PolicyVersion:
    found: PolicyVersion = _of_a_store(request, PolicyVersion, pk)
    if found.lane not in lanes():
        raise Conflict("The lane of this policy is not part of this installation any more.")
    return found


def _where(lane: str, scope: str) -> str:
    label = lanes()[lane].label
    return label if scope == EVERYTHING else f"{label}, {scope},"
