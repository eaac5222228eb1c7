"""The numbers that a text names: digits with their unit, dates and times of day, and number words before a noun that is counted.

`mentions` finds them, `Sources` says which of them the evidence bears out. English only: advice is written in English.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ordersops.advice.verify.words import ITEM, counted, singular

SIGNS = {"€": ("EUR",), "£": ("GBP",), "¥": ("JPY", "CNY"), "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN")}
CURRENCIES = frozenset({
    "AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KRW",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR",
})  # fmt: skip
# Spellings of one unit. A number with one of these cannot rest on a fact of another.
UNITS = {
    "%": "%", "percent": "%", "per cent": "%", "km": "km", "kilometre": "km", "kilometer": "km", "mile": "mile", "metre": "m", "meter": "m",
    "s": "s", "second": "s", "minute": "minute", "h": "hour", "hour": "hour", "day": "days", "week": "week", "month": "month", "year": "year",
}  # fmt: skip
# Without a unit of its own, a fact bears out a number of days or hours, never a sum of money or a distance.
MEASURES = frozenset({"%", "km", "mile", "m", *CURRENCIES})
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_MONTH = "|".join(f"{month}|{month[:3]}" for month in MONTHS) + "|sept"
_TOKEN = re.compile(
    rf"""(?<!\d)(?:
    (?P<iso>\d{{4}}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)
    | (?P<day>\d{{4}}-\d\d-\d\d)
    | (?P<clock>\d{{1,2}}:\d\d(?::\d\d)?)(?:\s?(?P<half>[ap])\.?m\b)?
    | (?P<slashed>\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}})
    | (?P<first>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>{_MONTH})\b\.?(?:,?\s(?P<year>\d{{4}}))?
    | (?P<month2>\b(?:{_MONTH}))\.?\s(?P<first2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<year2>\d{{4}}))?
    | (?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?)
    )(?!\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:\b([A-Z]{3})|([€£¥$]))\s?$")
_AFTER = re.compile(r"\s?([€£¥$%])|\s?-?(per cent|[A-Za-z]+)")
_PLURAL = re.compile(r"\s(?:(?!(?:of|in|on|at|to|for|from|with|and|or|is|was)\s)[a-z-]+\s){0,2}([a-z-]+s)\b")
ITEMS = "#"  # the unit of "40 prior orders": no percentage and no sum of money bears it out
_MANY = {"k": 3, "m": 6}
_DIGIT = re.compile(r"\d")
REACH = 40  # characters around a number that are read with it
CACHED = 400  # characters of a text that is worth remembering: sentences of the rules come again and again


class Mention(NamedTuple):
    """A number as the text names it. `value` is a Decimal, a date (or month and day), a time of day, or a moment; None where it cannot be read."""

    text: str
    value: Decimal | date | tuple[int, int] | time | datetime | None
    units: tuple[str, ...]
    before: str  # the words around it, for `at least 3` and `3 or more`
    after: str


def mentions(text: str) -> tuple[Mention, ...]:
    """All numbers in a text. Digits of every script count, and so do characters that are numbers without being digits."""
    return _remembered(text) if len(text) <= CACHED else _found(text)


def _found(text: str) -> tuple[Mention, ...]:
    if not text.isascii():
        text = _latin(text)
    found = [_mention(match, text) for match in _TOKEN.finditer(text)] if _DIGIT.search(text) else []
    found += [Mention(words, Decimal(value), _unit(text[end : end + REACH]), text[max(start - REACH, 0) : start], text[end : end + REACH])
              for words, value, start, end in counted(text)]  # fmt: skip
    if not text.isascii():
        found += [
            Mention(letter, None, (), "", "") for letter in text if not letter.isascii() and unicodedata.numeric(letter, None) is not None
        ]
    return tuple(found)


_remembered = lru_cache(maxsize=8192)(_found)


