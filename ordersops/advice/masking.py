"""What of a snapshot may leave the house: personal values become tokens, others' text is cleaned, our ids stay.

A token such as `<EMAIL_1>` stands for one value wherever it stands: that payer and recipient are one person can be seen, who it is cannot.
`<NAME_1A>` is a part of that value (a first name, the e-mail's local part, a street without its number), `<ORDER_2>` another order.
The map is made anew from the snapshot whenever it is needed; it is never stored and never sent.

Free text of the customer stays text: known values in it are replaced however they are written (spellings.py), unknown ones are recognised
by their form (patterns.py). Angle brackets that others typed become ‹ and ›, so that no token and no fence can be forged.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from string import ascii_uppercase
from typing import Any

from ordersops.advice import patterns, spellings
from ordersops.advice.cleaning import MOST, clean
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.spellings import Known, Reading

TOKEN = re.compile(r"<[A-Z]+_[0-9]+[A-Z]?>")
# The last word of a fact's key says what it is. Personal facts of these kinds are text that somebody wrote, not one value.
FREE_TEXT = frozenset({"note", "message", "comment", "text", "description"})
# Digests of values link orders on our side; outside they would name a person longer than the snapshot does.
HELD_BACK = ("key_",)
NUMBER, ORDER = "number", "ORDER"  # an order's number, as a fact and in a list, and its token
# Entries of our own lists that hold words, times and sums of ours: a customer whose name is "declined" blanks out nothing there.
OURS = frozenset({
    "outcome", "label", "reason", "why", "risk", "shares", "shared", "currency", "total", "amount", "placed_at", "likeness", "days_before",
})  # fmt: skip
COUNTRY = re.compile(r"[A-Z]{2}")  # a code of a country: whoever is called Li or Ng blanks out no country
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_BRACKETS = str.maketrans({"<": "‹", ">": "›", "＜": "‹", "＞": "›", "﹤": "‹", "﹥": "›"})
_HALF_A_TOKEN = re.compile(r"<[A-Z0-9_]*(?= … \[\d+ characters cut\]$)")
_READ_AT_MOST = 20_000


class Masked:
    """A snapshot as others may see it. `hide` and `unmask` know the values of this snapshot alone."""

    def __init__(self, evidence: Evidence, *, without_customer: bool = False) -> None:
        self._tokens = _Tokens(evidence)
        # Every fact is read, also one that then stays here, so that a token means the same with and without the customer's words.
        read = [fact for fact in map(self._fact, evidence) if fact is not None]
        self.facts = [fact for fact in read if not (without_customer and fact.trust == "customer")]
        self._tokens.closed = True

    def hide(self, text: str, *, most: int = MOST) -> str:
        """Any text as it may leave: known values become their tokens, what merely looks personal `<PHONE>`.

        For text that was not hidden before; the tokens of one that was would be taken for forged ones.
        """
        reading = Reading(clean(text, most=_READ_AT_MOST))
        for known in self._tokens.wholes:
            reading.mark(known)
        self._unknown(reading, patterns.addresses(reading.open))
        for known in self._tokens.parts:
            reading.mark(known)
        self._unknown(reading, patterns.numbers(reading.open))
        for known in self._tokens.pairs:
            reading.mark(known)
        hidden = "".join(piece.translate(_BRACKETS) + token for piece, token in reading.pieces())
        return hidden if len(hidden) <= most else _HALF_A_TOKEN.sub("", clean(hidden, most=most))

    def unmask(self, text: str) -> str:
        """The text with the values in place of their tokens. What is no token of this snapshot stays as it is."""
        return TOKEN.sub(lambda token: self._tokens.values.get(token[0], token[0]), text)

    def _unknown(self, reading: Reading, spans: Iterator[patterns.Span]) -> None:
        for kind, start, end in list(spans):
            reading.take(start, end, self._tokens.unknown(kind, reading.original(start, end)))

    def _fact(self, fact: Fact) -> Fact | None:
        """The fact as it may leave, or None where it stays here."""
        if fact.key.startswith(HELD_BACK) or (isinstance(fact.value, str) and _UUID.fullmatch(fact.value.strip())):
            return None
        value = fact.value
        if fact.state != "present" or value is None or (not fact.personal and not isinstance(value, str | list)):
            return fact
        if isinstance(value, str) and not fact.personal and fact.key.endswith("_country") and COUNTRY.fullmatch(value):
            return fact
        if fact.key == NUMBER:
            return replace(fact, value=self._tokens.order(str(value)))
        if fact.personal and not _is_free_text(fact):
            hidden = self._told(fact.key, value)
            return replace(fact, value=hidden, kind="list" if isinstance(hidden, list) else "text", unit="")
        return replace(fact, value=self._entry(value, ours=fact.trust == "system"))

    def _told(self, key: str, value: Any) -> Any:
        """A personal value as tokens, in its own shape."""
        if isinstance(value, dict):
            return {name: self._told(key, below) for name, below in value.items()}
        if isinstance(value, list):
            return [self._told(key, below) for below in value]
        return self._tokens.value(_kind(key), _text(value))

    def _entry(self, value: Any, *, ours: bool) -> Any:
        """Text and lists of anybody's. Other orders get a running number and lose their id."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, list):
            return [self._entry(one, ours=ours) for one in value if not (isinstance(one, str) and _UUID.fullmatch(one))]
        if not isinstance(value, dict):
            return value
        row: dict[str, Any] = {}
        for name, below in value.items():
            if name == "id" or (isinstance(below, str) and _UUID.fullmatch(below)):
                continue
            if name == NUMBER:
                row[name] = self._tokens.order(str(below))
            else:
                row[name] = below if ours and name in OURS else self._entry(below, ours=ours)
        return row


