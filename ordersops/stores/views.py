"""Stores: what is connected, and changing it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import forget_rights, get_or_404, require, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, done
from ordersops.stores import actions, queries
from ordersops.stores.costs import GrossMarginForm, set_gross_margin
from ordersops.stores.forms import ConnectForm, RotateForm, StoreForm
from ordersops.stores.hours import HoursForm, set_hours
from ordersops.stores.models import Store


@require_safe
def stores(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_INTAKE)
    found = Store.objects.visible_to(request.user, Perm.VIEW_INTAKE).select_related("pulse").order_by("name")
    return render(request, "stores/list.html", {"stores": list(found)})


@never_cache
@sensitive_post_parameters("secret", "api_key", "api_secret")
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: Request) -> HttpResponse:
    """Connect a sales channel. Its secret is in the answer, and nowhere afterwards."""
    require_anywhere(request.user, Perm.MANAGE_STORES)
    if request.method != "POST":
        return render(request, "stores/connect.html", {"form": ConnectForm()})
    form = ConnectForm(request.POST)
    if form.is_valid():
        try:
            store = actions.connect(by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            forget_rights(request.user)  # they were read before there was this store
            return render(request, "stores/store.html", queries.store_page(store, request.user, new_secret=store.webhook_secret))
    return render(request, "stores/connect.html", {"form": form}, status=422)


@never_cache
@sensitive_post_parameters("api_key", "api_secret", "helpdesk_secret")
@require_http_methods(["GET", "HEAD", "POST"])
def store(request: Request, pk: UUID) -> HttpResponse:
    """One store; a POST changes what is not secret."""
    found = get_or_404(Store.objects.all(), request, Perm.VIEW_INTAKE, pk=pk)
    if request.method != "POST":
        return render(request, "stores/store.html", queries.store_page(found, request.user))
    require(request.user, Perm.MANAGE_STORES, found.pk, to="change a store")
    form = StoreForm(request.POST, store=found)
    if form.is_valid():
        try:
            actions.update(store=found, by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            return done(request, "store", found.pk, say="Saved.")
    return render(request, "stores/store.html", queries.store_page(found, request.user, form=form), status=422)


@require_POST
def hours(request: Request, pk: UUID) -> HttpResponse:
    """Say when people work for the store."""
    found = get_or_404(Store.objects.all(), request, Perm.VIEW_INTAKE, pk=pk)
    require(request.user, Perm.MANAGE_STORES, found.pk, to="change the working hours")
    form = HoursForm(request.POST)
    if form.is_valid():
        try:
            set_hours(store=found, by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            return done(request, "store", found.pk, say="Saved. Deadlines that are set already stay.")
    return render(request, "stores/store.html", queries.store_page(found, request.user, hours=form), status=422)


@require_POST
def gross_margin(request: Request, pk: UUID) -> HttpResponse:
    """Say what the store usually earns."""
    found = get_or_404(Store.objects.all(), request, Perm.VIEW_INTAKE, pk=pk)
    require(request.user, Perm.WRITE_POLICY, found.pk, to="say what the store usually earns")
    form = GrossMarginForm(request.POST)
    if form.is_valid():
        set_gross_margin(store=found, by=request.user, **form.cleaned_data)
        return done(request, "store", found.pk, say="Saved.")
    return render(request, "stores/store.html", queries.store_page(found, request.user, margin=form), status=422)


@never_cache
@sensitive_post_parameters("secret")
@require_POST
def rotate(request: Request, pk: UUID) -> HttpResponse:
    """Replace the webhook secret. The new one is in the answer, and nowhere afterwards."""
    found = get_or_404(Store.objects.all(), request, Perm.VIEW_INTAKE, pk=pk)
    form = RotateForm(request.POST)
    if not form.is_valid():
        raise Invalid("The secret is too long; 200 characters are the most. The old one is still in use.")
    secret = actions.rotate_secret(store=found, by=request.user, secret=form.cleaned_data["secret"] or None)
    found.refresh_from_db()
    return render(request, "stores/store.html", queries.store_page(found, request.user, new_secret=secret))
