"""Verbs about saved views."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.urls import Resolver404, resolve

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Forbidden, Invalid
from ordersops.search.models import SavedView

if TYPE_CHECKING:
    from ordersops.stores.models import Store

LISTS = {"queue", "orders", "effects"}
MOST = 50
NOT_KEPT = {"cursor", "csrfmiddlewaretoken"}


@atomic
def save_view(*, name: str, path: str, query: str, by: User, store: "Store | None" = None) -> SavedView:
    """Keep the filters of a list under a name; the same name again replaces them. With a store it is shared with its people.

    Sharing needs `share_views` in the store. Invalid for a page that is no list, a name that is empty, or too many of them.
    """
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Invalid("Give the view a name of at most 60 characters.")
    try:
        is_list = resolve(path).url_name in LISTS
    except Resolver404:
        is_list = False
    kept = urlencode([(key, value) for key, value in parse_qsl(query.lstrip("?")) if key not in NOT_KEPT])
    if not is_list or len(path) > 100 or len(kept) > 1000:
        raise Invalid("Only the filters of a queue, of orders or of effects can be kept.")
    if store is not None:
        require(by, Perm.SHARE_VIEWS, store.pk, to="share a view", store=store)
    mine = SavedView.objects.filter(owner=by)
    if mine.count() >= MOST and not mine.filter(path=path, name=name).exists():
        raise Invalid(f"{MOST} views are kept already; take one away first.")
    view, _ = SavedView.objects.update_or_create(owner=by, path=path, name=name, defaults={"query": kept, "store": store})
    if store is not None:
        record(Verb.VIEW_SHARED, by=by, store=store, name=name)
    return view


@atomic
def delete_view(*, view: SavedView, by: User) -> None:
    """Take a view away: one's own, or a shared one with `share_views` in its store."""
    if view.owner_id != by.pk:
        if view.store is None:
            raise Forbidden("This view is somebody else's.")
        require(by, Perm.SHARE_VIEWS, view.store.pk, to="take a shared view away", store=view.store)
    if view.store is not None:
        record(Verb.VIEW_UNSHARED, by=by, store=view.store, name=view.name)
    view.delete()
