"""The stores under test that can be written to: each a server on loopback, and an order of it on which every act is possible."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from ordersops.effects.connectors import Connector
from ordersops.effects.connectors.shopify import ShopifyConnector
from ordersops.effects.connectors.woocommerce import WooCommerceConnector
from ordersops.stores.models import Store
from tests.effects.shopify import server as shopify
from tests.effects.shopify.orders import gid, held_twice
from tests.effects.woocommerce import server as woocommerce
from tests.stores.shopify.official import needs_schema
from tests.stores.woocommerce.documents import order as woocommerce_order


@dataclass
class Open:
    """A store whose server runs. `number` is its order; `writes()` counts what was asked beyond reading.

    `lose(True)`: what is asked is done, and no answer comes.
    """

    store: Store
    number: str
    writes: Callable[[], int]
    lose: Callable[[bool], None]
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Writer:
    connector: Connector
    open: Callable[[str], AbstractContextManager[Open]]  # by the kind of the effect that is coming

    def __str__(self) -> str:
        return self.connector.key


@contextmanager
def _shopify(kind: str) -> Iterator[Open]:
    with shopify.serving() as server:
        row = held_twice()
        hold = {"id": gid("FulfillmentHold", 1), "handle": "risk", "reason": "HIGH_RISK_OF_FRAUD", "heldByRequestingApp": False}
        row["work"][0]["fulfillmentHolds"] = [hold]
        server.shop.order_rows[row["id"]] = row
        lamp = {"id": gid("LineItem", 11), "title": "Lamp", "currentQuantity": 2}
        line = {"id": gid("ReturnLineItem", 61), "quantity": 2, "processableQuantity": 2, "processedQuantity": 0}
        lines = [line | {"__typename": "ReturnLineItem", "fulfillmentLineItem": {"id": gid("FulfillmentLineItem", 11), "lineItem": lamp}}]
        server.shop.returns[gid("Return", 3)] = {
            "id": gid("Return", 3), "status": "REQUESTED", "name": "#1-R1", "order": row, "decline": None, "lines": lines,
            "returnLineItems": shopify.connection(lines),
        }  # fmt: skip
        server.shop.stock[gid("InventoryItem", 8), gid("Location", 1)] = 7
        store = Store(name="Lamps", platform="shopify", api_url=server.address, api_key=shopify.TOKEN)

        def lose(lost: bool) -> None:
            server.answer_to_nobody = lost

        yield Open(store, "1", lambda: sum(b"mutation" in body for body in server.bodies), lose, (shopify.TOKEN,))


@contextmanager
def _woocommerce(kind: str) -> Iterator[Open]:
    with woocommerce.open_shop() as shop:
        status = "on-hold" if kind == "order.release" else "processing"
        tags = [{"key": "_ordersops_tags", "value": "Gift"}]
        shop.orders["727"] = woocommerce_order(currency="USD", status=status, meta_data=tags)
        store = Store(
            name="Wool", platform="woocommerce", api_url=shop.address, api_key=woocommerce.KEY, api_secret=woocommerce.SECRET
        )  # fmt: skip

        def lose(lost: bool) -> None:
            shop.loses_the_answer = lost

        yield Open(store, "727", lambda: len(shop.writes), lose, (woocommerce.KEY, woocommerce.SECRET))


WRITERS = [
    pytest.param(Writer(ShopifyConnector(), _shopify), marks=needs_schema, id="shopify"),
    pytest.param(Writer(WooCommerceConnector(), _woocommerce), id="woocommerce"),
]
