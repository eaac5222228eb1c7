"""The stores under test that can be read: each a server on loopback with one order, and the same order as its webhook brings it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from ordersops.stores.models import Store
from ordersops.stores.platforms import Platform
from ordersops.stores.platforms.shopify import Shopify
from ordersops.stores.platforms.woocommerce import WooCommerce
from tests.effects.shopify import server as shopify
from tests.effects.shopify.orders import as_api, as_webhook
from tests.effects.woocommerce import server as woocommerce
from tests.stores.shopify.official import needs_schema
from tests.stores.woocommerce.documents import order as woocommerce_order


@dataclass(frozen=True)
class Reader:
    """`open(total)`: a store whose order has this total; `sent(total)`: that order as a webhook under `topic`."""

    adapter: Platform
    topic: str
    open: Callable[[str], AbstractContextManager[Store]]
    sent: Callable[[str], dict[str, Any]]

    def __str__(self) -> str:
        return self.adapter.key


@contextmanager
def _shopify(total: str) -> Iterator[Store]:
    with shopify.serving() as server:
        row = as_api(totalPriceSet=shopify.bag(total))
        server.shop.order_rows[row["id"]] = row
        yield Store(name="Lamps", platform="shopify", api_url=server.address, api_key=shopify.TOKEN)


@contextmanager
def _woocommerce(total: str) -> Iterator[Store]:
    with woocommerce.open_shop() as shop:
        shop.orders["727"] = _woocommerce_order(total)
        yield Store(name="Wool", platform="woocommerce", api_url=shop.address, api_key=woocommerce.KEY, api_secret=woocommerce.SECRET)


def _woocommerce_order(total: str) -> dict[str, Any]:
    return woocommerce_order(total=total, customer_id=25, refunds=[{"id": 9, "reason": "late", "total": "-1.00"}])


READERS = [
    pytest.param(
        Reader(Shopify(), "orders/updated", _shopify, lambda total: as_webhook() | {"total_price": total}), marks=needs_schema, id="shopify"
    ),
    pytest.param(Reader(WooCommerce(), "order.updated", _woocommerce, _woocommerce_order), id="woocommerce"),
]
