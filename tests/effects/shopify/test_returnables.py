"""A return is approved only where the store counts what is asked for as returnable; what is returnable is said."""

from collections.abc import Callable
from typing import Any

import pytest

from ordersops.effects.models import Effect
from ordersops.errors import Invalid, Upstream
from tests.effects.shopify.orders import gid
from tests.effects.shopify.server import Row, Server, connection, page
from tests.effects.shopify.test_connector import LAMP, SHOP, effect, order
from tests.stores.shopify.official import needs_schema

__all__ = ["effect", "order"]  # fixtures
pytestmark = needs_schema
Make = Callable[..., Effect]


def returnable(server: Server, line: Row, quantity: int) -> None:
    """One more parcel of which units may come back."""
    part = {"quantity": quantity, "fulfillmentLineItem": {"id": gid("FulfillmentLineItem", 1), "lineItem": line}}
    number = 90 + len(server.shop.returnable)
    row = {"id": gid("ReturnableFulfillment", number), "fulfillment": {"id": gid("Fulfillment", number)}}
    server.shop.returnable.append(row | {"returnableFulfillmentLineItems": connection([part])})


def returned(server: Server, *lines: tuple[Row, int]) -> None:
    """What the customer asks to send back."""
    asked = [
        {"__typename": "ReturnLineItem", "id": gid("ReturnLineItem", 61 + place), "quantity": units, "processableQuantity": 0}
        | {"processedQuantity": 0, "fulfillmentLineItem": {"id": gid("FulfillmentLineItem", place), "lineItem": line}}
        for place, (line, units) in enumerate(lines)
    ]
    server.shop.returns[gid("Return", 3)]["returnLineItems"] = connection(asked)


def test_what_may_come_back_is_said_with_what_nobody_asked_for(effect: Make, server: Server) -> None:
    card = {"id": gid("LineItem", 12), "title": "Gift card", "currentQuantity": 1}
    returnable(server, card, 1)
    seen = SHOP.look(effect("return.approve"))
    assert seen.says == ("May come back by the store's books: 1 × Gift card, 2 × Lamp.",)
    assert seen.differs["asked for"] == ("", "2 × Lamp")
    SHOP.prepare(effect("return.approve"), seen)


@pytest.mark.parametrize(
    ("asked", "current", "listed", "says"),
    [
        (2, 1, 0, r"2 × Lamp, of which 1 may come back\. May come back by the store's books: 1 × Lamp\.$"),
        (1, 0, 0, r"1 × Lamp, of which 0 may come back\. May come back by the store's books: nothing\.$"),
        (3, 2, 1, r"3 × Lamp, of which 2 may come back"),
    ],
)
def test_what_was_refunded_or_taken_off_meanwhile_does_not_come_back(
    effect: Make, server: Server, asked: int, current: int, listed: int, says: str
) -> None:
    line = LAMP | {"currentQuantity": current}
    returned(server, (line, asked))
    if listed:
        returnable(server, line, listed)
    with pytest.raises(Invalid, match=says):
        SHOP.prepare(effect("return.approve"), SHOP.look(effect("return.approve")))


def test_one_line_in_two_parcels_counts_together(effect: Make, server: Server) -> None:
    line = LAMP | {"currentQuantity": 2}
    returned(server, (line, 1), (line, 2))
    with pytest.raises(Invalid, match="3 × Lamp, of which 2 may come back"):
        SHOP.prepare(effect("return.approve"), SHOP.look(effect("return.approve")))


def test_all_pages_are_read(effect: Make, server: Server) -> None:
    for _ in range(11):
        returnable(server, {"id": gid("LineItem", 12), "title": "Card", "currentQuantity": 20}, 1)
    assert "11 × Card" in SHOP.look(effect("return.approve")).says[0]
    assert page(server.shop.returnable, 10)["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize("kind", ["return.approve", "return.cancel", "return.decline", "return.process"])
def test_a_return_of_another_order_is_refused(effect: Make, server: Server, kind: str) -> None:
    other: dict[str, Any] = {"id": gid("Order", 2)}
    server.shop.returns[gid("Return", 3)]["order"] = other
    with pytest.raises(Upstream, match="is of another order") as refused:
        SHOP.look(effect(kind))
    assert refused.value.permanent
    assert server.writes == []
