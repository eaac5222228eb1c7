"""Telephone numbers: can such a number exist, and of which country is it."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=4096)
def read(phone: str, country: str) -> tuple[bool, str]:
    """Whether the number is possible when dialled from `country` (ISO code or ""), and its own country or ""."""
    try:
        number = phonenumbers.parse(phone[:40], country if len(country) == 2 else None)
    except phonenumbers.NumberParseException:
        return False, ""
    if not phonenumbers.is_possible_number(number):
        return False, ""
    return True, phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(number.country_code or 0) or ""
