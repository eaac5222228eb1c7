"""Every claim is checked against the frozen evidence (law 7): the fact exists, and the value is that value.

A claim is (fact, operator, value). Numbers compare as Decimal, money only in its own currency, times only with a zone,
text after NFKC and casefold. What the customer typed may be quoted, never compared, counted or negated (law 9). Whatever
a claim holds, the answer is a Checked row: a wrong type is a failed claim, never an exception.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from ordersops.advice.cleaning import clean
from ordersops.advice.facts import Evidence, Fact

ORDER: dict[str, Callable[[Any, Any], bool]] = {"eq": eq, "ne": ne, "ge": ge, "gt": gt, "le": le, "lt": lt}
STATE = ("present", "absent")
OPERATORS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("count", "number", "money", "time"), frozenset({*ORDER, *STATE})),
    "flag": frozenset({"eq", "ne", *STATE}),
    "text": frozenset({"eq", "ne", "contains", *STATE}),
    "list": frozenset({"contains", *STATE}),
}
# A quotation says what stands in the customer's text; `ne` and every comparison would build on it.
QUOTING = frozenset({"eq", "contains", *STATE})

SENTENCES = {
    "ok": "Checked against the evidence.",
    "unknown_fact": "There is no such fact in the evidence.",
    "not_present": "The evidence has no value for this fact.",
    "mismatch": "The evidence says otherwise.",
    "bad_operator": "This comparison has no meaning for this fact.",
    "customer_word": "The customer's own words are no evidence.",
    "short_quote": "The quotation is too short to say anything.",
    "own_cause": "What the customer wrote cannot speak for the customer.",
    "bad_direction": "A claim speaks for risk or against it.",
    "implausible": "The rules know that this speaks the other way.",
    "neutral": "What is missing speaks neither for risk nor against it.",
    "loose_number": "The sentence names a number that its fact does not hold.",
}
SHOWN = str.maketrans("<>", "‹›")  # brackets of others' texts, so that no token is forged (masking.py)
QUOTE_LETTERS = 4  # letters and digits of the shortest quotation, unless the whole text is shorter
LONGEST_TEXT = 2000  # characters of a value or sentence that are kept


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that an advisor says. `direction` is `for` or `against` risk; money values carry their currency: "120.00 EUR"."""

    fact: str
    op: str
    value: Any
    direction: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and what became of it. `actual` is the fact's value as the snapshot writes it, None where there is none."""

    fact: str
    op: str
    value: Any
    direction: str
    sentence: str
    verified: bool
    actual: Any
    code: str

    def as_json(self) -> dict[str, Any]:
        """The row of Recommendation.claims."""
        return {
            "fact": plain(self.fact), "op": plain(self.op), "value": plain(self.value), "direction": plain(self.direction),
            "sentence": plain(self.sentence), "verified": self.verified, "actual": self.actual, "code": self.code,
        }  # fmt: skip


def verify(claims: Iterable[Claim], evidence: Evidence) -> list[Checked]:
    """Each claim with its verdict, in the same order."""
    return [_check(claim, evidence) for claim in claims]


def _check(claim: Claim, evidence: Evidence) -> Checked:
    fact = evidence.facts.get(claim.fact) if isinstance(claim.fact, str) else None
    code = "unknown_fact" if fact is None else verdict(claim.op, claim.value, fact)
    return Checked(claim.fact, claim.op, claim.value, claim.direction, claim.sentence, code == "ok", actual(fact), code)


def actual(fact: Fact | None) -> Any:
    """The value of a present fact as the snapshot writes it."""
    if fact is None or fact.state != "present":
        return None
    value = fact.value
    return value.isoformat() if isinstance(value, datetime) else format(value, "f") if isinstance(value, Decimal) else value


def verdict(op: Any, wanted: Any, fact: Fact) -> str:
    """A code of SENTENCES: whether the comparison may be made, and holds."""
    if not isinstance(op, str) or op not in OPERATORS.get(fact.kind, ()):
        return "bad_operator"
    if fact.trust == "customer" and (op not in QUOTING or (op not in STATE and fact.kind != "text")):
        return "customer_word"
    present = fact.state == "present"
    if op in STATE:
        if not (wanted is None or wanted is True or wanted == ""):
            return "mismatch"
        return "ok" if present == (op == "present") else "not_present" if op == "present" else "mismatch"
    if not present:
        return "not_present"
    if fact.trust == "customer":
        return _quoted(op, wanted, fact.value)
    return "ok" if _holds(op, wanted, fact) else "mismatch"


def _quoted(op: str, wanted: Any, text: str) -> str:
    """Whether the customer's text is quoted right: as it is, or as advisors are shown it, without what nobody sees."""
    for known in (text, clean(text, most=len(text) + 1).translate(SHOWN)):
        if _text_holds(op, wanted, known):
            return "ok" if op == "eq" or says_something(wanted, known) else "short_quote"
    return "mismatch"


