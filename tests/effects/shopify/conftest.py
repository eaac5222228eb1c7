"""A shop on loopback, and the store that points at it."""

from collections.abc import Iterator

import pytest

from ordersops.stores.models import Store
from tests.effects.shopify.server import TOKEN, Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def shop_store(server: Server) -> Store:
    """Not saved: reading and writing a store need no database."""
    return Store(name="Lamps", platform="shopify", api_url=server.address, api_key=TOKEN)
