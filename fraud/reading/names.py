"""Names of people: alike or not, and whether one is only hammered into the keyboard."""

import re
from decimal import Decimal

from rapidfuzz.fuzz import partial_ratio, token_sort_ratio

from ordersops.orders.keys import fold

ALIKE = 70  # per cent; below it two spellings are two people. Ours: "Jon Smith" and "John R. Smith" are alike
_WALKS = ("qwert", "werty", "asdf", "sdfg", "dfgh", "zxcv", "xcvb", "yxcv", "poiu", "lkjh", "12345")
_NO_VOWEL = re.compile(r"\b[bcdfghjklmnpqrstvwxz]{5,}\b")
_RUN = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}")
_SAME = re.compile(r"(.)\1\1")


def likeness(left: str, right: str) -> Decimal | None:
    """How alike two names are in per cent, whatever the order of their words."""
    one, other = fold(left), fold(right)
    return Decimal(round(token_sort_ratio(one, other))) if one and other else None


def likeness_in(name: str, local: str) -> Decimal | None:
    """How well the best word of the name is found in an e-mail's local part, in per cent. Initials and other scripts cannot be told."""
    place = fold(local).replace(" ", "")
    words = [word for word in fold(name).split() if len(word) >= 3 and word.isascii()]
    if not words or len(place) < 3:
        return None
    return Decimal(round(max(partial_ratio(word, place) for word in words)))


def gibberish(name: str) -> bool | None:
    """Digits, a walk over the keyboard, a letter three times, single letters only, or words that nobody can say."""
    folded = fold(name)
    if not folded:
        return None
    if not folded.isascii():
        return False
    words = folded.split()
    if any(walk in folded for walk in _WALKS) or any(mark.isdigit() for mark in folded):
        return True
    if all(len(word) == 1 for word in words) or _SAME.search(folded):
        return True
    return bool(_NO_VOWEL.search(folded) or _RUN.search(folded))
