"""Personal values that nobody told us about, by their form: e-mail and web addresses, card, bank, telephone and IP numbers.

Patterns read folded text (spellings.py), so full-width and other digits are plain ones here. Too much is better than too little:
a long article number may be taken for a telephone.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address

Span = tuple[str, int, int]  # (kind, start, end)

_AT = r"(?:@|\s?[\[({]\s?at\s?[\])}]\s?)"
_DOT = r"(?:\.|\s?[\[({]\s?(?:dot|punkt)\s?[\])}]\s?)"
_EMAIL = re.compile(rf"[\w.%+'\-]{{1,64}}{_AT}[\w\-]{{1,63}}(?:{_DOT}[\w\-]{{1,63}}){{1,8}}")
_URL = re.compile(r"(?:\b[a-z][a-z0-9+.\-]{1,20}://|\bwww\.)[^\s\x00<>\"]{2,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[ \-]?[a-z0-9]){11,30}(?![a-z0-9])")
_IPV4 = re.compile(r"(?<![\w./])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9a-f]*:[0-9a-f]*:)[0-9a-f:]{3,39}(?:\.\d{1,3}){0,3}(?![\w:])")
_NUMBER = re.compile(r"(?<![\w.])[+(]{0,2}\d(?:[\s().\-/·•–]{0,3}\d){6,30}(?!\w)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[t ]\d\d)?|\d\d?[./]\d\d?[./]\d{4}")


def addresses(text: str) -> Iterator[Span]:
    """E-mail and web addresses, and ids of ours."""
    if "://" in text or "www." in text:
        for found in _URL.finditer(text):
            yield "URL", found.start(), found.end() - (len(found[0]) - len(found[0].rstrip(".,;:!?)]}'")))
    if "@" in text or "at" in text:
        for found in _EMAIL.finditer(text):
            yield "EMAIL", *found.span()
    if "-" in text:
        for found in _UUID.finditer(text):
            yield "ID", *found.span()


def numbers(text: str) -> Iterator[Span]:
    """Numbers that lead to a person, the surest first."""
    if not any(map(str.isdecimal, text)) and ":" not in text:
        return
    for found in _IBAN.finditer(text):
        if (size := _iban(found[0])) is not None:
            yield "IBAN", found.start(), found.start() + size
    for found in _IPV4.finditer(text):
        if all(int(octet) <= 255 for octet in found[0].split(".")):
            yield "IP", *found.span()
    for found in _IPV6.finditer(text):
        if _is_ip(found[0]):
            yield "IP", *found.span()
    for found in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if not _DATE.match(found[0]):
            kind = "CARD" if 13 <= len(digits) <= 19 and luhn(digits) else "PHONE" if len(digits) <= 15 else "DIGITS"
            yield kind, *found.span()


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _iban(text: str) -> int | None:
    """How much of the text is an account number (ISO 13616: mod 97 leaves 1); words may follow it."""
    for end in range(len(text), 14, -1):
        plain = re.sub(r"[ \-]", "", text[:end])
        if (
            15 <= len(plain) <= 34
            and text[end - 1].isalnum()
            and int("".join(str(int(mark, 36)) for mark in plain[4:] + plain[:4])) % 97 == 1
        ):
            return end
    return None


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
