"""The block and allow lists: what is on them, and changing that."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from fraud import actions, queries
from fraud.forms import EntryFilters, EntryForm, OrderEntriesForm
from fraud.models import ListedKey, ListEntry, ListKind
from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, back, done, show
from ordersops.orders.models import Order
from ordersops.stores.models import Store


@require_safe
def lists(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_CASES)
    return show(request, "fraud/lists.html", _page(request), fragment="fraud/_list_rows.html")


@sensitive_post_parameters("value")
@require_POST
def add(request: Request) -> HttpResponse:
    """Put a value on a list. What is wrong with it is said beside the form, with everything still in it."""
    store = get_or_404(Store.objects.all(), request, Perm.VIEW_CASES, pk=_store_asked(request))
    form, status = EntryForm(request.POST), 422
    if form.is_valid():
        try:
            entry = actions.list_add(store=store, by=request.user, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            form.add_error("value", refusal.message)
            status = refusal.status
        else:
            return done(request, back(request, "fraud_lists"), say=f"{store}: one {_word(entry.key)} {_verb(entry.kind)}.")
    # Its address takes no GET, so there are no further pages from here.
    context = {**_page(request, form), "store_asked": str(store.pk), "next_cursor": ""}
    return show(request, "fraud/lists.html", context, status=status)


@require_POST
def add_from_order(request: Request, pk: UUID) -> HttpResponse:
    """Put on a list what an order has: everything that was chosen, or nothing."""
    order = get_or_404(Order.objects.select_related("store"), request, Perm.VIEW_CASES, pk=pk)
    form = OrderEntriesForm(request.POST)
    if not form.is_valid():
        raise Invalid(" ".join(str(sentence) for errors in form.errors.values() for sentence in errors))
    kind, keys, note = (form.cleaned_data[name] for name in ("kind", "keys", "note"))
    with atomic():
        for key in keys:
            actions.list_add_from_order(order=order, kind=kind, key=key, note=note, by=request.user)
    words = ", ".join(_word(key) for key in keys)
    return done(request, back(request, "fraud_lists"), say=f"Order {order}: {words} {_verb(kind)}. It counts from the next order on.")


@require_POST
def remove(request: Request, pk: UUID) -> HttpResponse:
    """Take an entry off its list."""
    entry = get_or_404(ListEntry.objects.all(), request, Perm.VIEW_CASES, pk=pk)
    actions.list_remove(entry=entry, by=request.user)
    return done(request, back(request, "fraud_lists"), say=f"One {_word(entry.key)} is off the {entry.kind} list.")


def _page(request: Request, form: EntryForm | None = None) -> dict[str, Any]:
    """The context of fraud/lists.html. `may_add` holds the stores in which the person may change the lists."""
    stores = list(Store.objects.visible_to(request.user, Perm.VIEW_CASES))
    filters = EntryFilters(request.GET, store=[(str(store.pk), store.name) for store in stores])
    page = queries.page_of(request.user, filters.read(), request.GET.get("cursor", ""))
    here = filters.context(page)
    return {
        **here,
        "entries": queries.with_orders(page.rows, request.user),
        "stores": stores,
        "may_add": list(Store.objects.visible_to(request.user, Perm.EDIT_LISTS)),
        "form": form or EntryForm(initial={"kind": ListKind.BLOCK}),
        "store_asked": here["filters"]["store"],
        "here": f"{resolve_url('fraud_lists')}?{here['query']}" if here["query"] else resolve_url("fraud_lists"),
    }


def _store_asked(request: Request) -> UUID:
    try:
        return UUID(request.POST.get("store", ""))
    except ValueError:
        raise Http404 from None


def _word(key: str) -> str:
    """E-mail address, in the middle of a sentence."""
    label = str(ListedKey(key).label)
    return label if label.isupper() or label.startswith("IP") else label.lower()


def _verb(kind: str) -> str:
    return "is blocked" if kind == ListKind.BLOCK else "is trusted"
