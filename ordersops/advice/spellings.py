"""The ways in which a known value may be written in a text, and finding them.

Texts are compared folded: compatibility forms, case and accents away, digits of all scripts as ASCII. A value is found anywhere as it
stands, also within a word; beyond that with other separators (ada_lindner, 10 999), and numbers of seven digits or more as their
digits alone, whatever stands between them, and by their last nine (orders/keys.py), which survive every way of writing a prefix.

Two letters (Li, Ng) are found as a word of their own, and not where they are a small word of the language, written as one. Scripts without
spaces have no words to look for: there two signs are found wherever they stand, and one sign is nobody's name.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ordersops.advice.cleaning import clean

SHORTEST = 3  # letters and digits; shorter values stand in too many words that are not theirs
PAIR = 2  # letters as a word of their own, or signs of a script without spaces
_LONG = 1_000_000
_FOLDS: dict[str, str] = {}
_REMEMBERED = 8192
# Words of a name that are nobody's.
_PARTICLES = frozenset(
    """
    and the van von der den del dos das des dit bin ibn abu mac mrs herr frau don dona san und ter ten
    af av da de di do du el ii iv la mr ms dr jr sr st te zu
    """.split()  # noqa: SIM905
)
_LEGAL = frozenset(
    "gmbh mbh ltd limited inc llc llp plc corp corporation company sarl sas spa srl bv nv oy ab aps ag kg ohg ug sl sa co und and the".split()  # noqa: SIM905
)
# Mailboxes of an office, not of a person.
_OFFICES = frozenset("info mail email contact kontakt office sales shop store service support hello admin orders order post team".split())  # noqa: SIM905
# Two letters that are a word or an abbreviation when written like this. A name is written otherwise: An, Le, Ip.
_SMALL_WORDS = frozenset(
    """
    ad ai al am an as at au be by da de di do du el em en er es et eu go he hi id if il im in ip is it je la le lo ma me mi my ne no nu of
    oh ok om on or os ou pc pm po se si so su te to tu tv uk um un up us va we wo ya yo zu AM EU ID IP OK OS PC PM PO TV UK US
    """.split()  # noqa: SIM905
)
# Signs written without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Bopomofo, Hangul, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_FULL_NAME = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{3,4}|[\uac00-\ud7a3]{3,4}")  # Han or Hangul


def fold(text: str) -> tuple[str, list[int] | None]:
    """The folded text, and for each of its characters where it comes from; None where both run side by side."""
    if text.isascii():
        return text.lower(), None
    parts = [_FOLDS.get(character) or _folded(character) for character in text]
    if all(len(part) == 1 for part in parts):
        return "".join(parts), None
    return "".join(parts), [where for where, part in enumerate(parts) for _ in part]


def _folded(character: str) -> str:
    if (digit := unicodedata.decimal(character, None)) is not None:
        found = str(digit)
    else:
        found = "".join(mark for mark in unicodedata.normalize("NFKD", character).casefold() if not unicodedata.combining(mark))
    if len(_FOLDS) < _REMEMBERED:
        _FOLDS[character] = found
    return found


def same(value: str) -> str:
    """Equal for values that are the same to a reader, and to verify.py: case, width and white space do not count, accents do."""
    return " ".join(unicodedata.normalize("NFKC", clean(value, most=_LONG)).casefold().split())


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing a value. `gap` is how many separators may stand between two characters, None for any number of anything but digits."""

    view: str  # plain, letters or digits
    needle: str
    gap: int | None = 0
    bounded: bool = False  # only as words of its own
    grows: str = ""  # what may stand before the needle


@dataclass(frozen=True, slots=True)
class Known:
    """A value that must not leave, and what stands for it."""

    token: str
    value: str
    forms: tuple[Form, ...]

    @property
    def of_words(self) -> bool:
        """Whether it is found only as words of its own."""
        return all(form.bounded for form in self.forms)

    @property
    def size(self) -> int:
        return max((len(form.needle) for form in self.forms), default=0)


def whole(token: str, value: str) -> Known:
    """The value itself: found within words too, unless it is as short as one."""
    return Known(token, value, tuple(_forms(value, bounded=False)))


def part(token: str, value: str) -> Known:
    """A part of a value, or a name of ours such as an order number: found as words of its own where there are words."""
    return Known(token, value, tuple(_forms(value, bounded=not _UNSPACED.search(value))))


def _forms(value: str, *, bounded: bool) -> Iterator[Form]:
    plain = fold(clean(value, most=_LONG))[0].strip()
    letters = "".join(filter(str.isalnum, plain))
    if len(letters) >= SHORTEST or (not letters and len(plain) >= SHORTEST):
        yield Form("plain", plain, bounded=bounded)
    elif len(letters) == PAIR and _UNSPACED.search(value):
        yield Form("plain", plain)
    elif len(letters) == PAIR and letters.isalpha():
        yield Form("plain", plain, bounded=True)
    if letters.isdecimal():
        if len(letters) >= 7:
            yield Form("digits", letters, None)
        elif len(letters) >= 5:
            yield Form("letters", letters, 2, bounded=True)
        if len(letters) >= 10:
            yield Form("digits", letters[-9:], None, grows=letters[:-9])
    elif len(letters) >= 8:
        yield Form("letters", letters, 3, bounded=bounded)
    elif len(letters) >= 5:
        yield Form("letters", letters, 1, bounded=True)


