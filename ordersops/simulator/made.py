"""Orders that are made through a shop's interface, not at its checkout: the shop's own customer, no payment, ready to ship."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .catalogue import Product
from .director import Director
from .places import Address
from .world import FREE, ZERO, Order


def make(
    director: Director, like: Order, items: list[tuple[Product, int]], *, paid: Decimal, ship_to: Address, tags: list[str],
    note: str | None, parent: int = 0, meta: list[tuple[str, Any]] | None = None,
) -> Order:  # fmt: skip
    """For the customer of the order `like`. `paid` is what its lines cost; the rest of their price is taken off."""
    with director.at(like) as scene:
        worth = sum((product.price * quantity for product, quantity in items), ZERO)
        order = scene.draft(
            like.person, items, ship_to=ship_to, billing=like.billing, shipping=FREE, discount=worth - paid, note=note, tags=tags
        )
        order.ship_to, order.source, order.parent = ship_to, "api", parent
        order.meta = {name: (scene.numbering.key(), value) for name, value in meta or []}
        scene.place(order)
        if order.free:
            director.go_on(scene, scene.fulfil(order))
        return order
