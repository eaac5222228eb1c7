"""Keys that link orders: 64-bit digests of normalised values, so that linking needs no plain value and one index each.

blake2b with 8 bytes; with ten million values the chance of one false link is about three in a million (birthday bound).
"""

import hashlib
import re
import unicodedata
from typing import Any

_NOT_WORD = re.compile(r"[\W_]+")
_STREET = {
    "street": "st", "str": "st", "strasse": "st", "straße": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln",
    "boulevard": "blvd", "court": "ct", "place": "pl", "apartment": "apt", "unit": "apt", "suite": "apt", "ste": "apt", "north": "n",
    "south": "s", "east": "e", "west": "w",
}  # fmt: skip
_DOTLESS = {"gmail.com", "googlemail.com"}


def digest(kind: str, value: str) -> int | None:
    """The key of a normalised value as a signed 64-bit number; None for nothing."""
    if not value:
        return None
    return int.from_bytes(hashlib.blake2b(f"{kind}\0{value}".encode(), digest_size=8).digest(), signed=True)


def fold(text: str) -> str:
    """Case, accents and punctuation away; words parted by one space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _NOT_WORD.sub(" ", "".join(mark for mark in decomposed if not unicodedata.combining(mark))).strip()


def normal_email(email: str) -> str:
    """Lower case, without +tag; without dots where the provider ignores them."""
    local, at, domain = email.strip().casefold().rpartition("@")
    if not at:
        return ""
    local = local.split("+", 1)[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if local else ""


def email_key(email: str) -> int | None:
    """The key of an address, however it was typed; None for what is none."""
    return digest("email", normal_email(email))


def normal_phone(phone: str) -> str:
    """The last nine digits, which survive every way of writing a country and trunk prefix. Fewer than seven digits are no number."""
    digits = re.sub(r"\D", "", phone)
    return digits[-9:] if len(digits) >= 7 else ""


def normal_address(address: dict[str, Any]) -> str:
    """Street, city, postcode and country, folded and with common street words shortened; names are left out."""
    street = " ".join(_STREET.get(word, word) for word in fold(f"{address.get('address1', '')} {address.get('address2', '')}").split())
    post = fold(str(address.get("postal_code", ""))).replace(" ", "")
    if not street or not (post or address.get("city")):
        return ""
    return "|".join([street, post or fold(str(address.get("city", ""))), str(address.get("country", "")).upper()])


def order_keys(
    *, email: str, phone: str, address: dict[str, Any], client: dict[str, Any], cards: list[dict[str, Any]]
) -> dict[str, int | None]:
    """All keys of an order. The card is the last one tried that has a fingerprint (or BIN with last four and name)."""
    card: dict[str, Any] = next(
        (card for card in reversed(cards) if card.get("fingerprint") or (card.get("bin") and card.get("last4"))), {}
    )
    number = card.get("fingerprint") or (f"{card['bin']}{card['last4']}{fold(card.get('name', ''))}" if card else "")
    device = client.get("device_id") or client.get("session_id") or ""
    return {
        "email_key": digest("email", normal_email(email)),
        "phone_key": digest("phone", normal_phone(phone)),
        "ip_key": digest("ip", str(client.get("ip", "")).strip()),
        "card_key": digest("card", number),
        "bin_key": digest("bin", card.get("bin", "")),
        "ship_key": digest("ship", normal_address(address)),
        "device_key": digest("device", device),
    }
