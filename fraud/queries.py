"""Reads of the block and allow lists. Entries are digests: what is known of one is its kind, its note, and which orders carry it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from fraud.models import ListedKey, ListEntry
from ordersops.accounts.access import can, store_ids
from ordersops.accounts.roles import Perm
from ordersops.lists import CAP, Page, capped, newest
from ordersops.orders.models import Order

if TYPE_CHECKING:
    from ordersops.accounts.models import User

CARRIED = timedelta(days=90)


def page_of(user: "User", asked: dict[str, Any], cursor: str) -> Page[ListEntry]:
    """Entries of the stores in which the person sees cases, newest first."""
    narrowed = {name: asked[name] for name in ("kind", "key") if asked[name]}
    if asked["q"]:
        narrowed["note__icontains"] = asked["q"]
    stores = [one for one in store_ids(user, Perm.VIEW_CASES) if asked["store"] in (None, "", one)]
    parts = [ListEntry.objects.filter(store=store, **narrowed) for store in stores]
    return newest(parts, "added_at", cursor, load=ListEntry.objects.select_related("store", "added_by"))


# Each branch is the index of its key in that store, and never read past the cap.
_CARRYING = "SELECT count(*) FROM (SELECT FROM orders_order o WHERE {one} AND o.placed_at > asked.since LIMIT {most}) carrying"
_COUNTED = """
    SELECT asked.id, CASE asked.key {branches} END
    FROM (SELECT *, %s::timestamptz AS since FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[]) AS e(id, store_id, key, digest)) asked
""".format(  # noqa: S608  columns of ours; every value is a parameter
    branches=" ".join(
        f"WHEN '{key}' THEN ({_CARRYING.format(one=f'o.store_id = asked.store_id AND o.{key}_key = asked.digest', most=CAP + 1)})"
        for key in ListedKey.values
    )
)


def with_orders(entries: list[ListEntry], user: "User") -> list[ListEntry]:
    """Set on each `carried`, how many orders of the last 90 days have it (as text, capped), and `may_remove`. One query."""
    since = timezone.now() - CARRIED
    asked = [[getattr(entry, name) for entry in entries] for name in ("pk", "store_id", "key", "digest")]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [since, *asked])
        counts = dict(cursor.fetchall())
    for entry in entries:
        entry.carried = capped(counts[entry.pk])
        entry.may_remove = can(user, Perm.EDIT_LISTS, entry.store_id)
    return entries


@dataclass(slots=True)
class Part:
    """Something that an order has and a list can name. `shown` is the order's own text, `entry` is set when it is listed."""

    key: str
    label: str
    shown: str
    entry: ListEntry | None


@dataclass(slots=True)
class Parts:
    free: list[Part]
    listed: list[Part]


def parts_of(order: Order, user: "User") -> Parts | None:
    """What of the order can be listed and what is, for people who may change that; for others nothing. One query."""
    numbers = {key: number for key in ListedKey if (number := getattr(order, f"{key.value}_key")) is not None}
    if not numbers or not can(user, Perm.EDIT_LISTS, order.store_id):
        return None
    entries = ListEntry.objects.filter(store=order.store_id, digest__in=list(numbers.values()))
    listed = {(entry.key, entry.digest): entry for entry in entries}
    address = order.shipping_address
    shown = {
        ListedKey.EMAIL: order.email,
        ListedKey.PHONE: order.phone or str(address.get("phone") or ""),
        ListedKey.IP: str(order.client.get("ip") or ""),
        ListedKey.CARD: "the last one tried",
        ListedKey.SHIP: ", ".join(str(part) for name in ("address1", "city") if (part := address.get(name))),
        ListedKey.DEVICE: "as the store knows it" if order.client.get("device_id") else "this visit only",
    }
    parts = [Part(key.value, str(key.label), shown[key], listed.get((key.value, number))) for key, number in numbers.items()]
    return Parts([part for part in parts if part.entry is None], [part for part in parts if part.entry is not None])
