from tests.effects.shopify.conftest import server, shop_store  # noqa: F401  the same shop serves both
