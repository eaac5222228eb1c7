"""What others typed, without the characters that nobody sees: for a model that reads it and for a person who reviews it.

Invisible characters carry hidden orders to a model (Unicode tags spell ASCII that no screen shows), bidi controls show a
person other words than those that are stored, and a pile of combining marks covers the lines around it.

Composed to NFC, not NFKC: NFKC would change what the customer said (5² would read 52, ½ would read 1⁄2), and this text is
quoted and shown. Where values are compared, masking.py and verify.py fold further on their own.
"""

import unicodedata
from typing import Any

MOST = 2000
MARKS_IN_A_ROW = 4  # after composition; Hebrew, Thai and Vietnamese need three at most
# Beyond control, format, private and surrogate characters: what Unicode calls default-ignorable although it is a letter or a mark,
# noncharacters, and the braille pattern that is blank.
_UNSEEN = frozenset({
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0,
    *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xFDD0, 0xFDF0),
})  # fmt: skip
_BLANK = frozenset({0x2800})
_PLANE_OF_TAGS = range(0xE0000, 0xE1000)  # tags and variation selectors, assigned or not
_KEPT = 4096  # verdicts remembered; a text of rare characters must not fill the memory


class _Verdicts(dict[int, Any]):
    """Per code point what `str.translate` makes of it: itself, a space, a new line or nothing."""

    def __missing__(self, point: int) -> int | str | None:
        verdict = _verdict(point)
        if len(self) < _KEPT:
            self[point] = verdict
        return verdict


def _verdict(point: int) -> int | str | None:
    if point == 0x0A:
        return point
    if point in _UNSEEN or point in _PLANE_OF_TAGS or point & 0xFFFE == 0xFFFE:
        return None
    category = unicodedata.category(chr(point))
    if point == 0x09 or point in _BLANK or category == "Zs":
        return " "
    if category in {"Zl", "Zp"} or point in {0x0D, 0x85}:
        return "\n"
    return None if category in {"Cc", "Cf", "Co", "Cs"} else point


_VERDICTS = _Verdicts()


def clean(text: str, *, most: int = MOST) -> str:
    """The text as it can be shown and quoted, at most `most` characters long; what was cut is said at its end.

    Cleaning what is clean changes nothing.
    """
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_VERDICTS))
        if not text.isascii():
            text = _thinned(text)
    return text if len(text) <= most else _cut(text, most)


def _thinned(text: str) -> str:
    """No more than a few combining marks in a row."""
    kept, row = [], 0
    for character in text:
        row = row + 1 if character > "\u02ff" and unicodedata.category(character) in {"Mn", "Me"} else 0
        if row <= MARKS_IN_A_ROW:
            kept.append(character)
    return text if len(kept) == len(text) else "".join(kept)


def _cut(text: str, most: int) -> str:
    """The beginning, and how much is missing; with room for nothing else, the mark alone."""
    room = most
    while True:  # the mark grows with its number, and the number with the mark
        mark = f" … [{len(text) - room} characters cut]"
        fits = max(most - len(mark), 0)
        if fits >= room:
            return text[:room] + mark
        room = fits
