"""What a store has subscribed for us: read once an hour, and repaired when a person asks.

Some platforms end a subscription after a few failures and tell nobody, so that the store falls silent (webhooks.md 6.1).
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Invalid, Refusal
from ordersops.intake.models import Pulse
from ordersops.stores.models import Store
from ordersops.stores.platforms import Interface, Subscription
from ordersops.stores.proof import interface

log = logging.getLogger(__name__)
FRESH = timedelta(hours=1)
NO_KEY = "We cannot reach this store by ourselves. Enter its interface address and key first."


def read(*, store: Store, by: User) -> list[Subscription]:
    """Ask the store what it sends us, and keep the answer. Needs `manage_stores`; raises Upstream. Not within a transaction."""
    require(by, Perm.MANAGE_STORES, store.pk, to="read the store's subscriptions")
    found = reader_of(store).subscriptions(store, address=_address(store))
    _keep(store, found, by)
    return found


def repair(*, store: Store, by: User) -> list[Subscription]:
    """Have the store send every topic that we need to our address. Needs `manage_stores`; raises Upstream.

    Not within a transaction: that it was asked for is committed before the first byte leaves.
    """
    require(by, Perm.MANAGE_STORES, store.pk, to="repair the store's subscriptions")
    reader = reader_of(store)
    with atomic():
        record(Verb.STORE_RESUBSCRIBED, by=by, store=store)
    found = reader.subscribe(store, address=_address(store))
    _keep(store, found, by)
    return found


def refresh(store: Store) -> None:
    """Read them again if that was an hour ago. A store that does not answer is asked again with the next window."""
    pulse = Pulse.objects.filter(store=store).first()
    reader = interface(store)
    if reader is None or (pulse and pulse.subscriptions_at and pulse.subscriptions_at > timezone.now() - FRESH):
        return
    try:
        found = reader.subscriptions(store, address=_address(store))
    except Refusal as refusal:
        log.info("The subscriptions of a store could not be read: %s", refusal.message)
        return
    _keep(store, found, None)


def reader_of(store: Store) -> Interface:
    """The store's interface. Raises Invalid where there is none."""
    reader = interface(store)
    if reader is None:
        raise Invalid(NO_KEY)
    return reader


def _address(store: Store) -> str:
    return settings.PUBLIC_URL + store.endpoint_path


@atomic
def _keep(store: Store, found: list[Subscription], by: User | None) -> None:
    """By the clock (`by` None), it is told only when something is another way than before."""
    now = timezone.now()
    pulse, _ = Pulse.objects.select_for_update().get_or_create(store=store, defaults={"counted_until": now})
    kept = [{"topic": one.topic[:120], "state": one.state[:40], "id": one.id[:200], "address": one.address[:300]} for one in found]
    if by is not None or kept != pulse.subscriptions:
        active = sum(one.state == "active" for one in found)
        record(Verb.STORE_SUBSCRIPTIONS_READ, by=by or User.objects.system(), store=store, active=active, wanted=len(found))
    pulse.subscriptions, pulse.subscriptions_at = kept, now
    pulse.save(update_fields=["subscriptions", "subscriptions_at"])
