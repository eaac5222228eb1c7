"""The acts on the outside world: where they are, and what a person must do about them."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import get_or_404, require, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.effects import actions, queries
from ordersops.effects.actions.planning import alone_limits
from ordersops.effects.fields import fields, starting, typed
from ordersops.effects.forms import EffectFilters
from ordersops.effects.kinds import KINDS, Kind
from ordersops.effects.kinds.arguments import Nothing
from ordersops.effects.models import Effect
from ordersops.effects.preview import ask_store, draft, preview
from ordersops.errors import Invalid
from ordersops.htmx import Request, back, done, show
from ordersops.ids import uuid7
from ordersops.orders.models import Order
from ordersops.stores.models import Store


@require_safe
def effects(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_CASES)
    stores = list(Store.objects.visible_to(request.user, Perm.VIEW_CASES))
    filters = EffectFilters(request.GET, store=[(str(store.pk), store.name) for store in stores])
    asked = filters.read()
    page = queries.page_of(request.user, state=asked["state"], store=asked["store"] or None, cursor=request.GET.get("cursor", ""))
    context = {
        **filters.context(page),
        "effects": queries.with_rights(page.rows, request.user),
        "counts": queries.counts(request.user, asked["store"] or None),
        "stores": stores,
    }
    return show(request, "effects/list.html", context, fragment="effects/_rows.html")


@require_POST
def retry(request: Request, pk: UUID) -> HttpResponse:
    """Send a failed effect again."""
    effect = _found(request, pk)
    actions.retry(effect=effect, by=request.user)
    return done(request, back(request, "effects"), say=f"Order {effect.order}: it is sent again within seconds.")


@require_POST
def mark_done(request: Request, pk: UUID) -> HttpResponse:
    """Say that a person did it in the store."""
    effect = _found(request, pk)
    actions.mark_done(effect=effect, by=request.user)
    return done(request, back(request, "effects"), say=f"Order {effect.order}: noted as done by you.")


@require_safe
def effect(request: Request, pk: UUID) -> HttpResponse:
    """One effect: what it is about, what was said to the store, and what a person can do."""
    found = _found(request, pk)
    return render(request, "effects/effect.html", queries.effect_page(found, request.user))


@require_POST
def take_back(request: Request, pk: UUID) -> HttpResponse:
    """Undo it before it leaves, or plan its inverse."""
    found = _found(request, pk)
    back = actions.take_back(effect=found, by=request.user)
    return done(request, "effect", back.pk, say="Undone: nothing leaves." if back.pk == found.pk else f"“{back.label}” takes it back.")


@require_POST
def approve(request: Request, pk: UUID) -> HttpResponse:
    """The second person's word on money."""
    found = actions.approve_second(effect=_found(request, pk), by=request.user)
    return done(request, "effect", found.pk, say=f"Approved: it leaves at {found.due_at:%H:%M} UTC.")


@require_POST
def send_back(request: Request, pk: UUID) -> HttpResponse:
    """The second person does not approve."""
    found = actions.send_back(effect=_found(request, pk), reason=request.POST.get("why", ""), by=request.user)
    return done(request, "effect", found.pk, say="Sent back: nothing happens.")


@require_POST
def give_up(request: Request, pk: UUID) -> HttpResponse:
    """Not to be done any more."""
    found = actions.give_up(effect=_found(request, pk), reason=request.POST.get("why", ""), by=request.user)
    return done(request, "effect", found.pk, say="Given up.")


@require_POST
def edit(request: Request, pk: UUID) -> HttpResponse:
    """Change what failed, and plan it again."""
    found = _found(request, pk)
    arguments = typed(_kind(found.kind), found.order, request.POST)
    changed = actions.edit(effect=found, arguments=arguments, by=request.user)
    return done(request, "effect", changed.pk, say="Changed; it is planned again.")


@require_safe
def ask(request: Request, pk: UUID, kind: str) -> HttpResponse:
    """The form of one act on an order."""
    order, what = _about(request, pk, kind)
    context = {**_form(request, order, what), "fields": fields(what, order, starting(what, order)), "once": uuid7().hex}
    return render(request, "effects/ask.html", {**context, "why_not": what.refusals(order, Nothing(), request.user)})


@require_POST
def ask_preview(request: Request, pk: UUID, kind: str) -> HttpResponse:
    """The dry run before confirming: the exact request, and the difference that it would make."""
    order, what = _about(request, pk, kind)
    why, once = request.POST.get("why", ""), request.POST.get("once", "")
    arguments = typed(what, order, request.POST)
    context = {**_form(request, order, what), "fields": fields(what, order, arguments), "why": why, "once": once}
    try:
        drafted = draft(order=order, kind=kind, arguments=arguments, by=request.user)
    except Invalid as error:
        return render(request, "effects/ask.html", {**context, "error": error.message}, status=422)
    refusals = what.refusals(order, what.parse(arguments), request.user)
    return render(request, "effects/ask.html", {**context, "confirming": True, "preview": preview(drafted), "why_not": refusals})


@require_POST
def ask_confirm(request: Request, pk: UUID, kind: str) -> HttpResponse:
    """Ask for it."""
    order, what = _about(request, pk, kind)
    arguments = typed(what, order, request.POST)
    ask_store(order=order, kind=kind, arguments=arguments, by=request.user)
    asked = actions.ask(
        order=order, kind=kind, arguments=arguments, reason=request.POST.get("why", ""), by=request.user,
        once=request.POST.get("once", ""),
    )  # fmt: skip
    waits = "it waits for a second person" if asked.state == "waiting" else "it leaves when its hold window is over"
    return done(request, "order", order.pk, say=f"“{asked.label}”: {waits}.")


def _form(request: Request, order: Order, kind: Kind) -> dict[str, Any]:
    """What the form of an act says besides its fields: how much money the person may send back alone."""
    limits = alone_limits(request.user, order) if kind.moves_money else None
    return {"order": order, "kind": kind, "limits": limits}


def _found(request: Request, pk: UUID) -> Effect:
    rows = Effect.objects.select_related(*queries.SHOWN, "approval__first", "approval__second")
    found = get_or_404(rows, request, Perm.VIEW_CASES, pk=pk)
    queries.refuse_closed(found, request.user)
    return found


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise Http404
    return KINDS[key]


def _about(request: Request, pk: UUID, key: str) -> tuple[Order, Kind]:
    """The order and the kind, once it is sure that the person may ask for it."""
    order = get_or_404(Order.objects.select_related("store"), request, Perm.VIEW_ORDERS, pk=pk)
    kind = _kind(key)
    require(request.user, kind.needs, order.store_id, to=f"ask to {kind.label.lower()}", order=order)
    return order, kind
