"""What all pages for the customers of a store have in common: no sign-in, in no cache and no search engine, in the store's name.

They stand at the store's unguessable address. What is wrong is told on a page of the store, never on one of the desk.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ordersops.errors import Refusal
from ordersops.stores.models import Store

View = Callable[..., HttpResponse]


def for_customers(refused: str = "shop_refusal.html") -> Callable[[View], View]:
    """A page for customers of the store at `endpoint`, which the view gets as `store`. `refused`: the template that tells a refusal."""

    def opened(view: View) -> View:
        @login_not_required
        @never_cache
        @sensitive_post_parameters()
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def page(request: HttpRequest, endpoint: UUID, **more: Any) -> HttpResponse:
            store = get_object_or_404(Store, endpoint_id=endpoint, is_active=True)
            try:
                answer = view(request, store, **more)
            except Refusal as refusal:
                answer = render(request, refused, {"store": store, "said": refusal.message}, status=refusal.status)
            answer["X-Robots-Tag"] = "noindex, nofollow"
            return answer

        return page

    return opened
