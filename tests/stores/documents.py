"""The payloads that Shopify documents, beside the project: webhook examples and REST fixtures."""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

OUTSIDE = settings.BASE_DIR.parent / "shared" / "outside" / "shopify"
WEBHOOKS = OUTSIDE / "webhook_payloads" / "2025-01"
FIXTURES = OUTSIDE / "rest_fixtures"
FAMILIES = ("orders", "refunds", "fulfillments", "fulfillment_events", "disputes", "customers", "order_transactions")
# REST fixture -> (the key under which its documents lie, the topic that brings such a document)
REST = {
    "order": ("order", "orders/updated"),
    "orders": ("orders", "orders/updated"),
    "refund": ("refund", "refunds/create"),
    "fulfillment": ("fulfillment", "fulfillments/update"),
    "fulfillment_event": ("fulfillment_event", "fulfillment_events/create"),
    "dispute": ("dispute", "disputes/update"),
    "disputes": ("disputes", "disputes/update"),
    "transaction": ("transaction", "order_transactions/create"),
    "transactions": ("transactions", "order_transactions/create"),
    "customer": ("customer", "customers/update"),
}
ABSENT = "Shopify's documented payloads are not beside the project (../shared/outside/shopify)"


def read(path: Path) -> Any:
    return json.loads(path.read_text(), parse_float=Decimal)


@cache
def documented() -> dict[str, tuple[str, dict[str, Any]]]:
    """name -> (topic, body)"""
    found = {}
    for family in FAMILIES:
        for path in sorted((WEBHOOKS / family).glob("*.json")):
            document = read(path)
            found[f"{family}/{path.stem}"] = (document["name"], document["response"])
    for name, (key, topic) in REST.items():
        if (path := FIXTURES / f"{name}.json").exists():
            bodies = read(path)
            bodies = bodies.get(key, bodies) if isinstance(bodies, dict) else bodies
            for number, body in enumerate(bodies if isinstance(bodies, list) else [bodies]):
                found[f"rest {name} {number}"] = (topic, body)
    return found


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value in a document, containers included."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*here, key)
        yield from paths(inner, (*here, key))


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the document, as deep as needed, with another value in one place."""
    if not path:
        return value
    copied = dict(document) if isinstance(document, dict) else list(document)
    copied[path[0]] = put(document[path[0]], path[1:], value)
    return copied
