"""The panel with requests about personal data."""

from typing import Any

from django import template
from django.template import RequestContext

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.privacy.models import PersonalRequest

register = template.Library()
SHOWN = 25


@register.inclusion_tag("privacy/_requests.html", takes_context=True)
def personal_requests(context: RequestContext) -> dict[str, Any]:
    """Those that are open, the most urgent first. Draws nothing where there are none."""
    user = context["request"].user
    found = list(PersonalRequest.objects.visible_to(user).open().select_related("store")[:SHOWN])
    manages = set(store_ids(user, Perm.MANAGE_STORES)) if found else set()
    return {"requests": found, "manages": manages, "csrf_token": context.get("csrf_token")}
