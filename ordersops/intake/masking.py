"""Raw bodies as people see them: the shape and the codes in full, personal values behind dots."""

import json
import re
from decimal import Decimal
from typing import Any

from ordersops.intake.models import Delivery

DOTS = "•••"
DEEPEST = 40
LONGEST = 200_000  # characters of a page

# A key that contains one of these hides its value, and all values below it.
PERSONAL = re.compile(
    r"e_?mail|phone|mobile|fax|name|address|street|city|zip|postal|postcode|latitude|longitude|(^|_)ip($|_)|browser_ip|user_agent|card|bin($|_)"
    r"|last4|fingerprint|note|comment|message|company|birth|customer_locale|session|device|token|secret|signature|hmac|authorization|cookie|password"
    r"|account_number|iban|url"
    r"|(^|_)unit_cost|^cost$"  # a secret of the business, not of a person
)
# These say where in the world, or what, but not who.
OPEN = re.compile(
    r"country|province_code|region_code|company_name_present|(^|_)(sku|title|variant_title|app_name|source_name|gateway|carrier_name)$"
)
_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+")


def masked(value: Any, *, hide: bool = False, depth: int = 0) -> Any:
    """The value with everything personal behind dots; of text its first character stays."""
    if depth > DEEPEST:
        return DOTS
    if isinstance(value, dict):
        return {_EMAIL.sub(DOTS, str(key)): masked(below, hide=_hides(str(key), hide), depth=depth + 1) for key, below in value.items()}
    if isinstance(value, list):
        return [masked(below, hide=hide, depth=depth + 1) for below in value]
    if isinstance(value, str):
        return (value[:1] + DOTS if value else "") if hide else _EMAIL.sub(lambda found: found[0][:1] + DOTS, value)
    if hide and value is not None and not isinstance(value, bool):
        return DOTS
    return str(value) if isinstance(value, Decimal) else value


def _hides(key: str, above: bool) -> bool:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).replace("-", "_").lower()
    return False if OPEN.search(plain) else above or bool(PERSONAL.search(plain))


def readable(delivery: Delivery) -> tuple[str, str]:
    """The masked body as indented JSON, and a sentence when it cannot be shown."""
    if delivery.body is None:
        return "", ""
    try:
        raw = delivery.raw or b""
    except ValueError as error:
        return "", str(error)
    try:
        body = masked(json.loads(raw, parse_float=Decimal))
        text = json.dumps(body, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError, ArithmeticError):
        return "", f"The body is not JSON: {len(raw):,} bytes. It is not shown, because nothing in it can be told apart as personal."
    return (text if len(text) <= LONGEST else text[:LONGEST] + "\n…"), ""


def safe_headers(delivery: Delivery) -> dict[str, str]:
    """Headers with signatures and the like behind dots."""
    return {str(name): str(masked(value, hide=_hides(str(name), False))) for name, value in sorted(delivery.headers.items())}