def _holds(op: str, wanted: Any, fact: Fact) -> bool:
    match fact.kind:
        case "flag":
            return isinstance(wanted, bool) and ORDER[op](fact.value, wanted)
        case "text":
            return _text_holds(op, wanted, fact.value)
        case "list":
            return _among(wanted, fact.value)
        case "time":
            moment = moment_of(wanted)
            return moment is not None and ORDER[op](fact.value, moment)
        case _:
            number = number_of(wanted, fact.unit, unit_needed=fact.kind == "money")
            return number is not None and ORDER[op](Decimal(fact.value), number)


def _text_holds(op: str, wanted: Any, actual: str) -> bool:
    if not isinstance(wanted, str):
        return False
    if op == "contains":
        # Every text contains nothing: an empty quotation says nothing.
        return bool(fold(wanted).strip()) and fold(wanted) in fold(actual)
    return ORDER[op](fold(actual), fold(wanted))


def says_something(quote: str, text: str) -> bool:
    """Whole words with some letters in them: "legit" is no quotation of "illegitimate", and "40" none of "40 orders"."""
    words, whole = fold(quote).strip(), fold(text)
    if words == whole.strip():
        return True
    if sum(character.isalnum() for character in words) < QUOTE_LETTERS:
        return False
    at = whole.find(words)
    while at >= 0:
        before, after = whole[at - 1 : at], whole[at + len(words) : at + len(words) + 1]
        if not (before.isalnum() and words[0].isalnum()) and not (after.isalnum() and words[-1].isalnum()):
            return True
        at = whole.find(words, at + 1)
    return False


def _among(wanted: Any, rows: list[Any]) -> bool:
    return bool(rows_meant(wanted, rows))


def rows_meant(wanted: Any, rows: list[Any]) -> list[Any]:
    """The rows of the list that are the wanted one, or have all the wanted entries."""
    if isinstance(wanted, dict):
        return [
            row
            for row in rows
            if wanted and isinstance(row, dict) and all(key in row and _same(row[key], entry) for key, entry in wanted.items())
        ]
    return [row for row in rows if isinstance(row, str) and fold(row) == fold(wanted)] if isinstance(wanted, str) else []


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return fold(left) == fold(right)
    return type(left) is type(right) and left == right


def number_of(wanted: Any, unit: str, *, unit_needed: bool) -> Decimal | None:
    """A finite number in the fact's unit, else None. Truth is no number, and a sum without its currency is no sum."""
    if not (unit and unit_needed):
        if type(wanted) is int:
            return Decimal(wanted) if wanted.bit_length() <= 200 else None
        if type(wanted) is Decimal:
            return wanted if wanted.is_finite() and abs(wanted.adjusted()) <= 60 else None
    if isinstance(wanted, bool) or not isinstance(wanted, int | float | Decimal | str):
        return None
    if isinstance(wanted, int) and wanted.bit_length() > 200:
        return None
    text = str(wanted).strip()
    if unit and not unit[0].isalpha() and text.endswith(unit):
        text = f"{text.removesuffix(unit).rstrip()} {unit}"  # 88% is 88 %
    number, space, named = text.partition(" ")
    if space and (not unit or named.strip().casefold() != unit.casefold()):
        return None
    if unit_needed and unit and not space:
        return None
    # Decimal would take "1_000" and other scripts' digits; a citation is written plainly.
    if not number.isascii() or "_" in number or len(number) > 40:
        return None
    try:
        value = Decimal(number)
    except InvalidOperation:
        return None
    # An exponent beyond all measure would be written out in full wherever the number is shown.
    return value if value.is_finite() and abs(value.adjusted()) <= 60 else None


def moment_of(wanted: Any) -> datetime | None:
    """A time with its zone, else None."""
    if isinstance(wanted, str):
        try:
            wanted = datetime.fromisoformat(wanted)
        except ValueError:
            return None
    return wanted if isinstance(wanted, datetime) and wanted.tzinfo is not None else None


def fold(text: str) -> str:
    """Case and the many ways of writing one character away."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def plain(value: Any, *, depth: int = 4) -> Any:
    """The value as JSON and the database can hold it: long texts cut, monstrous numbers and nests named instead of shown."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, int):
        return value if value.bit_length() <= 200 else "a number beyond all measure"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() and abs(value.adjusted()) <= 60 else str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list | tuple) and not depth:
        return "…"
    if isinstance(value, dict):
        return {_storable(key) if isinstance(key, str) else f"({type(key).__name__})": plain(value[key], depth=depth - 1) for key in value}
    if isinstance(value, list | tuple):
        return [plain(entry, depth=depth - 1) for entry in value]
    return str(value) if isinstance(value, float) else f"({type(value).__name__})"


def _storable(text: str) -> str:
    """Without what PostgreSQL or UTF-8 cannot hold."""
    text = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return text.replace("\0", "�") if text.isascii() else text.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")
