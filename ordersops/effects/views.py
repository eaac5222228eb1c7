"""The acts on the outside world: where they are, and what a person must do about them."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.effects import actions, queries
from ordersops.effects.forms import EffectFilters
from ordersops.effects.models import Effect
from ordersops.htmx import Request, back, done, show
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
    effect = get_or_404(Effect.objects.select_related("order"), request, Perm.VIEW_CASES, pk=pk)
    actions.retry(effect=effect, by=request.user)
    return done(request, back(request, "effects"), say=f"Order {effect.order}: it is sent again within seconds.")


@require_POST
def mark_done(request: Request, pk: UUID) -> HttpResponse:
    """Say that a person did it in the store."""
    effect = get_or_404(Effect.objects.select_related("order"), request, Perm.VIEW_CASES, pk=pk)
    actions.mark_done(effect=effect, by=request.user)
    return done(request, back(request, "effects"), say=f"Order {effect.order}: noted as done by you.")
