"""A shop on loopback whose orders can be read, and a store that has its key."""

from collections.abc import Iterator

import pytest

from ordersops.intake import door
from ordersops.stores.models import Store
from ordersops.stores.platforms import platforms
from tests.intake.shop import Shop, ShopInterface, open_shop, with_key


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    door._known.clear()
    with open_shop() as shop:
        monkeypatch.setattr(platforms()["generic"], "interface", ShopInterface(shop))
        yield shop


@pytest.fixture
def read_store(store: Store, shop: Shop) -> Store:
    return with_key(store, shop)
