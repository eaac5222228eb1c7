"""Reads of stores. A secret leaves here once, in the answer to the request that made it."""

from typing import Any

from django.conf import settings

from ordersops.accounts.access import can
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.models import Event
from ordersops.stores.costs import GrossMarginForm, sees_costs, told
from ordersops.stores.forms import StoreForm
from ordersops.stores.hours import HoursForm
from ordersops.stores.models import Store
from ordersops.stores.proof import proof, with_the_old_secret

EVENTS_SHOWN = 25


def store_page(
    store: Store,
    user: User,
    *,
    form: StoreForm | None = None,
    hours: HoursForm | None = None,
    margin: GrossMarginForm | None = None,
    new_secret: str = "",
) -> dict[str, Any]:
    """The context of stores/store.html. The address and the secret's end are for those who may change the connection."""
    manages = can(user, Perm.MANAGE_STORES, store.pk)
    now = {
        "name": store.name,
        "callback_url": store.callback_url,
        "is_active": store.is_active,
        "api_url": store.api_url,
        "helpdesk_url": store.helpdesk_url,
    }
    events = (
        Event.objects.filter(stream=f"store:{store.pk}").order_by("-seq")[:EVENTS_SHOWN] if can(user, Perm.VIEW_AUDIT, store.pk) else []
    )
    return {
        "store": store,
        "may_manage": manages,
        "endpoint_url": f"{settings.PUBLIC_URL}{store.endpoint_path}" if manages else "",
        "secret_ending": store.webhook_secret[-4:] if manages else "",
        "new_secret": new_secret,
        "proof": proof(store),
        "old_secret_until": store.previous_secret_expires_at if len(store.active_secrets()) > 1 else None,
        "old_secret_used": with_the_old_secret(store) if len(store.active_secrets()) > 1 else 0,
        "form": (form or StoreForm(initial=now, store=store)) if manages else None,
        "hours": (hours or HoursForm.of(store)) if manages else None,
        "margin": (margin or GrossMarginForm.of(store)) if can(user, Perm.WRITE_POLICY, store.pk) else None,
        "sees_costs": sees_costs(user, store.pk),
        "gross_margin": told(store.gross_margin) if sees_costs(user, store.pk) else None,
        "timeline": list(events),
        "timeline_more": "",
    }
