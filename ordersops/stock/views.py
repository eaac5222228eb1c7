"""What lies where, for whom it is kept, and what is coming; and what each place can do."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import can, get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, back, done, show
from ordersops.stock import actions, queries
from ordersops.stock.forms import KeepBackForm, LocationForm, NodeForm, PauseForm, StockFilters
from ordersops.stock.models import Level, Location, Reservation
from ordersops.stores.models import Store


@require_safe
def stock(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_ORDERS)
    stores = list(Store.objects.visible_to(request.user))
    places = queries.locations(request.user, None)
    filters = StockFilters(
        request.GET, store=[(str(store.pk), store.name) for store in stores], location=[(str(one.pk), str(one)) for one in places]
    )  # fmt: skip
    asked = filters.read()
    page = queries.page_of(request.user, asked, request.GET.get("cursor", ""))
    shown = [place for place in places if asked["store"] in (None, "", place.store_id)]
    context = {
        **filters.context(page),
        "rows": page.rows,
        "stores": stores,
        "locations": shown,
        "showing": asked["show"],
        "shown": queries.SHOWN,
    }
    return show(request, "stock/stock.html", context, fragment="stock/_rows.html")


@require_http_methods(["GET", "HEAD", "POST"])
def location(request: Request, pk: UUID) -> HttpResponse:
    """One location: what it can do, and changing that."""
    needed = Perm.MANAGE_STOCK if request.method == "POST" else Perm.VIEW_ORDERS
    found = get_or_404(Location.objects.select_related("store"), request, needed, pk=pk)
    form, status = LocationForm.of(found), 200
    if request.method == "POST":
        form, status = LocationForm(request.POST), 422
        if form.is_valid():
            try:
                actions.set_up(location=found, by=request.user, **form.cleaned_data)
            except Invalid as refusal:
                form.add_error(None, refusal.message)
            else:
                return done(request, "stock_location", found.pk, say=f"{found} is saved. What is routed from now on goes by it.")
    return show(request, "stock/location.html", _page(request, found, form), status=status)


@sensitive_post_parameters("node-secret")
@require_POST
def node(request: Request, pk: UUID) -> HttpResponse:
    """Say where the location's warehouse takes orders."""
    found = get_or_404(Location.objects.select_related("store"), request, Perm.VIEW_ORDERS, pk=pk)
    form = NodeForm.of(found, request.POST)
    if form.is_valid():
        try:
            actions.set_node(location=found, by=request.user, url=form.cleaned_data["url"], secret=form.cleaned_data["secret"])
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            said = "takes orders at its address from now on" if form.cleaned_data["url"] else "is told by a person from now on"
            return done(request, "stock_location", found.pk, say=f"{found} {said}.")
    context = {**_page(request, found, LocationForm.of(found)), "node": form}
    return show(request, "stock/location.html", context, status=422)


@require_POST
def pause(request: Request, pk: UUID) -> HttpResponse:
    """Route nothing more there."""
    found = get_or_404(Location.objects.select_related("store"), request, Perm.VIEW_ORDERS, pk=pk)
    form = PauseForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say in a few words why, so that others can judge when it may go on.")
    actions.pause(location=found, by=request.user, note=form.cleaned_data["note"])
    return done(request, "stock_location", found.pk, say=f"Nothing more is routed to {found} until it is resumed.")


@require_POST
def resume(request: Request, pk: UUID) -> HttpResponse:
    """Route there again."""
    found = get_or_404(Location.objects.select_related("store"), request, Perm.VIEW_ORDERS, pk=pk)
    actions.resume(location=found, by=request.user)
    return done(request, "stock_location", found.pk, say=f"Orders are routed to {found} again.")


@require_POST
def keep_back(request: Request, pk: UUID) -> HttpResponse:
    """Set the safety stock of an item at a place."""
    found = get_or_404(Level.objects.select_related("item", "location"), request, Perm.VIEW_ORDERS, pk=pk)
    form = KeepBackForm(request.POST)
    if not form.is_valid():
        raise Invalid("The safety stock is a whole number from 0 to a million.")
    actions.keep_back(level=found, units=form.cleaned_data["units"], by=request.user)
    return done(
        request, back(request, "stock"), say=f"{form.cleaned_data['units']} of {found.item} at {found.location} are never promised."
    )


@require_POST
def release(request: Request, pk: UUID) -> HttpResponse:
    """Give back what is kept for an order."""
    found = get_or_404(Reservation.objects.select_related("order"), request, Perm.VIEW_ORDERS, pk=pk)
    actions.release_by_hand(reservation=found, by=request.user)
    return done(request, back(request, "stock"), say=f"Nothing is kept for order {found.order} any more.")


def _page(request: Request, found: Location, form: LocationForm) -> dict[str, Any]:
    may = can(request.user, Perm.MANAGE_STOCK, found.store_id)
    answers_at = f"{settings.PUBLIC_URL}{found.node_path}" if may and found.node_path else ""
    return {"location": found, "form": form, "may_manage": may, "node": NodeForm.of(found), "answers_at": answers_at}
