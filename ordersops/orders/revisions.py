"""Before and after of what changed in an order, for people who may see it. Events name the field; the values are in the revisions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ordersops.audit.models import Event
from ordersops.orders.models import Revision

MOST = 160  # characters of a value
LABELS = {
    "shipping_address": "Shipping", "billing_address": "Billing", "email": "E-mail", "phone": "Phone", "name": "Name", "note": "Note",
}  # fmt: skip
PARTS = {
    "name": "name", "company": "company", "address1": "street", "address2": "street, second line", "postal_code": "postcode", "city": "city",
    "region": "region", "country": "country", "phone": "phone",
}  # fmt: skip


def differences(field: str, before: Any, after: Any) -> list[dict[str, str]]:
    """What differs, line by line: of an address only the parts that changed."""
    label = LABELS.get(field, field.replace("_", " ").capitalize())
    if isinstance(before, dict) or isinstance(after, dict):
        was, now = (value if isinstance(value, dict) else {} for value in (before, after))
        rows = [(f"{label} {words}", _text(was.get(part)), _text(now.get(part))) for part, words in PARTS.items()]
        return [{"label": words, "before": old, "after": new} for words, old, new in rows if old != new]
    return [{"label": label, "before": _text(before), "after": _text(after)}]


def _text(value: Any) -> str:
    return str(value)[:MOST] if value not in (None, "") else ""


def dressed(revisions: Iterable[Revision]) -> list[Revision]:
    """The revisions with the lines that differ; one in which nothing differs to the eye (a place on the map) is left out."""
    found = []
    for revision in revisions:
        revision.lines = differences(revision.field, revision.before, revision.after)
        if revision.lines:
            found.append(revision)
    return found


def tell(events: Sequence[Event], revisions: Sequence[Revision]) -> list[Event]:
    """The events, with the values of their personal fields among their `changes`. Both come newest first.

    Events and revisions are written together, so the newest event about a field belongs to the newest revision of it.
    """
    waiting: defaultdict[str, list[Revision]] = defaultdict(list)
    for revision in revisions:
        waiting[revision.field].append(revision)
    for event in events:
        changed = event.data.get("changed")
        for field in changed if isinstance(changed, dict) else ():
            if waiting[field] and waiting[field][0].order_id == event.order_id:
                revision = waiting[field].pop(0)
                event.changes += differences(field, revision.before, revision.after)
    return list(events)
