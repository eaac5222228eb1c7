"""The views that were kept of a list, beside its filters."""

from typing import Any
from urllib.parse import parse_qsl

from django import template
from django.template import RequestContext

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.search.models import SavedView
from ordersops.stores.models import Store

register = template.Library()


@register.inclusion_tag("search/_views.html", takes_context=True)
def saved_views(context: RequestContext) -> dict[str, Any]:
    """One's own and shared ones, the one that is shown marked, and the form that keeps what is shown now."""
    request = context["request"]
    shared_with = set(store_ids(request.user, Perm.SHARE_VIEWS))
    shown = sorted((key, value) for key, value in request.GET.items() if value and key != "cursor")
    views = list(SavedView.objects.visible_to(request.user).filter(path=request.path).select_related("owner", "store"))
    for view in views:
        view.here = sorted(parse_qsl(view.query)) == shown
        view.may_delete = view.owner_id == request.user.pk or view.store_id in shared_with
    return {
        "views": views,
        "path": request.path,
        "query": request.GET.urlencode(),
        "filtered": bool(shown),
        "stores": list(Store.objects.filter(pk__in=shared_with)) if shared_with else [],
        "csrf_token": context.get("csrf_token"),
    }
