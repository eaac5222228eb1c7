"""Every document that is sent is valid in Shopify's own schema, in the version that is asked for."""

import pytest
from graphql import parse, validate

from ordersops.stores.platforms.shopify import documents
from tests.stores.shopify.official import coerced, mistakes, needs_schema, schema

pytestmark = needs_schema
# Mutations that Shopify refuses without a key since 2026-04 (webhooks.md 6.2.17)
KEYED = {"refund_create", "stock_adjust"}


@pytest.mark.parametrize("name", documents.NAMES)
def test_a_document_is_valid(name: str) -> None:
    assert mistakes(name) == []


def test_the_schema_would_catch_a_mistake() -> None:
    good = documents.document("order")
    assert validate(schema(), parse(good.replace("cancelledAt", "canceledAt", 1)))
    assert validate(schema(), parse(documents.document("orders_changed").replace("UPDATED_AT", "CHANGED_AT")))


@pytest.mark.parametrize("name", [name for name in documents.NAMES if documents.document(name).startswith("mutation")])
def test_a_write_asks_for_what_went_wrong_and_carries_a_key_where_one_is_known(name: str) -> None:
    text = documents.document(name)
    assert "serErrors {" in text
    assert ("@idempotent(key: $key)" in text) is (name in KEYED)


@pytest.mark.parametrize(
    ("name", "variables", "good"),
    [
        ("order_cancel", {"id": "gid://shopify/Order/1", "reason": "FRAUD", "restock": True}, True),
        ("order_cancel", {"id": "gid://shopify/Order/1", "reason": "fraud", "restock": True}, False),
        ("order_cancel", {"id": "gid://shopify/Order/1", "reason": "FRAUD"}, False),
        ("hold", {"id": "1", "hold": {"reason": "OTHER", "handle": "h"}}, True),
        ("hold", {"id": "1", "hold": {"reason": "OTHER", "handel": "h"}}, False),
        ("tags_add", {"id": "1", "tags": ["a"]}, True),
        ("tags_add", {"id": "1", "tags": None}, False),
    ],
)
def test_variables_are_judged_as_shopify_does(name: str, variables: dict[str, object], good: bool) -> None:
    assert (coerced(name, variables) == []) is good
