"""Verbs on the block and allow lists. Entries hold a digest, never the value itself, so a list cannot leak whom it names."""

from django.db import IntegrityError

from fraud.models import ListedKey, ListEntry, ListKind
from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from ordersops.orders.keys import digest, normal_email, normal_phone
from ordersops.orders.models import Order
from ordersops.stores.models import Store

NOTE_AT_LEAST = 5


@atomic
def list_add(*, store: Store, kind: str, key: str, value: str, note: str, by: User) -> ListEntry:
    """Block or trust an e-mail address, phone, IP address or device in one store. Needs `edit_lists`.

    `value` is the value as people write it. Cards and addresses are listed from an order (`list_add_from_order`). Conflict if
    it is on a list already.
    """
    require(by, Perm.EDIT_LISTS, store.pk, to="edit lists", store=store)
    normal = {"email": normal_email, "phone": normal_phone}.get(key, str.strip)(value)
    if key in {ListedKey.CARD, ListedKey.SHIP}:
        raise Invalid("A card or an address is put on a list from an order that has it.")
    if not normal:
        raise Invalid(f"“{value[:60]}” is not something that can be put on a list.")
    return _add(store=store, kind=kind, key=key, number=digest(key, normal), note=note, by=by)


@atomic
def list_add_from_order(*, order: Order, kind: str, key: str, note: str, by: User) -> ListEntry:
    """Block or trust what this order has under `key`. Needs `edit_lists` in its store."""
    require(by, Perm.EDIT_LISTS, order.store_id, to="edit lists", order=order)
    number = getattr(order, f"{key}_key", None) if key in ListedKey.values else None
    return _add(store=order.store, kind=kind, key=key, number=number, note=note, by=by)


@atomic
def list_remove(*, entry: ListEntry, by: User) -> None:
    """Take an entry off its list. Needs `edit_lists` in its store; Conflict if it is gone already."""
    require(by, Perm.EDIT_LISTS, entry.store_id, to="edit lists", store=entry.store_id)
    locked = ListEntry.objects.select_for_update().filter(pk=entry.pk).first()
    if locked is None:
        raise Conflict("This entry was taken off the list already.")
    record(Verb.ENTRY_REMOVED, by=by, store=locked.store_id, entry=locked.pk, list=locked.kind, key=locked.key)
    locked.delete()


def _add(*, store: Store, kind: str, key: str, number: int | None, note: str, by: User) -> ListEntry:
    if kind not in ListKind.values or key not in ListedKey.values:
        raise Invalid("Choose a list, and what kind of value goes on it.")
    if number is None:
        raise Invalid(f"There is no {ListedKey(key).label} to put on a list.")
    if len(note.strip()) < NOTE_AT_LEAST:
        raise Invalid("Say in a few words why, so that others can judge it later.")
    try:
        with atomic():
            entry = ListEntry.objects.create(store=store, kind=kind, key=key, digest=number, note=note.strip()[:300], added_by=by)
    except IntegrityError:
        raise Conflict("This is on a list of the store already. Remove that entry first.") from None
    record(Verb.ENTRY_ADDED, by=by, store=store, entry=entry.pk, list=kind, key=key)
    return entry
