"""What a person should know about an order on capture: things missing, impossible or in doubt (ING-07).

An issue never stops an order. It is a whole sentence, and the same facts give the same sentences.
"""

from decimal import Decimal

from ordersops.stores.facts import AddressFacts, LineFacts

ROUNDING = Decimal("0.01")


def unreachable(email: str, phone: str) -> list[str]:
    return [] if email or phone else ["The customer cannot be reached: no e-mail address and no telephone number."]


def lines(found: tuple[LineFacts, ...]) -> list[str]:
    if not found:
        return ["The order has no lines."]
    return [f"The line {line.sku or line.title or line.external_id} has a quantity of zero." for line in found if not line.quantity]


def destination(address: AddressFacts | None, found: tuple[LineFacts, ...]) -> list[str]:
    """An address is needed once something has to be shipped."""
    if not any(line.requires_shipping for line in found):
        return []
    if address is None:
        return ["There is something to ship, and no shipping address."]
    needed = {"country": address.country, "street": address.address1, "town or postal code": address.city or address.postal_code}
    return [f"The shipping address has no {name}." for name, value in needed.items() if not value]


def arithmetic(
    *, goods: Decimal | None, discount: Decimal | None, shipping: Decimal | None, tax: Decimal | None, total: Decimal | None
) -> list[str]:
    """Goods - discount + shipping + tax against the total, where goods and total are known. `tax` is 0 where prices include it."""
    if goods is None or total is None:
        return []
    made = goods - (discount or 0) + (shipping or 0) + (tax or 0)
    return [] if abs(made - total) <= ROUNDING else [f"The amounts do not add up: the parts make {made:.2f}, the total says {total:.2f}."]


def unknown_word(axis: str, stated: str) -> str:
    return f"The store's {axis} status “{stated[:60]}” is not one we know; nothing was concluded from it."


def not_a_time(field: str, stated: str) -> str:
    return f"The time in “{field}” was left out: “{stated[:40]}” is not a time with a zone, such as 2026-03-01T12:00:00Z."
