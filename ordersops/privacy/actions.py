"""Taking requests about personal data in, and settling them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from ordersops.jobs import enqueue
from ordersops.privacy import exporting
from ordersops.privacy.models import Kind, PersonalRequest
from ordersops.stores.facts import PersonalFacts

TERM = timedelta(days=30)  # what Shopify and Art. 12(3) GDPR (one month) leave for it
LEAST_NOTE, MOST_NOTE = 10, 500


def take_in(*, requests: Iterable[tuple[UUID, UUID, datetime, PersonalFacts]], by: User) -> None:
    """Open a request for each (store, delivery, received at, facts), once for each delivery. In the caller's unit of work."""
    for store, delivery, received_at, facts in requests:
        made, is_new = PersonalRequest.objects.get_or_create(
            delivery_id=delivery,
            defaults={
                "store_id": store, "kind": facts.kind, "customer_key": facts.customer_id, "orders": list(facts.orders),
                "asked_at": received_at, "due_at": received_at + TERM,
            },
        )  # fmt: skip
        if is_new:
            record(Verb.PRIVACY_ASKED, by=by, store=store, request=made.pk, kind=made.get_kind_display(), due_at=made.due_at)


@atomic
def erase(*, request: PersonalRequest, by: User) -> PersonalRequest:
    """Have everything erased that a request is about; a worker does it, and settles the request. Needs `manage_stores` in its store.

    It cannot be taken back. Raises Invalid for a request that asks for a copy, Conflict if it was settled or is under way.
    """
    require(by, Perm.MANAGE_STORES, request.store_id, to="erase personal data")
    request = PersonalRequest.objects.select_for_update().get(pk=request.pk)
    if request.kind == Kind.ACCESS:
        raise Invalid("This customer asks for a copy of their data. Nothing is to be erased.")
    if request.settled_at is not None or request.erasing_since is not None:
        raise Conflict("This was settled, or is being erased already. Nothing needs to be done.")
    request.erasing_since, request.erasing_by = timezone.now(), by
    request.save(update_fields=["erasing_since", "erasing_by"])
    record(Verb.PRIVACY_ERASING, by=by, store=request.store_id, request=request.pk, kind=request.get_kind_display())
    enqueue("privacy.erase")
    return request


@atomic
def export(*, request: PersonalRequest, by: User) -> dict[str, Any]:
    """Everything that is kept of the customer, to be handed to them. Needs `manage_stores` in its store. That it was fetched is recorded."""
    require(by, Perm.MANAGE_STORES, request.store_id, to="export personal data")
    if request.kind == Kind.CLOSE:
        raise Invalid("This request is about the whole store, not about one customer.")
    found = exporting.everything(request)
    record(Verb.PRIVACY_EXPORTED, by=by, store=request.store_id, request=request.pk, orders=len(found["orders"]))
    return found


@atomic
def settle(*, request: PersonalRequest, by: User, note: str) -> PersonalRequest:
    """Say that a request was met, and how. Needs `manage_stores` in its store and a note of ten characters or more.

    Raises Conflict if it was settled already.
    """
    require(by, Perm.MANAGE_STORES, request.store_id, to="settle requests about personal data")
    note = note.replace("\x00", "").strip()
    if not LEAST_NOTE <= len(note) <= MOST_NOTE:
        raise Invalid(f"Say in {LEAST_NOTE} to {MOST_NOTE} characters what was done, without naming the person.")
    request = PersonalRequest.objects.select_for_update().get(pk=request.pk)
    if request.settled_at is not None:
        raise Conflict("This request was settled meanwhile. Nothing needs to be done.")
    if request.erasing_since is not None:
        raise Conflict("It is being erased; that settles it by itself.")
    request.settled_at, request.settled_by, request.note = timezone.now(), by, note
    request.save(update_fields=["settled_at", "settled_by", "note"])
    record(Verb.PRIVACY_SETTLED, by=by, store=request.store_id, request=request.pk, kind=request.get_kind_display())
    return request
