"""Block and allow lists of a policy: who and what they hit. Allowed beats blocked, and the entry that gives way is named."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from returns.eligibility.given import Asked, LineAsked
from returns.policy import Listed, Settings


@dataclass(frozen=True, slots=True)
class Hits:
    blocked: tuple[Listed, ...]
    allowed: tuple[Listed, ...]


def hits(asked: Asked, line: LineAsked, settings: Settings) -> Hits:
    found = [entry for entry in settings.lists if _fits(entry, asked, line)]
    return Hits(tuple(e for e in found if e.kind == "block"), tuple(e for e in found if e.kind == "allow"))


def named(entry: Listed) -> str:
    return entry.name or f"{entry.what.replace('_', ' ')} {entry.match}"


def _fits(entry: Listed, asked: Asked, line: LineAsked) -> bool:
    match = entry.match.casefold()
    if entry.what == "discount_percent":
        try:
            return line.discount_percent is not None and line.discount_percent >= Decimal(entry.match)
        except InvalidOperation:
            return False
    values: dict[str, set[str]] = {
        "customer": {asked.customer.key, *asked.customer.tags},
        "product_type": {line.product_type},
        "product_tag": set(line.tags),
        "order_tag": set(asked.order_tags),
        "sku": {line.sku},
        "discount_code": set(asked.discount_codes),
    }
    return match in {value.casefold() for value in values[entry.what] if value}
