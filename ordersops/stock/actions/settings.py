"""What people say about places and levels. Each needs the right to manage stock in the store."""

import uuid
from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from ordersops.orders.models import Order
from ordersops.stock.actions.keeping import release
from ordersops.stock.models import Kind, Level, Location, Reservation, ReservationState
from ordersops.stores.actions import zone_named
from ordersops.stores.callbacks import check_callback_url
from ordersops.stores.goods import NEEDS
from ordersops.stores.worktime import countries

NOTE_AT_LEAST = 5


@atomic
def set_up(
    *, location: Location, by: User, kind: str, capabilities: Iterable[str], serves: Iterable[str], time_zone: str, holidays_of: str,
    working_days: Iterable[int], cut_off: time | None, capacity: int | None, handling_days: int, pick_pack: Decimal, priority: int,
) -> Location:  # fmt: skip
    """Say what a location can do, whom it serves and when it works. Orders that are routed already stay; open ones are routed by it next.

    Needs `manage_stock` in its store. Raises Invalid for words, countries or days that there are not.
    """
    require(by, Perm.MANAGE_STOCK, location.store_id, to="change locations")
    location = Location.objects.select_for_update().get(pk=location.pk)
    days, can = sorted(set(working_days)), [need for need in NEEDS if need in set(capabilities)]
    if not days or not set(days) <= set(range(7)):
        raise Invalid("Choose at least one working day.")
    if kind not in Kind.values:
        raise Invalid(f"“{kind[:20]}” is no kind of location; choose one of {', '.join(Kind.labels)}.")
    if holidays_of and holidays_of not in countries():
        raise Invalid(f"No public holidays are known for “{holidays_of[:10]}”. Choose a country of the list, or none.")
    served = sorted({country.strip().upper() for country in serves if country.strip()})
    if wrong := [country for country in served if len(country) != 2 or not country.isalpha()]:
        raise Invalid(f"“{wrong[0][:10]}” is no country; write two letters each, such as DE, FR.")
    if pick_pack < 0:
        raise Invalid("What a parcel costs cannot be below zero.")
    wanted: dict[str, Any] = {
        "kind": kind, "capabilities": can, "serves": served, "time_zone": zone_named(time_zone), "holidays_of": holidays_of,
        "working_days": days, "cut_off": cut_off, "capacity": capacity, "handling_days": handling_days, "pick_pack": pick_pack,
        "priority": priority,
    }  # fmt: skip
    changed = {
        name: {"before": _told(getattr(location, name)), "after": _told(value)}
        for name, value in wanted.items()
        if getattr(location, name) != value
    }
    if changed:
        for name, value in wanted.items():
            setattr(location, name, value)
        location.save(update_fields=list(wanted))
        record(Verb.LOCATION_CHANGED, by=by, store=location.store_id, location=location.pk, name=str(location), changed=changed)
    return location


@atomic
def set_node(*, location: Location, by: User, url: str, secret: str = "") -> Location:
    """Say where the location's warehouse system takes orders, and what both sides sign with. An empty address takes it off.

    Needs `manage_stock` in its store. The secret goes with its address: another host, another secret. Raises Invalid for an address that
    may not be reached, and for what is no secret of Standard Webhooks.
    """
    require(by, Perm.MANAGE_STOCK, location.store_id, to="connect warehouses")
    location = Location.objects.select_for_update().get(pk=location.pk)
    url, secret, held = check_callback_url(url), secret.strip(), location.node_secret or ""
    if secret and not url:
        raise Invalid("The secret was not taken: enter the warehouse's address, too.")
    if url and not secret and (not held or urlsplit(url).netloc != urlsplit(location.node_url).netloc):
        raise Invalid("The address was not taken: enter the secret that its requests are signed with, too.")
    if secret:
        try:
            Webhook(secret)
        except (ValueError, RuntimeError, EmptyWebhookSecretError):
            raise Invalid("That is no secret of Standard Webhooks: whsec_ and a value in base64.") from None
    wanted = {"node_url": url, "node_secret": secret or (held if url else "")}
    changed = {name: {"changed": True} for name, value in wanted.items() if (getattr(location, name) or "") != value}
    if changed:
        location.node_url, location.node_secret = wanted["node_url"], wanted["node_secret"]
        location.node_endpoint = (location.node_endpoint or uuid.uuid4()) if url else None
        location.save(update_fields=["node_url", "node_secret", "node_endpoint"])
        record(Verb.LOCATION_CHANGED, by=by, store=location.store_id, location=location.pk, name=str(location), changed=changed)
    return location


@atomic
def pause(*, location: Location, by: User, note: str) -> Location:
    """Nothing more is routed to the location until it is resumed. Needs `manage_stock` and a note; Conflict if it is paused already."""
    require(by, Perm.MANAGE_STOCK, location.store_id, to="pause locations")
    location = Location.objects.select_for_update().get(pk=location.pk)
    note = note.replace("\x00", "").strip()
    if len(note) < NOTE_AT_LEAST:
        raise Invalid("Say in a few words why, so that others can judge when it may go on.")
    if location.paused:
        raise Conflict(f"{location} is paused already.")
    location.paused, location.paused_note = True, note[:300]
    location.save(update_fields=["paused", "paused_note"])
    record(Verb.LOCATION_PAUSED, by=by, store=location.store_id, location=location.pk, name=str(location))
    return location


@atomic
def resume(*, location: Location, by: User) -> Location:
    """Route to the location again. Needs `manage_stock`; Conflict if it is not paused."""
    require(by, Perm.MANAGE_STOCK, location.store_id, to="resume locations")
    location = Location.objects.select_for_update().get(pk=location.pk)
    if not location.paused:
        raise Conflict(f"{location} is not paused.")
    location.paused, location.paused_note = False, ""
    location.save(update_fields=["paused", "paused_note"])
    record(Verb.LOCATION_RESUMED, by=by, store=location.store_id, location=location.pk, name=str(location))
    return location


@atomic
def keep_back(*, level: Level, units: int, by: User) -> Level:
    """Set the safety stock of an item at a location: so many units are never promised. Needs `manage_stock`."""
    require(by, Perm.MANAGE_STOCK, level.store_id, to="set safety stock")
    if not 0 <= units <= 1_000_000:
        raise Invalid("The safety stock is a whole number from 0 to a million.")
    level = Level.objects.select_for_update(of=("self",)).select_related("item", "location").get(pk=level.pk)
    before, level.safety_stock = level.safety_stock, units
    if before != units:
        level.save(update_fields=["safety_stock", "changed_at"])
        record(
            Verb.SAFETY_STOCK_SET, by=by, store=level.store_id, level=level.pk, sku=str(level.item), location=str(level.location),
            before=before, after=units,
        )  # fmt: skip
    return level


@atomic
def release_by_hand(*, reservation: Reservation, by: User) -> None:
    """Give back all that is kept for the reservation's order. Needs `manage_stock`; Conflict if it ended already."""
    require(by, Perm.MANAGE_STOCK, reservation.store_id, to="release reservations", order=reservation.order_id)
    order = Order.objects.select_for_update().get(pk=reservation.order_id)
    if not Reservation.objects.filter(pk=reservation.pk, state=ReservationState.HELD).exists():
        raise Conflict("This is kept no longer. Reload to see what changed.")
    release(orders=[order], by=by, because="Released by hand.")


def _told(value: Any) -> Any:
    return value.isoformat("minutes") if isinstance(value, time) else str(value) if isinstance(value, Decimal) else value
