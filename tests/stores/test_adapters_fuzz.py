"""Whatever JSON a signed body holds, an adapter gives facts that can be stored, or Invalid."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.errors import Invalid
from ordersops.stores.platforms.generic import Generic
from ordersops.stores.platforms.generic.contract import EVENTS, Event
from ordersops.stores.platforms.shopify import Shopify
from ordersops.stores.platforms.shopify.topics import READERS
from tests.stores.documents import documented, paths, put

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = st.text(max_size=20) | st.sampled_from(
    ["\x00", "\ud800", "9" * 400, "1e9999", "NaN", "2026-03-01T12:00:00Z", "0001-01-01T00:00:00+14:00"]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**60), 10**60) | st.decimals() | TEXT
SHOPIFY_NAMES = """
    id order_id fulfillment_id order_edit line_items refunds fulfillments transactions quantity current_quantity amount status kind
    updated_at created_at refund_line_items shop_money email tags items sku
"""
NAMES = sorted(set(Event.model_fields) | set(SHOPIFY_NAMES.split()))
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | TEXT, inner, max_size=6), max_leaves=12
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8)


def storable(value: Any) -> None:
    """Facts are hashed, written as JSON and as text: no NUL, no half surrogates, no numbers out of range."""
    written = value.model_dump_json()
    assert "\\u0000" not in written
    written.encode()


@given(topic=st.sampled_from(sorted(READERS)), payload=JSON | OBJECTS, id_=st.integers(1, 2**70))
def test_any_json_is_facts_or_invalid_for_shopify(topic: str, payload: Any, id_: int) -> None:
    with contextlib.suppress(Invalid):
        storable(Shopify().facts(topic=topic, payload=payload, at=AT))
    if isinstance(payload, dict):
        named = dict.fromkeys(("id", "order_id", "fulfillment_id", "location_id", "inventory_item_id"), id_)
        whole = {**payload, **named, "order_edit": {"order_id": id_}}
        storable(Shopify().facts(topic=topic, payload=whole, at=AT))


@given(payload=JSON | OBJECTS, event=st.sampled_from(sorted(EVENTS)))
def test_any_json_is_facts_or_invalid_for_the_contract(payload: Any, event: str) -> None:
    with contextlib.suppress(Invalid):
        storable(Generic().facts(topic=event, payload=payload, at=AT))
    if isinstance(payload, dict):
        with contextlib.suppress(Invalid):
            storable(Generic().facts(topic=event, payload={**payload, "event": event, "order_id": "1"}, at=AT))


@pytest.mark.skipif("orders/create" not in documented(), reason="Shopify's documented payloads are not beside the project")
@given(data=st.data(), value=JSON)
def test_any_value_in_a_real_order_is_survived(data: st.DataObject, value: Any) -> None:
    _, body = documented()["orders/create"]
    path = data.draw(st.sampled_from([path for path in paths(body) if path != ("id",)]))
    storable(Shopify().facts(topic="orders/create", payload=put(body, path, value), at=AT))


@given(body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value, default=str).encode()), header=st.text(max_size=40))
def test_an_envelope_is_found_for_any_bytes(body: bytes, header: str) -> None:
    for name in (
        "x-shopify-topic",
        "x-shopify-webhook-id",
        "x-shopify-triggered-at",
        "x-shopify-hmac-sha256",
        "webhook-id",
        "webhook-timestamp",
    ):
        for platform in (Shopify(), Generic()):
            headers = {"x-shopify-topic": "orders/create", name: header}
            envelope = platform.envelope(headers=headers, body=body)
            assert envelope.dedupe_key
            assert envelope.resource
            assert not platform.is_genuine(headers=headers, body=body, secrets=["whsec_" + "A" * 32, "x"], now=AT)
