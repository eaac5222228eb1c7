"""Reading a store: windows to their end, orders with all their parts, and the webhooks that it has."""

from datetime import UTC, datetime, timedelta

from ordersops.stores.models import Store
from ordersops.stores.platforms.shopify.interface import PAGE, ShopifyInterface, enum, wanted_topics
from tests.effects.shopify.orders import as_api, gid
from tests.effects.shopify.server import Server, bag, connection, hook_row
from tests.stores.shopify.official import needs_schema

pytestmark = needs_schema
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
HOOK = "https://ops.example/hooks/1"
SHOP = ShopifyInterface()


def stamp(minutes: int) -> str:
    return (SINCE + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_window_is_paged_to_its_end_in_the_order_of_change(server: Server, shop_store: Store) -> None:
    for number in range(PAGE + 3):
        server.shop.order_rows[gid("Order", number)] = as_api(number, updatedAt=stamp(100 - number))
    server.shop.order_rows[gid("Order", 99)] = as_api(99, updatedAt=stamp(-1))
    found, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page = SHOP.changed(shop_store, since=SINCE, until=SINCE + timedelta(days=1), cursor=cursor)
        found += page.documents
        cursor, pages = page.cursor, pages + 1
    assert pages == 2
    assert [document.external_id for document in found] == [str(number) for number in reversed(range(PAGE + 3))]
    assert found[0].changed_at < found[-1].changed_at


def test_an_order_brings_all_its_lines_fulfilments_and_refunds(server: Server, shop_store: Store) -> None:
    lines = [
        {"id": gid("LineItem", n), "title": "L", "name": "L", "quantity": 1, "currentQuantity": 1, "requiresShipping": True}
        | {"isGiftCard": False, "sku": None, "originalUnitPriceSet": bag("1.00")}
        for n in range(170)
    ]
    row = as_api(lineItems=connection(lines))
    row["fulfillment_rows"][0]["fulfillmentLineItems"] = connection([{"quantity": 1, "lineItem": line} for line in lines])
    server.shop.order_rows[row["id"]] = row
    document = SHOP.order(shop_store, "1")
    assert document is not None
    assert [line["id"] for line in document.payload["order"]["lineItems"]["nodes"]] == [line["id"] for line in lines]
    (fulfilment,) = document.payload["fulfillments"]
    assert len(fulfilment["fulfillmentLineItems"]["nodes"]) == 170
    assert len(document.payload["refunds"]) == 1


def test_an_order_that_is_not_there_is_none(server: Server, shop_store: Store) -> None:
    assert SHOP.order(shop_store, "404") is None


def test_every_wanted_topic_is_compared(server: Server, shop_store: Store) -> None:
    server.shop.hooks = [
        hook_row(1, "ORDERS_CREATE", HOOK),
        hook_row(2, "ORDERS_UPDATED", HOOK, filter="total_price:>=100"),
        hook_row(3, "ORDERS_PAID", "https://other.example/x"),
        hook_row(4, "ORDERS_CANCELLED", HOOK, includeFields=["id"]),
        hook_row(5, "ORDERS_CANCELLED", HOOK + "/"),
        hook_row(6, "PRODUCTS_CREATE", HOOK),
    ]
    states = {found.topic: found.state for found in SHOP.subscriptions(shop_store, address=HOOK)}
    assert set(states) == set(wanted_topics())
    assert states["orders/create"] == "active"
    assert states["orders/updated"] == "disabled"
    assert states["orders/paid"] == "elsewhere"
    assert states["orders/cancelled"] == "active"
    assert states["refunds/create"] == "missing"


def test_subscribing_creates_and_repairs_and_leaves_what_others_have(server: Server, shop_store: Store) -> None:
    server.shop.hooks = [hook_row(2, "ORDERS_UPDATED", HOOK, filter="x:1"), hook_row(3, "ORDERS_PAID", "https://other.example/x")]
    assert {found.state for found in SHOP.subscribe(shop_store, address=HOOK)} == {"active"}
    assert [hook["uri"] for hook in server.shop.hooks if hook["topic"] == "ORDERS_PAID"] == ["https://other.example/x", HOOK]
    made = len(server.shop.hooks)
    assert {hook["topic"] for hook in server.shop.hooks} == {enum(topic) for topic in wanted_topics()}
    SHOP.subscribe(shop_store, address=HOOK)
    assert len(server.shop.hooks) == made
