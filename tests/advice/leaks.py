"""An independent look at a text that leaves: which personal values can still be read in it?

It shares no code with masking.py. Strict on purpose: a value counts as leaked when it occurs anywhere, also within a word, in any case,
in compatibility forms; and a number of seven digits or more when its digits follow one another, whatever letters stand between them.

Exempt, and why:
- values of one letter or digit, and of two that are not both letters;
- two letters within a word ("Li" stands in half of all words), or where they are a small word of English, written small. In scripts that are
  written without spaces two signs count wherever they stand;
- what the caller passes as `ours`: sentences that we wrote (labels, prompts, entries of our own lists), which hold a name by chance.
The customer's free text is no value of this kind: it leaves as text, without the values.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from ordersops.advice.facts import Evidence

TOKEN = re.compile(r"<[A-Z]+_[0-9]+[A-Z]?>|<[A-Z]+>")
FREE_TEXT = {"note"}
OUR_ENTRIES = {"outcome", "label", "reason", "why", "risk", "shares", "shared", "currency", "total", "amount", "placed_at"}


def secrets(evidence: Evidence) -> list[str]:
    """Every known personal value of a snapshot, digests and ids among them."""
    found = [str(fact.value) for fact in evidence if fact.personal and fact.state == "present" and fact.key not in FREE_TEXT]
    found += [str(row["id"]) for row in evidence["linked_orders"] or () if "id" in row]
    return found + ([str(evidence["order"])] if evidence["order"] else [])


def texts(value: Any) -> Iterator[str]:
    """Every text of what leaves, except the entries that hold our own words."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, below in value.items():
            if key not in OUR_ENTRIES:
                yield from texts(below)
    elif isinstance(value, list):
        for below in value:
            yield from texts(below)


SMALL_WORDS = frozenset(
    """
    ad ai al am an as at au be by da de di do du el em en er es et eu go he hi id if il im in ip is it je la le lo ma me mi my ne no nu of oh ok om
    on or os ou pc pm po se si so su te to tu tv uk um un up us va we wo ya yo zu AM EU ID IP OK OS PC PM PO TV UK US
    """.split()  # noqa: SIM905
)


def _unspaced(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith(("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ", "THAI ", "LAO ", "KHMER ", "MYANMAR "))


def _as_a_word(pair: str, text: str) -> bool:
    for found in re.finditer(re.escape(pair), text, re.IGNORECASE):
        beside = text[found.start() - 1 : found.start()] + text[found.end() : found.end() + 1]
        if found[0] not in SMALL_WORDS and not any(sign.isalnum() and not _unspaced(sign) for sign in beside):
            return True
    return False


def leaks(values: Iterable[str], text: str, *, ours: Iterable[str] = ()) -> list[str]:
    """The values that can be read in the text."""
    for sentence in sorted(ours, key=len, reverse=True):
        text = text.replace(sentence, "\0")
    pieces = TOKEN.split(text)
    plain = [unicodedata.normalize("NFKC", piece).casefold() for piece in pieces]
    digits = [re.sub(r"[^0-9]", "", piece) for piece in plain]
    found = []
    for value in values:
        wanted = unicodedata.normalize("NFKC", value).casefold().strip()
        signs = list(filter(str.isalnum, wanted))
        if len(signs) < 2:
            continue
        if len(signs) == 2 and not any(map(_unspaced, signs)):
            if all(map(str.isalpha, signs)) and any(_as_a_word(wanted, unicodedata.normalize("NFKC", piece)) for piece in pieces):
                found.append(value)
            continue
        number = re.sub(r"[^0-9]", "", wanted)
        only_number = len(number) >= 7 and not any(map(str.isalpha, wanted))
        if any(wanted in piece for piece in plain) or (only_number and any(number in piece for piece in digits)):
            found.append(value)
    return found
