"""Customers without a login: a link goes to the address of the order, and whoever reads that mailbox may see and ask for its returns.

Nothing that is told before the link was opened depends on whether there is such an order: a knock is written down in any case, and
answered later by a worker.
"""

import hashlib
import hmac
import logging
import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.jobs import enqueue
from ordersops.orders.keys import email_key
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from returns.models import Knock, ReturnLink

log = logging.getLogger(__name__)
LIVES, VISIT = timedelta(hours=24), timedelta(hours=2)
MOST_IN_A_DAY = 5  # links for one order: its mailbox is not to be flooded by whoever knows number and address
KEPT = timedelta(days=7)


@atomic
def knock(*, store: Store, number: str, email: str) -> Knock:
    """Somebody asks for the link of an order. The same is done whatever they name."""
    row = Knock.objects.create(
        store=store, number=number.replace("\x00", "").strip()[:60], email_key=email_key(email), not_before=timezone.now()
    )
    enqueue("returns.knocks")
    return row


@atomic
def make_link(*, knock: Knock, by: User) -> tuple[ReturnLink, str] | None:
    """The link for what was named, and its text, which is returned once; None where nothing fits, or too many were asked for today."""
    order = _meant(knock)
    now = timezone.now()
    if order is None or ReturnLink.objects.filter(order=order, made_at__gt=now - timedelta(days=1)).count() >= MOST_IN_A_DAY:
        return None
    token = secrets.token_urlsafe(32)
    row = ReturnLink.objects.create(
        store_id=order.store_id, order=order, digest=_digest("link", token), made_at=now, expires_at=now + LIVES
    )
    record(Verb.RETURN_LINK_MADE, by=by, order=order, link=row.pk)
    return row, token


@atomic
def open_link(*, store: Store, token: str, by: User) -> str:
    """Exchange a link for a visit, once; returns the visit's secret for the customer's browser, or "" where the link is void."""
    now = timezone.now()
    found = ReturnLink.objects.select_for_update(of=("self",)).select_related("order")
    row = found.filter(store=store, digest=_digest("link", token), used_at=None, expires_at__gt=now).first()
    if row is None:
        return ""
    secret = secrets.token_urlsafe(32)
    row.used_at, row.visit, row.visit_until = now, _digest("visit", secret), now + VISIT
    row.save(update_fields=["used_at", "visit", "visit_until"])
    record(Verb.RETURN_LINK_OPENED, by=by, order=row.order, link=row.pk)
    return secret


def visit_of(store_id: UUID, secret: str) -> ReturnLink | None:
    """The visit that a browser holds, while it lasts."""
    if not secret:
        return None
    rows = ReturnLink.objects.filter(store=store_id, visit=_digest("visit", secret), visit_until__gt=timezone.now())
    return rows.select_related("order__store", "order__customer").first()


def forget_old_links() -> int:
    """Links that were used or ran out a week ago."""
    gone, _ = ReturnLink.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    return gone


def _meant(knock: Knock) -> Order | None:
    if knock.email_key is None or not knock.number:
        return None
    found = Order.objects.known().numbered(knock.number).filter(store=knock.store_id, email_key=knock.email_key)[:2]
    return found[0] if len(found) == 1 and found[0].email else None


def _digest(what: str, secret: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"returns:{what}:{secret}".encode(), hashlib.sha256).hexdigest()
