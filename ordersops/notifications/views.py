"""Outgoing webhooks: what is told where, with the log of every attempt."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, done, show
from ordersops.notifications import queries
from ordersops.notifications.actions import subscribers as actions
from ordersops.notifications.forms import SubscriberForm
from ordersops.notifications.models import Subscriber


@require_safe
def webhooks(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.MANAGE_STORES)
    return render(request, "notifications/webhooks.html", {"subscribers": queries.subscribers(request.user)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    """Have an address told. Its secret is in the answer, and nowhere afterwards."""
    require_anywhere(request.user, Perm.MANAGE_STORES)
    stores = queries.manageable_stores(request.user)
    if request.method != "POST":
        form = SubscriberForm(stores=stores, all_stores="All stores that I manage", initial={"store": str(stores[0].pk)})
        return _form(request, form)
    form = SubscriberForm(request.POST, stores=stores, all_stores="All stores that I manage")
    if form.is_valid():
        asked = {key: form.cleaned_data[key] for key in ("name", "url", "verbs", "store")}
        try:
            added = actions.add(by=request.user, **asked)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            return render(request, "notifications/webhook.html", _page(request, added, new_secret=added.secret))
    return _form(request, form, status=422)


def _form(request: Request, form: SubscriberForm, status: int = 200) -> HttpResponse:
    chosen = set(form["verbs"].value() or [])
    return render(
        request, "notifications/webhook_new.html", {"form": form, "groups": queries.verb_groups(), "chosen": chosen}, status=status
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: Request, pk: UUID) -> HttpResponse:
    """One webhook with its log; a POST changes it."""
    found = _load(request, pk)
    if request.method != "POST":
        context = _page(request, found, cursor=request.GET.get("cursor", ""))
        return show(request, "notifications/webhook.html", context, fragment="notifications/_log.html")
    form = SubscriberForm(request.POST, stores=[], all_stores="")
    form.fields["store"].disabled = True
    if form.is_valid():
        asked = {key: form.cleaned_data[key] for key in ("name", "url", "verbs", "is_active")}
        try:
            actions.change(subscriber=found, by=request.user, **asked)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            return done(request, "webhook", found.pk, say="Saved.")
    return render(request, "notifications/webhook.html", _page(request, found, form=form), status=422)


def _page(request: Request, found: Subscriber, form: SubscriberForm | None = None, **more: Any) -> dict[str, Any]:
    context = queries.subscriber_page(found, request.user, **more)
    if form is None:
        held = {"name": found.name, "url": found.url, "verbs": found.verbs, "is_active": found.is_active}
        form = SubscriberForm(stores=[], all_stores="", initial=held)
    return {**context, "form": form, "groups": queries.verb_groups(), "chosen": set(form["verbs"].value() or [])}


@require_POST
def test(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    actions.test(subscriber=found, by=request.user)
    return done(request, "webhook", found.pk, say="A test is on its way. It appears in the log within moments.")


@never_cache
@require_POST
def rotate(request: Request, pk: UUID) -> HttpResponse:
    """Replace the secret. The new one is in the answer, and nowhere afterwards."""
    found = _load(request, pk)
    secret = actions.rotate(subscriber=found, by=request.user)
    found.refresh_from_db()
    return render(request, "notifications/webhook.html", _page(request, found, new_secret=secret))


@require_POST
def send_again(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    count = actions.send_again(subscriber=found, by=request.user)
    return done(request, "webhook", found.pk, say=f"{count:,} failed messages are sent again, with the same ids.")


@require_POST
def remove(request: Request, pk: UUID) -> HttpResponse:
    found = _load(request, pk)
    actions.remove(subscriber=found, by=request.user)
    return done(request, "webhooks", say=f"{found.name} is told nothing any more.")


def _load(request: Request, pk: UUID) -> Subscriber:
    """One of a store by the rights in it; one of all stores exists for its owner alone."""
    found = Subscriber.objects.filter(removed_at=None).select_related("store", "owner")
    if found.filter(pk=pk, store=None).exists():
        require_anywhere(request.user, Perm.MANAGE_STORES)
        return get_object_or_404(found, pk=pk, owner=request.user)
    return get_or_404(found.filter(store__isnull=False), request, Perm.MANAGE_STORES, pk=pk)
