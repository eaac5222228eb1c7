"""Reading values that somebody else wrote: each function is total, and gives None or "" where nothing usable stands.

JSON is parsed with `parse_float=Decimal`, so money is exact; integers of any size stay exact as text.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

MOST_UNITS = 1_000_000
_CENT = Decimal("0.01")
_FINE = Decimal("0.0001")
_DIGITS = 11  # before the point: one less than a money column holds, for rounding up


def text(value: Any) -> str:
    """A word, name or id as text that a database can store: no NUL, no half of a surrogate pair, trimmed."""
    if isinstance(value, str):
        clean = value if value.isascii() else value.encode("utf-8", "replace").decode()
        return clean.replace("\x00", "").strip()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**40 else ""
    number = Decimal(str(value))
    return str(value) if number.is_finite() and abs(number.adjusted()) < 40 else ""


def word(value: Any) -> str:
    """A state or kind in lower case, as the vendors write it in either."""
    return text(value).lower()


def shown(value: Any, limit: int = 60) -> str:
    """A value as it is quoted in a message to a person."""
    quoted = text(value) if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool) else f"a {type(value).__name__}"
    return quoted if len(quoted) <= limit else quoted[: limit - 1] + "…"


def number(value: Any) -> Decimal | None:
    """A finite number of a sensible size, from a number or its decimal text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        found = Decimal(value) if isinstance(value, int | Decimal) else Decimal(str(value).strip()[:60])
    except (InvalidOperation, ValueError):
        return None
    return found if found.is_finite() and -30 < found.adjusted() < _DIGITS else None


def money(value: Any) -> Decimal | None:
    """An amount to the cent."""
    found = number(value)
    return None if found is None else found.quantize(_CENT, ROUND_HALF_EVEN)


def cost(value: Any) -> Decimal | None:
    """What one unit costs, to the hundredth of a cent: screws are bought by the thousand. None below zero."""
    found = number(value)
    return None if found is None or found < 0 else found.quantize(_FINE, ROUND_HALF_EVEN)


def units(value: Any) -> int | None:
    """A quantity: whole, not negative, at most a million."""
    found = number(value)
    return int(found) if found is not None and found == found.to_integral_value() and 0 <= found <= MOST_UNITS else None


def moment(value: Any) -> datetime | None:
    """An ISO 8601 time with a zone, in UTC. A time without a zone could be any of 26 hours and is not taken."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip()[:40])
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def degrees(value: Any, most: int) -> float | None:
    """A latitude (`most` 90) or longitude (`most` 180)."""
    found = number(value)
    return float(found) if found is not None and abs(found) <= most else None


def yes(value: Any, *, otherwise: bool) -> bool:
    return value if isinstance(value, bool) else otherwise


def table(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> Iterator[dict[str, Any]]:
    """The JSON objects of an array."""
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())
