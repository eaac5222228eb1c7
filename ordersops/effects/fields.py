"""The fields of a form, made from what a kind of effect takes, and what was typed read back. The kind's model judges it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from django.conf import settings
from django.utils.module_loading import import_string

from ordersops.effects.kinds import Kind
from ordersops.effects.kinds import arguments as a
from ordersops.orders.models import Line, Order

PREFIX = "a."
WORDS = {
    "add": "Tags to add, separated by commas", "remove": "Tags to take off, separated by commas", "refund": "Give back what was paid",
    "restock": "Put the items back in stock", "notify": "Let the store tell the customer", "shipping_amount": "Of it, for shipping",
    "url": "Tracking address", "delta": "Difference", "province": "Region", "address1": "Street", "address2": "Street, second line",
    "return": "Return (the store's id)", "fulfilment_order": "Fulfilment order (the store's id)", "location": "Location (the store's id)",
    "item": "Item (the store's id)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """`shape` is text, number, check, choice or long."""

    name: str
    label: str
    shape: str
    value: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)


def fields(kind: Kind, order: Order, values: Mapping[str, Any]) -> list[Field]:
    """One field for each argument; of lines one for each line of the order. `values` are arguments as stored."""
    return list(_fields(kind.arguments, order, values, PREFIX))


def typed(kind: Kind, order: Order, said: Mapping[str, str]) -> dict[str, Any]:
    """The arguments out of a form. Nothing is judged here."""
    return _typed(kind.arguments, order, said, PREFIX)


def starting(kind: Kind, order: Order) -> dict[str, Any]:
    """What a form begins with: the order as it is."""
    if kind.key == "refund.create":
        return {"currency": order.currency}
    if kind.key == "order.cancel":
        return {"refund": order.captured > order.refunded, "restock": True}
    if kind.key in {"order.note", "order.update_address"}:
        return kind.before(order, a.Nothing())
    if kind.key == "message.send":
        begun: dict[str, Any] = import_string(settings.LETTERS_BEGIN_WITH)(order)
        return begun
    return {}


def _fields(model: type[a.Arguments], order: Order, values: Mapping[str, Any], prefix: str) -> Any:
    for name, about in model.model_fields.items():
        key = about.alias or name
        value, of = values.get(key, None if about.is_required() else about.get_default()), about.annotation
        label = WORDS.get(key, key.replace("_", " ").capitalize())
        if isinstance(of, type) and issubclass(of, a.Arguments):
            yield from _fields(of, order, value if isinstance(value, dict) else {}, f"{prefix}{key}.")
        elif _is_lines(of):
            held = {one["external_id"]: one["quantity"] for one in value or [] if isinstance(one, dict)}
            for line in _lines(order):
                number = str(held.get(line.external_id, ""))
                yield Field(
                    f"{prefix}{key}.{line.external_id}", f"Of “{line.title or line.sku}” ({line.ordered} ordered)", "number", number
                )
        elif get_origin(of) is Literal:
            options = [(str(one), str(one).replace("_", " ").capitalize()) for one in get_args(of)]
            yield Field(prefix + key, label, "choice", str(value), options)
        elif of is bool:
            yield Field(prefix + key, label, "check", "1" if value else "")
        else:
            text = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
            yield Field(prefix + key, label, "long" if key in {"text", "message"} else "text", text)


def _typed(model: type[a.Arguments], order: Order, said: Mapping[str, str], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, about in model.model_fields.items():
        key = about.alias or name
        of, text = about.annotation, said.get(prefix + key, "").strip()
        if isinstance(of, type) and issubclass(of, a.Arguments):
            found[key] = _typed(of, order, said, f"{prefix}{key}.")
        elif _is_lines(of):
            asked = {line.external_id: said.get(f"{prefix}{key}.{line.external_id}", "").strip() for line in _lines(order)}
            found[key] = [{"external_id": line, "quantity": number} for line, number in asked.items() if number not in {"", "0"}]
        elif of is bool:
            found[key] = text == "1"
        elif get_origin(of) is list:
            found[key] = [one.strip() for one in text.split(",") if one.strip()]
        elif text or about.is_required():
            found[key] = text
    return found


def _is_lines(of: Any) -> bool:
    inner = get_args(of)
    return get_origin(of) is list and isinstance(inner[0], type) and issubclass(inner[0], a.Arguments)


def _lines(order: Order) -> list[Line]:
    return list(order.lines.all())
