"""A replacement in WooCommerce: another order at no price under the one that it replaces, paid for, with our mark.

The shop lists the orders under an order without a search index, so that what was made is seen at once.
"""

from html import unescape
from typing import TYPE_CHECKING, Any

from ordersops.effects.connectors import Seen
from ordersops.errors import Invalid
from ordersops.stores.platforms.reading import number, rows, table, text, units
from ordersops.stores.platforms.woocommerce.parts import meta

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

Row = dict[str, Any]
MARK, REPLACES = "_ordersops_effect", "_ordersops_replaces"


def look(effect: "Effect", order: Row, more: Row) -> Seen:
    """Done where an order under this one carries our mark."""
    made: Row = next((row for row in more["under"] if meta(row, MARK) == str(effect.pk)), {})
    lines = {text(row.get("id")): row for row in rows(order.get("line_items"))}
    parts = effect.arguments["lines"]
    listed = ", ".join(f"{part['quantity']} × {_name(lines.get(part['external_id'], {})) or part['external_id']}" for part in parts)
    return Seen(bool(made), {"a new order at no price": ("", listed)}, {"id": text(made.get("id")), "order": order, "lines": lines})


def write(effect: "Effect", found: Row) -> tuple[str, str, Row]:
    order = found["order"]
    if order.get("status") in {"cancelled", "trash", "failed"}:
        raise Invalid(f"The order is “{order['status']}” in the shop, so there is nothing of it to replace.")
    billing = {name: value for name, value in table(order.get("billing")).items() if value}
    body: Row = {
        "parent_id": int(text(order.get("id"))), "currency": order.get("currency"), "customer_id": int(number(order.get("customer_id")) or 0),
        "billing": billing, "shipping": table(order.get("shipping")),
        "line_items": [_line(part, found["lines"]) for part in effect.arguments["lines"]],
        "meta_data": [{"key": MARK, "value": str(effect.pk)}, {"key": REPLACES, "value": text(order.get("number"))}],
        "set_paid": True,
    }  # fmt: skip
    return "POST", "", body


def _name(line: Row) -> str:
    return unescape(text(line.get("name")))


def _line(part: Row, lines: dict[str, Row]) -> Row:
    line = lines.get(part["external_id"])
    if line is None or part["quantity"] > (units(line.get("quantity")) or 0):
        raise Invalid(f"The shop's order has no {part['quantity']} units of line {part['external_id']}.")
    product, variation = int(number(line.get("product_id")) or 0), int(number(line.get("variation_id")) or 0)
    if not product:
        raise Invalid(f"“{_name(line)}” is no longer among the shop's products. Send it by hand.")
    return {"product_id": product, "variation_id": variation, "quantity": part["quantity"], "subtotal": "0.00", "total": "0.00"}
