"""Numbers that a text writes in words: "three earlier orders" is the number 3.

Only before a noun that is counted, so that "two" in "the two addresses" and "one" in "this one" raise no alarm; the words
for tens and more are numbers wherever they stand. "One" is left alone: it is a pronoun too often.
"""

import re

_SMALL = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_SCALES |= {f"{word}s": value for word, value in _SCALES.items()}
_TWICE = {"twice": 2, "thrice": 3}
WORDS = {**_SMALL, **_TENS, **_SCALES, **_TWICE}
LARGE = frozenset({*_TENS, *_SCALES, *_TWICE})
NOUNS = frozenset({
    "account", "address", "article", "attempt", "browser", "buyer", "card", "cent", "charge", "chargeback", "check", "code", "connection",
    "country", "customer", "day", "decline", "delivery", "deviation", "device", "dispute", "dollar", "e-mail", "email", "euro", "failure",
    "gift", "good", "hit", "hour", "ip", "item", "kilometer", "kilometre", "km", "link", "list", "match", "mile", "minute", "mismatch",
    "month", "name", "number", "order", "parcel", "payment", "people", "percent", "person", "phone", "piece", "point", "pound",
    "purchase", "refund", "return", "second", "shipment", "signal", "time", "transaction", "unit", "voucher", "warning", "week", "year",
})  # fmt: skip
# Of these, the things themselves, not the measures in which something is told.
ITEM = NOUNS - {
    "day", "hour", "minute", "second", "week", "month", "year", "time", "kilometre", "kilometer", "km", "mile", "percent", "euro", "dollar",
    "pound", "cent", "point", "deviation",
}  # fmt: skip
# A pair that needs no counting: billing and shipping, payer and recipient.
_PAIR = re.compile(r"\b(?:the|these|those|its|their|both|between|of|same)\s$", re.IGNORECASE)
_PAIRED = frozenset({"address", "country", "name", "person", "people", "email", "phone", "browser"})
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?", re.IGNORECASE)
_NUMBER = re.compile(rf"\b(?:{'|'.join(sorted(WORDS.keys() - {'one'}, key=len, reverse=True))})\b", re.IGNORECASE)
_ONE = re.compile(r"[- ]one\b", re.IGNORECASE)
REACH = 4  # words between the number and its noun, the noun included


def counted(text: str) -> list[tuple[str, int, int, int]]:
    """(words, value, start, end) of each number in words."""
    found = []
    runs: list[list[re.Match[str]]] = []
    for word in _NUMBER.finditer(text):
        between = text[runs[-1][-1].end() : word.start()] if runs else "?"
        if between in {" ", "-", " and "} and runs:
            runs[-1].append(word)
        else:
            runs.append([word])
    for run in runs:
        words = [word[0].lower() for word in run]
        start, end = run[0].start(), run[-1].end()
        if words[-1] in _TENS and _ONE.match(text, end):
            words, end = [*words, "one"], end + len("-one")
        if LARGE.isdisjoint(words) and not _counts(text, start, end, words):
            continue
        found.append((text[start:end], _value(words), start, end))
    return found


def _counts(text: str, start: int, end: int, words: list[str]) -> bool:
    following = [singular(word[0].lower()) for word in list(_WORD.finditer(text[end : end + 60]))[:REACH]]
    noun = next((word for word in following if word in NOUNS), None)
    return noun is not None and not (words == ["two"] and noun in _PAIRED and _PAIR.search(text[:start]))


def singular(word: str) -> str:
    """The noun without its plural."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "ches")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _value(words: list[str]) -> int:
    """Two hundred and fifty-three is 253; a dozen is 12."""
    total = group = 0
    for word in words:
        if word in _SCALES:
            group = max(group, 1) * _SCALES[word]
            if _SCALES[word] >= 1000:
                total, group = total + group, 0
        else:
            group += WORDS[word]
    return total + group
