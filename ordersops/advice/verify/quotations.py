"""What an answer may say of a text that it cites: quote it, or name it whole. A number in a text counts nothing.

"iPhone 15 Pro" bears out no 15 of anything else, whoever wrote the title. Inside quotation marks a part of the text may stand, in whole words
and with letters in it; outside of them the whole text alone, and not where it would be read as so many of something.
"""

import re

from ordersops.advice.masking import TOKEN
from ordersops.advice.verify.claims import SHOWN, fold, says_something
from ordersops.advice.verify.numbers import mentions
from ordersops.advice.verify.words import NOUNS, WORDS, singular

LONGEST_NAME = 300
_SPAN = re.compile(r"“([^“”]{1,500})”|\"([^\"]{1,500})\"|«([^«»]{1,500})»|„([^„“]{1,500})“|‘([^‘’]{1,500})’")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_CLAUSE = re.compile(r"[.,;:!?()\n“”\"]")
_BEYOND = 3  # words behind a name in which a noun that is counted would make it a number of something


class Quotable:
    """The texts of verified claims, as far as an answer may repeat them."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self.names: set[str] = set()  # whole values, letter by letter

    def quote(self, text: str) -> None:
        """A text of which a part may stand in quotation marks."""
        self._texts.append(_read(text))

    def name(self, text: str) -> None:
        """A text that may be quoted, and be named as a whole."""
        self.quote(text)
        if len(text) <= LONGEST_NAME and any(one.isalpha() or one in "#№" for one in text):
            self.names.add(text)

    def allows(self, said: str) -> bool:
        """Whether this may stand in quotation marks: whole words of a text, and no bare number."""
        words = _read(said).strip()
        return any(map(str.isalpha, words)) and any(says_something(words, text) for text in self._texts)

    def unnamed(self, text: str) -> str:
        """The text without the names in it, except where they would count something."""
        for name in sorted((one for one in self.names if one in text and mentions(one)), key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda found: found[0] if _counts(found) else " ", text)
        return text


def spans(text: str) -> "list[tuple[str, str]]":
    """What stands in quotation marks: (with them, without them)."""
    return [(found[0], _inside(found)) for found in _SPAN.finditer(text)]


def _inside(found: "re.Match[str]") -> str:
    return next(part for part in found.groups() if part is not None)


def is_told(said: str, text: str) -> bool:
    """Whether a claim's own sentence quotes the text: its tokens stand for anything, and what was cut is not missed."""
    cut = said.endswith(("…", "..."))  # the same, composed
    pieces = [_read(piece).strip() for piece in TOKEN.split(said.removesuffix("…").removesuffix("..."))]
    whole, at = _read(text).strip(), 0
    for piece in pieces:
        found = whole.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return whole.startswith(pieces[0]) and (cut or whole.endswith(pieces[-1]))


def _read(text: str) -> str:
    return fold(text).translate(SHOWN)


def _counts(found: "re.Match[str]") -> bool:
    """Whether the name reads as a number of something: "99 prior" in "99 prior orders"."""
    behind = _CLAUSE.split(found.string[found.end() : found.end() + 60])[0]
    if any(one.units for one in mentions(found[0] + behind)[: len(mentions(found[0]))]):
        return True
    words, beyond = _WORD.findall(found[0]), _WORD.findall(behind)
    first = next((place for place, word in enumerate(words) if word.isdecimal() or word.casefold() in WORDS), len(words))
    after = words[first + 1 :] + beyond[: _BEYOND if " " in found[0] else 1]
    return any(singular(word.casefold()) in NOUNS for word in after)
