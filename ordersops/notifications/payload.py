"""What a subscriber is told of an event: ids, amounts, times and words of our own tables. Nothing that anybody typed."""

import json
import re
from typing import Any

from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb

# What can be told: events of stores. Of what has no store (sign-in, keys, settings of people) nobody is told.
TELLABLE = [verb for verb in Verb if verb.partition(".")[0] not in {"access", "audit", "keys", "notification", "slack", "token"}]
# Free text and names in payloads of the history: staff and stores write these, and could name a customer.
HELD_BACK = frozenset(
    {"name", "who", "of", "to", "was", "why", "because", "error", "note", "what", "text", "about", "filters", "question", "title", "words"}
)
# A code, an id, a number, a date: one word, as our tables and the stores' enums have them.
_ONE_WORD = re.compile(r"[\w.:+#/@-]{1,80}", re.ASCII)


def message_id(event: Event) -> str:
    """The same for every attempt and subscriber, and never given twice: the event's place on its chain."""
    return f"evt_{bytes(event.hash).hex()[:32]}"


def body(event: Event, *, order_external_id: str = "") -> str:
    """The JSON of one event, the same bytes at every attempt. `sequence` counts up within `stream`."""
    told = {
        "type": event.verb,
        "timestamp": event.at.isoformat().replace("+00:00", "Z"),
        "data": {
            "id": message_id(event),
            "stream": event.stream,
            "sequence": event.seq,
            "store_id": _id(event.store_id),
            "order_id": _id(event.order_id),
            "order_external_id": order_external_id or None,
            "case_id": _id(event.case_id),
            "actor_id": _id(event.actor_id),
            "event": inert(event.data),
        },
    }
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def inert(value: Any) -> Any:
    """The payload without free text; None stands where something was held back."""
    if isinstance(value, dict):
        return {key: inert(item) for key, item in value.items() if key not in HELD_BACK}
    if isinstance(value, list):
        return [inert(item) for item in value]
    if isinstance(value, str) and not _ONE_WORD.fullmatch(value):
        return None
    return value


def _id(value: Any) -> str | None:
    return str(value) if value else None
