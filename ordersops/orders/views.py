"""The list of orders, the page of one, and its holds."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, done, show
from ordersops.orders import actions, queries
from ordersops.orders.forms import HOLD_REASONS, HoldForm, OrderFilters
from ordersops.orders.models import Hold, Order
from ordersops.stores.models import Store


@require_safe
def orders(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_ORDERS)
    stores = list(Store.objects.visible_to(request.user, Perm.VIEW_ORDERS))
    filters = OrderFilters(request.GET, store=[(str(store.pk), store.name) for store in stores])
    page = queries.page_of(request.user, filters.read(), request.GET.get("cursor", ""))
    context = {**filters.context(page), "orders": page.rows, "stores": stores}
    return show(request, "orders/list.html", context, fragment="orders/_rows.html")


@require_safe
def order(request: Request, pk: UUID) -> HttpResponse:
    found = get_or_404(Order.objects.select_related("store", "customer"), request, Perm.VIEW_ORDERS, pk=pk)
    return render(request, "orders/order.html", {**queries.order_page(found, request.user), "hold_reasons": HOLD_REASONS})


@require_POST
def hold(request: Request, pk: UUID) -> HttpResponse:
    """Stop the order from shipping."""
    found = get_or_404(Order.objects.all(), request, Perm.VIEW_ORDERS, pk=pk)
    form = HoldForm(request.POST)
    if not form.is_valid():
        raise Invalid("Choose a reason for the hold, and keep the note within 300 characters. The order is as it was.")
    placed = actions.place_hold(order=found, by=request.user, **form.cleaned_data)
    return done(request, "order", found.pk, say=f"{placed}: order {found} does not ship until it is released.")


@require_POST
def release(request: Request, pk: UUID) -> HttpResponse:
    """End a hold."""
    found = get_or_404(Hold.objects.all(), request, Perm.VIEW_ORDERS, pk=pk)
    released = actions.release_hold(hold=found, by=request.user)
    return done(request, "order", released.order_id, say=f"{released}: released.")
