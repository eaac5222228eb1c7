"""Rights in a scope: of one store, or of every store there is, where the policy is everybody's."""

import zlib
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from ordersops.accounts.access import can, require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import record_refusal
from ordersops.errors import Forbidden

_LOCK_SPACE = 7203


def require_in(by: User, perm: Perm, store_id: UUID | None, *, to: str, **about: Any) -> None:
    """Raise Forbidden unless the person has the right in the store, or, without one, in every store."""
    for each in _stores(store_id):
        require(by, perm, each, to=to, **about)


def can_in(by: User, perm: Perm, store_id: UUID | None) -> bool:
    stores = _stores(store_id)
    return bool(stores) and all(can(by, perm, each) for each in stores)


def refuse_second(by: User, perm: Perm, store_id: UUID | None, message: str, **about: Any) -> Forbidden:
    """The refusal of a person who has the right and has had another part in it already; recorded as the others are."""
    record_refusal(by=by, perm=perm, store_id=store_id, **about)
    return Forbidden(message)


def take_turn(lane: str, store_id: UUID | None, scope: str) -> None:
    """One verb at a time in a scope, until the unit ends: there may be no row yet that could be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, zlib.crc32(f"{lane}:{store_id}:{scope}".encode()) - 2**31])


def _stores(store_id: UUID | None) -> list[UUID]:
    return [store_id] if store_id else list(apps.get_model("stores.Store")._default_manager.order_by("pk").values_list("pk", flat=True))
