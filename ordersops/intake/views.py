"""The inbox as people see it: channels, deliveries, and what failed."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.htmx import Request, back, done, show
from ordersops.intake import actions, masking, queries
from ordersops.intake import subscriptions as subscribing
from ordersops.intake.forms import DeliveryFilters
from ordersops.intake.models import Delivery
from ordersops.stores.models import Store


@require_safe
def intake(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_INTAKE)
    context = {
        "stores": queries.overview(request.user),
        "dead": queries.dead(request.user),
        "questions_dead": queries.dead_questions(request.user),
    }
    return render(request, "intake/intake.html", context)


@require_safe
def deliveries(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_INTAKE)
    stores = list(Store.objects.visible_to(request.user, Perm.VIEW_INTAKE))
    filters = DeliveryFilters(request.GET, store=[(str(store.pk), store.name) for store in stores])
    page = queries.page_of(request.user, filters.read(), request.GET.get("cursor", ""))
    context = {**filters.context(page), "deliveries": page.rows, "stores": stores}
    return show(request, "intake/deliveries.html", context, fragment="intake/_deliveries.html")


@require_safe
def delivery(request: Request, pk: UUID) -> HttpResponse:
    found = get_or_404(Delivery.objects.select_related("store", "order", "location"), request, Perm.VIEW_INTAKE, pk=pk)
    body, problem = masking.readable(found)
    queries.with_rights([found], request.user)
    context = {"delivery": found, "body": body, "problem": problem, "headers": masking.safe_headers(found), "order": found.order}
    return render(request, "intake/delivery.html", context)


@require_POST
def replay(request: Request, pk: UUID) -> HttpResponse:
    """Process a failed delivery again."""
    found = get_or_404(Delivery.objects.select_related("store"), request, Perm.VIEW_INTAKE, pk=pk)
    actions.replay(delivery=found, by=request.user)
    return done(request, back(request, "intake"), say=f"The {found.topic} delivery is processed again.")


@require_POST
def compare(request: Request, pk: UUID) -> HttpResponse:
    """Compare the last day with the store, now."""
    found = get_or_404(Store.objects.all(), request, Perm.VIEW_INTAKE, pk=pk)
    actions.compare_now(store=found, by=request.user)
    return done(request, "store", found.pk, say="The last day is compared. The figures appear here as it goes on.")


@require_POST
def subscriptions(request: Request, pk: UUID) -> HttpResponse:
    """Ask the store what it sends us."""
    found = get_or_404(Store.objects.all(), request, Perm.VIEW_INTAKE, pk=pk)
    subscribing.read(store=found, by=request.user)
    return done(request, "store", found.pk, say="This is what the store sends us now.")


@require_POST
def subscribe(request: Request, pk: UUID) -> HttpResponse:
    """Have the store send everything that we need."""
    found = get_or_404(Store.objects.all(), request, Perm.VIEW_INTAKE, pk=pk)
    left = [one.topic for one in subscribing.repair(store=found, by=request.user) if one.state != "active"]
    return done(
        request, "store", found.pk,
        say="" if left else "The store sends all that we need to our address.",
        warn=f"The store still does not send: {', '.join(left[:10])}." if left else "",
    )  # fmt: skip