def masked(evidence: Evidence, *, without_customer: bool = False) -> Masked:
    """The snapshot for an advisor. Equal snapshots have equal tokens.

    `without_customer` leaves out what the customer wrote, also whether they wrote it; what we derived from it stays.
    """
    return Masked(evidence, without_customer=without_customer)


class _Tokens:
    """Values and their tokens, numbered in the order of the facts."""

    def __init__(self, evidence: Evidence) -> None:
        self.values: dict[str, str] = {}  # token -> the value as it was first written
        self.closed = False  # from then on an unknown value gets no token of its own
        self._by_value: dict[tuple[str, str], str] = {}
        self._used: dict[str, int] = {}
        wholes: list[Known] = []
        parts: dict[str, Known] = {}
        known: set[tuple[str, str]] = set()
        for kind, value in _personal(evidence):
            token = self.value(kind, value)
            if (kind, value) in known:
                continue
            known.add((kind, value))
            wholes.append(spellings.whole(token, value))
            for letter, one in zip(ascii_uppercase, spellings.parts(kind, value), strict=False):
                name = f"{token[:-1]}{letter}>"
                if name not in self.values and (folded := spellings.same(one)) not in parts and ("", folded) not in self._by_value:
                    parts[folded] = spellings.part(name, one)
                    self.values[name] = one
        for number in _numbers(evidence):
            token = self.order(number)
            for written in {number, number.lstrip("#№ ")}:
                parts.setdefault(spellings.same(written), spellings.part(token, written))
        # The longest first: a short value may stand within a long one.
        self.wholes = sorted((one for one in wholes if one.forms), key=lambda one: -one.size)
        self.pairs = [one for one in self.wholes if one.of_words]  # words of their own now, where what stood beside them is a token
        self.parts = sorted((one for one in parts.values() if one.forms), key=lambda one: -one.size)

    def value(self, kind: str, value: str) -> str:
        """The token of a value, whatever kind of fact holds it."""
        return self._token(kind, "", _sameness(kind, value), value)

    def order(self, number: str) -> str:
        return self._token(ORDER, ORDER, spellings.same(number), number)

    def unknown(self, kind: str, value: str) -> str:
        """The token of a value that was recognised by its form."""
        about = spellings.same(re.sub(r"[\s().\-/]", "", value)) if kind not in {"EMAIL", "URL"} else spellings.same(value)
        if kind == "ID" or (self.closed and (kind, about) not in self._by_value):
            return f"<{kind}>"
        return self._token(kind, kind, about, value)

    def _token(self, kind: str, space: str, about: str, value: str) -> str:
        token = self._by_value.get((space, about))
        if token is None:
            self._used[kind] = self._used.get(kind, 0) + 1
            token = self._by_value[space, about] = f"<{kind}_{self._used[kind]}>"
            self.values[token] = value
        return token


def _personal(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Every personal value with its kind."""
    for fact in evidence:
        if fact.personal and fact.state == "present" and not fact.key.startswith(HELD_BACK) and not _is_free_text(fact):
            for value in _leaves(fact.value):
                yield _kind(fact.key), value


def _numbers(evidence: Evidence) -> Iterator[str]:
    """Numbers of orders: of this one, and of those in lists."""
    for fact in evidence:
        if fact.key == NUMBER and fact.state == "present":
            yield str(fact.value)
        elif fact.kind == "list" and isinstance(fact.value, list) and not fact.personal:
            yield from (str(row[NUMBER]) for row in fact.value if isinstance(row, dict) and row.get(NUMBER))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _leaves(below)
    elif value is not None:
        yield _text(value)


def _is_free_text(fact: Fact) -> bool:
    return fact.kind == "text" and fact.key.rpartition("_")[2] in FREE_TEXT


def _kind(key: str) -> str:
    """EMAIL of `email`, STREET of `shipping_street`."""
    return re.sub(r"[^A-Z]", "", key.rpartition("_")[2].upper()) or "VALUE"


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else format(value, "f") if isinstance(value, Decimal) else str(value)


def _sameness(kind: str, value: str) -> str:
    """Telephone numbers are the same where their last nine digits are, as in orders/keys.py."""
    digits = re.sub(r"\D", "", value)
    return digits[-9:] if kind == "PHONE" and len(digits) >= 7 else spellings.same(value)