def _latin(text: str) -> str:
    """NFKC, with the digits of every script as 0 to 9."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(one)) if not one.isascii() and one.isdecimal() else one for one in plain)


def _mention(match: "re.Match[str]", text: str) -> Mention:
    before, after = text[max(match.start() - REACH, 0) : match.start()], text[match.end() : match.end() + REACH]
    kind = match.lastgroup or ""
    try:
        if kind == "number":
            return _number(match[0], before, after)
        if (month := match["month"] or match["month2"]) and month[0].islower():  # "3 may be" is no day in May
            return _number(match["first"] or match["first2"], before, after)
        return Mention(match[0], _moment(kind, match), (), before, after)
    except ValueError:
        return Mention(match[0], None, (), before, after)


def _number(written: str, before: str, after: str) -> Mention:
    value = Decimal(written.replace(",", "")) if len(written) <= 40 else None
    units = _unit(after)
    if value is not None and after[:1].lower() in _MANY and not after[1:2].isalpha():
        value = value.scaleb(_MANY[after[0].lower()])
    if head := _BEFORE.search(before):
        code, sign = head.groups()
        if sign or code in CURRENCIES:
            units, before = SIGNS[sign] if sign else (code,), before[: head.start()]
    return Mention(written, value, units, before, after)


def _unit(after: str) -> tuple[str, ...]:
    found = _AFTER.match(after)
    if not found:
        return ()
    if (plural := _PLURAL.match(after)) and singular(plural[1]) in ITEM:
        return (ITEMS,)
    if found[1]:
        return SIGNS.get(found[1], (found[1],))
    word = found[2]
    if word in CURRENCIES:
        return (word,)
    word = word.lower()
    named = UNITS.get(word) or (UNITS.get(word[:-1]) if word.endswith("s") and len(word) > 2 else None)
    return (named,) if named else ()


def _moment(kind: str, match: "re.Match[str]") -> date | tuple[int, int] | time | datetime:
    if kind == "iso":
        return datetime.fromisoformat(match[0].upper())
    if kind == "day":
        return date.fromisoformat(match[0])
    if kind in {"clock", "half"}:
        hour, minute, *_ = (int(part) for part in match["clock"].split(":"))
        half = (match["half"] or "").lower()
        return time(hour % 12 + (12 if half == "p" else 0) if half else hour, minute)
    if kind == "slashed":
        one, two, year = (int(part) for part in re.split("[./]", match[0]))
        # 3/4/2026 is two days; only what can be but one is read.
        if one <= 12 and two <= 12 and one != two:
            raise ValueError("ambiguous")
        return date(year, two, one) if two <= 12 else date(year, one, two)
    name, first, of_year = (
        (match["month"], match["first"], match["year"]) if match["month"] else (match["month2"], match["first2"], match["year2"])
    )
    month, day = next(place for place, known in enumerate(MONTHS, 1) if known.startswith(name.lower()[:3])), int(first)
    return date(int(of_year), month, day) if of_year else (month, day)


class Sources:
    """What verified claims bear out: the numbers of their facts, and their bounds behind words such as `at least`."""

    def __init__(self) -> None:
        self.numbers: dict[Decimal, set[str]] = {}
        self.bounds: list[tuple[str, Decimal | datetime, str, Decimal | datetime]] = []
        self.moments: list[datetime] = []

    def number(self, value: Decimal, unit: str) -> None:
        self.numbers.setdefault(value, set()).add(UNITS.get(unit, unit))

    def text(self, text: str) -> None:
        """A text of ours or of a partner: what it says may be said again."""
        for one in mentions(text):
            if isinstance(one.value, Decimal):
                self.numbers.setdefault(one.value, set()).update(one.units or ("",))
            elif isinstance(one.value, datetime):
                self.moment(one.value)
            elif isinstance(one.value, date):
                self.moments.append(datetime.combine(one.value, time(), UTC))

    def moment(self, value: datetime) -> None:
        self.moments.append(value)
        self.number(Decimal(value.year), "")

    def bound(self, op: str, value: Decimal | datetime, unit: str, actual: Decimal | datetime) -> None:
        """`unit` of a number; the text may name it behind words that are true of the actual value."""
        self.bounds.append((op, value, UNITS.get(unit, unit), actual))

    def bear(self, one: Mention) -> bool:
        """Whether a mention is borne out."""
        if one.value is None:
            return False
        if isinstance(one.value, Decimal):
            if _fit(one.units, self.numbers.get(one.value, ())):
                return True
            # A bound belongs to its own claim: the words, the number and the unit have to agree.
            return any(
                isinstance(actual, Decimal)
                and isinstance(value, Decimal)
                and value == one.value
                and _fit(one.units, (unit,))
                and _worded(one, actual, value)
                for _, value, unit, actual in self.bounds
            )
        if any(_same_moment(one.value, moment) for moment in self.moments):
            return True
        return any(
            isinstance(value, datetime) and _same_moment(one.value, value) and (_SINCE if op in {"ge", "gt"} else _UNTIL).search(one.before)
            for op, value, _, _ in self.bounds
        )


def _fit(named: tuple[str, ...], known: "set[str] | tuple[str, ...]") -> bool:
    """Whether a number with these units may rest on a fact in one of those."""
    if ITEMS in named:
        return any(not unit or unit == "times" for unit in known)
    return any(not named or unit in named or (not unit and not MEASURES.intersection(named)) for unit in known)


def _same_moment(named: date | tuple[int, int] | time | datetime, known: datetime) -> bool:
    """In the zone in which the fact is written, or in UTC."""
    for local in (known, known.astimezone(UTC)):
        match named:
            case datetime():
                if (named == known) if named.tzinfo else named.replace(tzinfo=local.tzinfo) == local:
                    return True
            case date():
                if named == local.date():
                    return True
            case time():
                if (named.hour, named.minute) == (local.hour, local.minute):
                    return True
            case _:
                if named == (local.month, local.day):
                    return True
    return False


_SINCE = re.compile(r"\b(?:after|since|from|later than)\s(?:the\s)?$", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:before|until|by|earlier than|no later than)\s(?:the\s)?$", re.IGNORECASE)
_WORDED = (
    (re.compile(r"(?:\b(?:at least|no fewer than|no less than|not less than|a minimum of)|≥|>=)\s?$", re.IGNORECASE), Decimal.__ge__),
    (re.compile(r"(?:\b(?:at most|no more than|not more than|up to|a maximum of)|≤|<=)\s?$", re.IGNORECASE), Decimal.__le__),
    (
        re.compile(r"(?:\b(?<!no )(?<!not )(?:more than|greater than|over|above|exceeds|exceeding|beyond)|(?<!<)>)\s?$", re.IGNORECASE),
        Decimal.__gt__,
    ),
    (re.compile(r"(?:\b(?<!no )(?<!not )(?:less than|fewer than|under|below)|<)\s?$", re.IGNORECASE), Decimal.__lt__),
)
_OR_MORE = re.compile(r"(?:\s\S+)?\sor (?:more|above|over)\b|\+", re.IGNORECASE)
_OR_LESS = re.compile(r"(?:\s\S+)?\sor (?:less|fewer|below|under)\b", re.IGNORECASE)


def _worded(one: Mention, actual: Decimal, bound: Decimal) -> bool:
    """Whether the words around the number make it a bound, and the bound is true."""
    if _OR_MORE.match(one.after):
        return actual >= bound
    if _OR_LESS.match(one.after):
        return actual <= bound
    return any(words.search(one.before) and bool(holds(actual, bound)) for words, holds in _WORDED)
