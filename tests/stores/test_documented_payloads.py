"""Every payload that Shopify documents becomes facts, whatever in it is null, absent or of another kind."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ordersops.errors import Invalid
from ordersops.stores.facts import OrderFacts
from ordersops.stores.platforms.shopify import Shopify
from ordersops.stores.platforms.shopify.topics import PERSONAL
from tests.stores.documents import ABSENT, documented, paths, put

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOPIFY = Shopify()
IDS = {"id", "order_id", "fulfillment_id", "admin_graphql_api_order_id"}
NAMED = sorted(name for name, (topic, _) in documented().items() if SHOPIFY.wants(topic))
pytestmark = pytest.mark.skipif(not NAMED, reason=ABSENT)
OF_ORDERS = [name for name in NAMED if documented()[name][0] not in PERSONAL]  # or of customers


def facts(topic: str, body: Any) -> OrderFacts:
    return SHOPIFY.facts(topic=topic, payload=body, at=AT)


def essential(topic: str, path: tuple[Any, ...]) -> bool:
    return (len(path) == 1 and path[0] in IDS) or path in {("order_edit",), ("order_edit", "order_id")}


def test_only_topics_that_change_no_fact_are_ignored() -> None:
    assert {topic for topic, _ in documented().values()} - {documented()[name][0] for name in NAMED} == {
        "orders/shopify_protect_eligibility_changed",
        "fulfillment_events/delete",
        "customers/delete",
        "customers/merge",
        "customers/purchasing_summary",
    }


@pytest.mark.parametrize("name", sorted(name for name in NAMED if documented()[name][0] in PERSONAL))
def test_a_documented_request_about_personal_data_names_whom_it_is_about(name: str) -> None:
    topic, body = documented()[name]
    found = facts(topic, body).personal
    assert found is not None
    assert (found.customer_id, found.orders) == ("191167", ("299938", "280263", "220458"))


@pytest.mark.parametrize("name", OF_ORDERS)
def test_a_documented_payload_becomes_facts(name: str) -> None:
    topic, body = documented()[name]
    if body.get("order_id", body) is None:
        # The documentation's own example names no order; there is nothing to apply it to.
        with pytest.raises(Invalid, match="names no order"):
            facts(topic, body)
        body = {**body, "order_id": 820982911946154508}
    found = facts(topic, body)
    subject = "customer" if topic.startswith("customers/") else "order"
    envelope = SHOPIFY.envelope(headers={"x-shopify-topic": topic}, body=json.dumps(body, default=str).encode())
    key = found.customer.external_id if subject == "customer" and found.customer else found.order
    assert key
    assert envelope.resource == f"{subject}:{key}"


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("value", [None, "", "?", -1, Decimal("1E+999"), [], {}, [None], "\ud800\x00"], ids=repr)
def test_only_the_id_is_essential(name: str, value: Any) -> None:
    topic, body = documented()[name]
    body = body | ({"order_id": 1} if body.get("order_id", body) is None else {})
    for path in paths(body):
        changed = put(body, path, value)
        if essential(topic, path):
            try:
                facts(topic, changed)
            except Invalid as refusal:
                assert any(word in refusal.message for word in IDS)  # noqa: PT017
            continue
        facts(topic, changed).model_dump_json()


@pytest.mark.parametrize("name", OF_ORDERS)
def test_absent_fields_are_no_failure(name: str) -> None:
    topic, body = documented()[name]
    kept = {key: value for key, value in body.items() if key in IDS | {"order_edit"} and value is not None} or {"order_id": 5}
    kept |= {"order_id": 5} if kept.get("order_id", body.get("order_id", 5)) is None else {}
    facts(topic, kept)
    with pytest.raises(Invalid, match="is empty"):
        facts(topic, {})
