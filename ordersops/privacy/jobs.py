"""Erasing, batch by batch: each is one transaction with the cursor, so a worker that dies loses nothing and repeats nothing."""

from datetime import datetime

from django.db.models import Min
from django.utils import timezone

from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.privacy import erasing
from ordersops.privacy.models import PersonalRequest


def oldest_ready() -> datetime | None:
    """Since when the oldest request has waited to be erased."""
    return PersonalRequest.objects.open().filter(erasing_since__isnull=False).aggregate(at=Min("erasing_since"))["at"]


@atomic
def erase() -> int:
    """Erase one batch of one request; after the last one, the customers, and settle it. Returns how many requests it took."""
    waiting = PersonalRequest.objects.open().filter(erasing_since__isnull=False).order_by("erasing_since", "pk")
    request = waiting.select_for_update(of=("self",), skip_locked=True).select_related("erasing_by").first()
    if request is None:
        return 0
    erased = erasing.erase_batch(request)
    done = not erased
    if done:
        erased = erasing.erase_customers(request)
    request.erased = {name: request.erased.get(name, 0) + erased.get(name, 0) for name in {**request.erased, **erased}}
    if done:
        by = request.erasing_by
        assert by is not None
        request.settled_at, request.settled_by, request.note = timezone.now(), by, says(request.erased)
        record(
            Verb.PRIVACY_ERASED, by=by, store=request.store_id, request=request.pk, orders=request.erased.get("orders", 0),
            customers=request.erased.get("customers", 0), bodies=request.erased.get("bodies", 0),
        )  # fmt: skip
    request.save(update_fields=["cursor", "erased", "settled_at", "settled_by", "note"])
    return 1


def says(erased: dict[str, int]) -> str:
    """What was erased, and what had to stay, in one sentence each."""
    found = {
        name: erased.get(name, 0) for name in ("customers", "orders", "cards", "letters", "files", "bodies", "requests", "kept evidence")
    }
    return (
        f"Erased: {_many(found['customers'], 'customer')}, the person in {_many(found['orders'], 'order')} and {_many(found['cards'], 'card')}, "
        f"{_many(found['letters'], 'message')} and word on returns, {_many(found['files'], 'file')}, "
        f"{found['bodies']} received and {found['requests']} sent texts. "
        f"Kept: amounts, parcels and states of the orders, for the accounts; the evidence of {_many(found['kept evidence'], 'decision')} and what "
        "people noted, for legal claims (Art. 17(3) GDPR); digests on block and trust lists, and the store's id of the customer (or its digest), so "
        "that they stay erased."
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
