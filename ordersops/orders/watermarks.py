"""Watermarks: from which statement each field of a row was taken last.

A statement is what one delivery says about one thing: the head of an order, a shipment, a customer. It counts for the fields
that it states and for no others. For each field the statement with the greatest watermark wins, the pair of its source time
and its content hash. That is the same for any order of arrival and any repetition (law 2), also where statements are partial.

A row keeps its watermarks as {watermark: names of the fields taken from it}.
"""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from ordersops.stores.facts import Facts, content_hash

NO_FIELDS = frozenset({"external_id"})


def watermark(at: datetime | None, facts: Facts) -> str:
    """Text that sorts by time, then by content; facts without a time come before all others, as a space comes before a digit."""
    moment = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") if at else ""
    return f"{moment} {content_hash(facts)[:16]}"


def stated(facts: Facts) -> frozenset[str]:
    """The fields about which these facts say something."""
    return frozenset(facts.model_fields_set) - NO_FIELDS


def advance(marks: dict[str, str], mark: str, fields: frozenset[str]) -> tuple[dict[str, str], frozenset[str]]:
    """The watermarks after a statement, and the fields in which it is the newest. Equal marks are the same statement again."""
    held = {name: at for at, names in marks.items() for name in names.split()}
    won = frozenset(name for name in fields if mark > held.get(name, ""))
    if not won:
        return marks, won
    kept: defaultdict[str, list[str]] = defaultdict(list)
    for name, at in sorted((held | dict.fromkeys(won, mark)).items()):
        kept[at].append(name)
    return {at: " ".join(names) for at, names in sorted(kept.items())}, won


def take(row: Any, facts: Facts, at: datetime | None) -> frozenset[str]:
    """Advance a row's `marks` and `source_at`. Returns the fields that are to be taken from these facts."""
    row.marks, won = advance(row.marks, watermark(at, facts), stated(facts))
    if won and at is not None and (row.source_at is None or at > row.source_at):
        row.source_at = at
    return won
