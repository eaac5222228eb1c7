"""Every claim is checked against the frozen evidence (law 7): the fact exists, and the value is that value.

A claim is (fact, operator, value). Numbers compare as Decimal, money only in its own currency, times only with a zone,
text after NFKC and casefold. What the customer typed may be quoted, never counted on (law 9). Whatever a claim holds,
the answer is a Checked row: a wrong type is a failed claim, never an exception.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt, ne
from typing import Any

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
}


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
    code = "unknown_fact" if fact is None else _verdict(claim.op, claim.value, fact)
    actual = fact.as_json()["value"] if fact is not None and fact.state == "present" else None
    return Checked(claim.fact, claim.op, claim.value, claim.direction, claim.sentence, code == "ok", actual, code)


def _verdict(op: Any, wanted: Any, fact: Fact) -> str:
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
    return "ok" if _holds(op, wanted, fact) else "mismatch"


def _holds(op: str, wanted: Any, fact: Fact) -> bool:
    match fact.kind:
        case "flag":
            return isinstance(wanted, bool) and ORDER[op](fact.value, wanted)
        case "text":
            return _text_holds(op, wanted, fact.value)
        case "list":
            return _among(wanted, fact.value)
        case "time":
            moment = _moment(wanted)
            return moment is not None and ORDER[op](fact.value, moment)
        case _:
            number = _number(wanted, fact.unit, unit_needed=fact.kind == "money")
            return number is not None and ORDER[op](Decimal(fact.value), number)


def _text_holds(op: str, wanted: Any, actual: str) -> bool:
    if not isinstance(wanted, str):
        return False
    if op == "contains":
        # Every text contains nothing: an empty quotation says nothing.
        return bool(fold(wanted).strip()) and fold(wanted) in fold(actual)
    return ORDER[op](fold(actual), fold(wanted))


def _among(wanted: Any, rows: list[Any]) -> bool:
    """Whether a row of the list is the wanted one, or has all the wanted entries."""
    if isinstance(wanted, dict):
        return bool(wanted) and any(
            isinstance(row, dict) and all(key in row and _same(row[key], entry) for key, entry in wanted.items()) for row in rows
        )
    return isinstance(wanted, str) and any(isinstance(row, str) and fold(row) == fold(wanted) for row in rows)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return fold(left) == fold(right)
    return type(left) is type(right) and left == right


def _number(wanted: Any, unit: str, *, unit_needed: bool) -> Decimal | None:
    """A finite number in the fact's unit, else None. Truth is no number, and a sum without its currency is no sum."""
    if isinstance(wanted, bool) or not isinstance(wanted, int | float | Decimal | str):
        return None
    text = str(wanted).strip()
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
    return value if value.is_finite() else None


def _moment(wanted: Any) -> datetime | None:
    if isinstance(wanted, str):
        try:
            wanted = datetime.fromisoformat(wanted)
        except ValueError:
            return None
    return wanted if isinstance(wanted, datetime) and wanted.tzinfo is not None else None


def fold(text: str) -> str:
    """Case and the many ways of writing one character away."""
    return unicodedata.normalize("NFKC", text).casefold()


def plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return str(value)
