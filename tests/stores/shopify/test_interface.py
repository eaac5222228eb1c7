"""Reading a store: windows to their end, orders with all their parts, and the webhooks that it has."""

from datetime import UTC, datetime, timedelta

import pytest

from ordersops.errors import Upstream
from ordersops.intake import polling
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED, Document
from ordersops.stores.platforms.shopify import Shopify, interface
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
    assert pages == 3, "the last one is that of the disputes"
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


def disputed(server: Server, **changes: object) -> None:
    """An order that changed in March, of which a charge was disputed in May."""
    row = as_api(1, disputes=[{"id": gid("OrderDisputeSummary", 4), "initiatedAs": "CHARGEBACK", "status": "NEEDS_RESPONSE"}])
    server.shop.order_rows[row["id"]] = row
    server.shop.disputes_rows = [
        {
            "id": gid("ShopifyPaymentsDispute", 4), "type": "CHARGEBACK", "status": "UNDER_REVIEW", "initiatedAt": "2026-05-05T08:00:00Z",
            "amount": {"amount": "69.00", "currencyCode": "USD"}, "evidenceDueBy": "2026-05-20T00:00:00Z",
            "reasonDetails": {"reason": "FRAUDULENT"}, "order": row,
        } | changes
    ]  # fmt: skip


def whole_window(store: Store, since: datetime, until: datetime) -> list[Document]:
    found, cursor = [], ""
    for _ in range(20):
        page = SHOP.changed(store, since=since, until=until, cursor=cursor)
        found += page.documents
        if not (cursor := page.cursor):
            break
    return found


def test_a_dispute_is_found_though_its_order_did_not_change(server: Server, shop_store: Store) -> None:
    disputed(server)
    (document,) = whole_window(shop_store, datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC))
    assert document.changed_at == datetime(2026, 5, 5, 8, tzinfo=UTC)
    (found,) = Shopify().facts(topic=POLLED, payload=document.payload, at=document.changed_at).disputes
    assert (found.external_id, found.kind, found.reason, found.status) == ("4", "chargeback", "fraudulent", "under_review")
    assert (str(found.amount), found.currency, found.opened_at) == ("69.00", "USD", datetime(2026, 5, 5, 8, tzinfo=UTC))
    assert found.at is not None
    assert found.at > datetime(2026, 6, 1, tzinfo=UTC), "what is read counts from now"


def test_without_leave_to_read_disputes_the_comparison_goes_on(server: Server, shop_store: Store) -> None:
    disputed(server)
    server.shop.may_read_disputes = False
    assert whole_window(shop_store, datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC)) == []
    (document,) = whole_window(shop_store, SINCE, SINCE + timedelta(days=30))
    (found,) = Shopify().facts(topic=POLLED, payload=document.payload, at=document.changed_at).disputes
    assert (found.status, "amount" in found.model_fields_set) == ("needs_response", False)


def test_a_slow_store_gives_short_pages_and_none_outlasts_the_lease(
    server: Server, shop_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        row = as_api(number, updatedAt=stamp(number), fulfillment_rows=[], refund_rows=[])
        server.shop.order_rows[row["id"]] = row
    monkeypatch.setattr(interface, "BUDGET", 0.0)
    page = SHOP.changed(shop_store, since=SINCE, until=SINCE + timedelta(days=1))
    assert [document.external_id for document in page.documents] == ["0"]
    found = whole_window(shop_store, SINCE, SINCE + timedelta(days=1))
    assert [document.external_id for document in found] == ["0", "1", "2", "3"]
    assert timedelta(seconds=interface.WHOLE + interface.BUDGET) < polling.LEASE


def test_a_store_that_is_too_slow_for_one_order_is_put_back(server: Server, shop_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    server.shop.order_rows[gid("Order", 1)] = as_api(1, updatedAt=stamp(1))
    monkeypatch.setattr(interface, "WHOLE", 0.0)
    with pytest.raises(Upstream) as caught:
        SHOP.changed(shop_store, since=SINCE, until=SINCE + timedelta(days=1))
    assert not caught.value.permanent


def test_a_page_that_asks_a_store_answers_in_time(server: Server, shop_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interface, "ASKED", 0.0)
    for ask in (SHOP.subscriptions, SHOP.subscribe):
        with pytest.raises(Upstream) as caught:
            ask(shop_store, address=HOOK)
        assert not caught.value.permanent
