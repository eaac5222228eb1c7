"""What a customer can be asked to confirm by a link (fraud.md 5.4, V1 to V3): a table. Never the full card.

What they type is compared with the order at that moment, in constant time, and forgotten.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.crypto import constant_time_compare

from ordersops.orders.models import Order

YES, NO = "yes", "no"
LONGEST = 20  # of anything that is typed
_HOUSE = re.compile(r"(\d{1,6})(?:[\s/-]?([a-z])(?![a-z]))?")


@dataclass(frozen=True, slots=True)
class Box:
    """One thing to type. `pattern` is what it must look like, whether it is right or not; `wrong` says so."""

    name: str
    label: str
    wrong: str
    pattern: str
    longest: int = LONGEST
    inputmode: str = "text"
    autocomplete: str = "off"

    def read(self, said: str) -> str | None:
        """What was typed, brought into one form; None where it cannot be what is asked for."""
        text = plain(said) if len(said) <= 2 * LONGEST else ""
        return text if re.fullmatch(self.pattern, text) else None


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing to confirm. `fits` gets what was typed into its boxes, read."""

    key: str
    code: str
    label: str
    asks: str
    boxes: tuple[Box, ...]
    possible: Callable[[Order], bool]
    fits: Callable[[Order, Mapping[str, str]], bool]


def plain(text: str) -> str:
    """Small letters and digits alone: "SW1A 1AA" and "sw1a1aa" are one."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def possible(order: Order) -> list[Kind]:
    """What this order holds enough for."""
    return [kind for kind in KINDS.values() if kind.possible(order)]


def boxes(kinds: Iterable[str]) -> list[Box]:
    """All that has to be typed for these kinds."""
    return [box for key, kind in KINDS.items() if key in kinds for box in kind.boxes]


def fitting(order: Order, kinds: Iterable[str], typed: Mapping[str, str]) -> dict[str, bool]:
    """Of each kind with something to type whether that is what the order holds now. Each is compared whatever the others say."""
    return {key: kind.fits(order, typed) for key, kind in KINDS.items() if key in kinds and kind.boxes}


# --- The delivery address -------------------------------------------------------------------------------------------
def _postcode(address: Mapping[str, object]) -> str:
    """As it is compared: of the United States the five digits, as few know the other four."""
    found = plain(str(address.get("postal_code") or ""))
    return found[:5] if str(address.get("country") or "").upper() == "US" else found


def _houses(address: Mapping[str, object]) -> list[str]:
    """The numbers in the street, with and without a letter behind them."""
    street = f"{address.get('address1') or ''} {address.get('address2') or ''}"
    found = _HOUSE.findall(unicodedata.normalize("NFKC", street).casefold())
    return sorted({number for number, _ in found} | {number + letter for number, letter in found})


def _has_address(order: Order) -> bool:
    return bool(_postcode(order.shipping_address) and _houses(order.shipping_address))


def _address_fits(order: Order, typed: Mapping[str, str]) -> bool:
    return _same_postcode(order.shipping_address, typed["postcode"]) & _one_of(_houses(order.shipping_address), typed["house"])


# --- The card -------------------------------------------------------------------------------------------------------
def _ends(order: Order) -> list[str]:
    """Last four digits of the cards it was paid with, else of those tried. A wallet's card has other digits than the one in the hand."""
    tried = [one for one in order.transactions.all() if one.kind in {"authorization", "sale"} and not one.card.get("wallet")]
    paid = [one for one in tried if one.status == "success"]
    found = {str(one.card.get("last4") or "") for one in paid or tried}
    return sorted(end for end in found if re.fullmatch(r"[0-9]{4}", end))


def _has_card(order: Order) -> bool:
    return bool(_postcode(order.billing_address) and _ends(order))


def _card_fits(order: Order, typed: Mapping[str, str]) -> bool:
    return _same_postcode(order.billing_address, typed["billing_postcode"]) & _one_of(_ends(order), typed["last4"])


def _same_postcode(address: Mapping[str, object], typed: str) -> bool:
    held = _postcode(address)
    short = typed[:5] if str(address.get("country") or "").upper() == "US" else typed
    return constant_time_compare(held, short) & bool(held)


def _one_of(held: Sequence[str], typed: str) -> bool:
    """Compared with each, so that the time does not tell which one it was."""
    same = [constant_time_compare(one, typed) for one in held]
    return any(same)


KINDS: dict[str, Kind] = {
    one.key: one
    for one in (
        Kind(
            "order", "V1", "Whether they placed it", "Did you place this order?", (), lambda order: True, lambda order, typed: True
        ),
        Kind(
            "address", "V2", "Delivery address", "Where should it go?",
            (
                Box("postcode", "Postcode of the delivery address", "Type the postcode.", r"\w{2,12}", autocomplete="shipping postal-code"),
                Box("house", "House number of the delivery address", "Type the house number, such as 12 or 12a.", r"\d{1,6}[a-z]?", 8),
            ),
            _has_address, _address_fits,
        ),
        Kind(
            "card", "V3", "Last four digits of the card, and billing postcode", "Which card did you pay with?",
            (
                Box("last4", "Last four digits of the card", "Type the last four digits alone.", r"[0-9]{4}", 4, "numeric"),
                Box("billing_postcode", "Postcode of the billing address", "Type the postcode.", r"\w{2,12}", autocomplete="billing postal-code"),
            ),
            _has_card, _card_fits,
        ),
    )
}  # fmt: skip
ALWAYS = "order"  # whoever did not place it can say so on every link