def parts(kind: str, value: str) -> list[str]:
    """What of a value gives it away by itself, as it is written."""
    found: list[str] = []
    text = clean(value, most=_LONG)
    if kind in {"NAME", "RECIPIENT", "CARDHOLDER"}:
        words = text.replace(",", " ").replace(".", " ").replace("・", " ").split()
        for word in words:
            found += [word, *word.split("-"), *_of_full_name(word)]
        if len(words) == PAIR and all(map(_UNSPACED.search, words)):
            found += ["".join(reversed(words)), "".join(words)]  # forms ask for the given name first, people write it last
        found = [word for word in found if sum(map(str.isalpha, word)) >= PAIR and word.casefold() not in _PARTICLES]
    elif kind == "EMAIL":
        local = text.rpartition("@")[0]
        found = [one for one in (local, local.partition("+")[0]) if len(one) >= SHORTEST and one.casefold() not in _OFFICES]
    elif kind == "STREET":
        named = " ".join(word for word in text.split() if not any(map(str.isdecimal, word))).strip(" ,.-")
        found = [named] if sum(map(str.isalpha, named)) > (PAIR if _UNSPACED.search(named) else SHORTEST) else []
    elif kind == "COMPANY":
        words = text.split()
        while words and words[-1].casefold().strip(".,&") in _LEGAL | {""}:
            words.pop()
        found = [" ".join(words)] if sum(map(str.isalpha, "".join(words))) > SHORTEST else []
    elif kind == "CARD":
        found = re.findall(r"(?<!\d)\d{4}(?!\d)", text)[-1:]
    return list(dict.fromkeys(one for one in found if one and one != value))


def _of_full_name(word: str) -> list[str]:
    """Given name, and a family name of two signs, of a full name in Han or Hangul. One sign alone stands in too many words."""
    if not _FULL_NAME.fullmatch(word):
        return []
    return [word[-2:]] if len(word) == SHORTEST else [word[:2], word[2:]]


class Reading:
    """One text in which spans are replaced one after another. What is taken is never looked into again, and never joined across."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded, self._back = fold(text)
        self._taken = bytearray(len(self.folded))
        self._spans: list[tuple[int, int, str]] = []

    @cached_property
    def _letters(self) -> tuple[str, list[int]]:
        index = [where for where, character in enumerate(self.folded) if character.isalnum()]
        return "".join([self.folded[where] for where in index]), index

    @cached_property
    def _digits(self) -> tuple[str, list[int]]:
        index = [where for where, character in enumerate(self.folded) if character.isdecimal()]
        return "".join([self.folded[where] for where in index]), index

    @property
    def open(self) -> str:
        """The folded text with NUL in place of what is taken."""
        if not self._spans:
            return self.folded
        shown = list(self.folded)
        for start, end, _ in self._spans:
            shown[start:end] = "\0" * (end - start)
        return "".join(shown)

    def take(self, start: int, end: int, token: str) -> bool:
        """Put the token in place of the span, unless something of it is taken."""
        if start >= end or self._taken.find(1, start, end) != -1:
            return False
        self._taken[start:end] = b"\1" * (end - start)
        self._spans.append((start, end, token))
        return True

    def mark(self, known: Known) -> None:
        """Every occurrence of the value that is still open."""
        for form in known.forms:
            if form.view == "plain":
                self._plain(form, known.token)
            else:
                self._spread(form, known.token)

    def _plain(self, form: Form, token: str) -> None:
        start, size = self.folded.find(form.needle), len(form.needle)
        while start != -1:
            fits = not form.bounded or (self._alone(start, start + size) and (size > PAIR or self._is_name(start, start + size)))
            start = self.folded.find(form.needle, start + size if fits and self.take(start, start + size, token) else start + 1)

    def _spread(self, form: Form, token: str) -> None:
        size = len(form.needle)
        if size > len(self.folded):
            return
        shown, index = self._letters if form.view == "letters" else self._digits
        at = shown.find(form.needle)
        while at != -1:
            first, last = at, at + size - 1
            for mark in reversed(form.grows):
                if first == 0 or shown[first - 1] != mark:
                    break
                first -= 1
            while form.gap is None and first and shown[first - 1] == "0" and index[first] - index[first - 1] <= 2:
                first -= 1  # the zeros before a trunk or country code
            start, end = index[first], index[last] + 1
            near = form.gap is None or all(after - before <= form.gap + 1 for before, after in pairwise(index[first : last + 1]))
            fits = near and (not form.bounded or self._alone(start, end))
            # What grew may reach into something taken; the needle itself must go.
            taken = fits and (self.take(start, end, token) or self.take(index[at], end, token))
            at = shown.find(form.needle, at + size if taken else at + 1)

    def _alone(self, start: int, end: int) -> bool:
        """A word of its own. Neither a sign of a script without spaces is a part of the word beside it, nor what is taken already."""
        return not any(
            0 <= at < len(self.folded) and not self._taken[at] and self.folded[at].isalnum() and not _UNSPACED.match(self.folded[at])
            for at in (start - 1, end)
        )

    def _is_name(self, start: int, end: int) -> bool:
        return self.original(start, end) not in _SMALL_WORDS

    def pieces(self) -> Iterator[tuple[str, str]]:
        """The text from left to right: (as it stands, the token that follows it)."""
        done = 0
        for start, end, token in sorted(self._spans):
            before, after = self._place(start), self._after(end)
            yield self.text[done : max(before, done)], token
            done = max(after, done)
        yield self.text[done:], ""

    def original(self, start: int, end: int) -> str:
        """What stands in the text at a span of the folded one."""
        return self.text[self._place(start) : self._after(end)]

    def _place(self, at: int) -> int:
        return at if self._back is None else self._back[at]

    def _after(self, end: int) -> int:
        """Behind the span: with marks that fold to nothing, and with the whole of a character of which half belongs to it."""
        if self._back is None:
            return end
        return max(self._back[end - 1] + 1, self._back[end] if end < len(self._back) else len(self.text))
