"""Rules of scopes and of playbooks: conditions over facts, all of which must hold. Read once, when they are written; shown in words.

A fact that the customer typed can be no condition: nobody may type himself into automation, or into a prepared decision (law 9).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ordersops.advice.verify import OPERATORS
from ordersops.cases.lanes import Known, Lane
from ordersops.errors import Invalid
from ordersops.stores.currencies import CURRENCIES

MOST = 6  # conditions
STATE = ("present", "absent")  # these take no value
WORDS = {
    "eq": "is", "ne": "is not", "ge": "is at least", "gt": "is more than", "le": "is at most", "lt": "is less than",
    "contains": "contains", "present": "is known", "absent": "is not known",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a form: as it was typed."""

    fact: str
    op: str
    value: str


def facts_for_rules(lane: Lane) -> dict[str, Known]:
    """The facts that can make a scope, by key: those that are not the customer's word."""
    return {key: known for key, known in lane.facts.items() if known.trust != "customer"}


def read(facts: Mapping[str, Known], rule: Sequence[Any], *, of: str = "scope") -> list[list[Any]]:
    """The rule as it is stored: [[fact, op, value], ...]. Raises Invalid, naming the condition that has no meaning. `of`: what it makes."""
    if len(rule) > MOST:
        raise Invalid(f"A {of} has {MOST} conditions at most.")
    found = [_condition(facts, of, *line) if isinstance(line, list | tuple) and len(line) == 3 else _unreadable() for line in rule]
    if len({str(line) for line in found}) != len(found):
        raise Invalid("A condition stands there twice.")
    return found


def words(facts: Mapping[str, Known], rule: Sequence[Sequence[Any]]) -> list[str]:
    """Each condition as words: Order total is at most 100 USD."""
    return [_words(facts, *line) for line in rule]


def _condition(facts: Mapping[str, Known], of: str, fact: Any, op: Any, value: Any) -> list[Any]:
    known = facts.get(fact) if isinstance(fact, str) else None
    if known is None:
        raise Invalid(f"There is no fact “{str(fact)[:60]}”.")
    if known.trust == "customer":
        raise Invalid(f"“{known.label}” is what the customer typed; it cannot make a {of}.")
    if not isinstance(op, str) or op not in OPERATORS.get(known.kind, ()):
        raise Invalid(f"“{known.label}” cannot be compared like that.")
    if op in STATE:
        return [fact, op, None]
    read_value = _READ[known.kind](value)
    if read_value is None:
        raise Invalid(f"“{known.label}” {WORDS[op]} “{str(value)[:60]}”: {_WANTED[known.kind]}")
    return [fact, op, read_value]


def _words(facts: Mapping[str, Known], fact: str, op: str, value: Any) -> str:
    known = facts.get(fact)
    if isinstance(value, bool):
        return f"{known.label if known else fact}: {'yes' if value == (op == 'eq') else 'no'}"
    shown = "" if value is None else str(value)
    unit = f" {known.unit}" if known and known.unit and shown and known.kind != "money" else ""
    return " ".join(filter(None, (known.label if known else fact, WORDS.get(op, op), f"{shown}{unit}")))


def _unreadable() -> list[Any]:
    raise Invalid("A condition is a fact, a comparison and a value.")


# --- Values by kind of fact: None where they have no meaning --------------------------------------------------------
def _flag(value: Any) -> bool | None:
    return {"yes": True, "true": True, "no": False, "false": False}.get(str(value).strip().casefold())


def _number(value: Any) -> str | None:
    text = str(value).strip()
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", text):
        return None
    try:
        return format(Decimal(text).normalize(), "f")
    except InvalidOperation:
        return None


def _money(value: Any) -> str | None:
    amount, _, currency = " ".join(str(value).split()).partition(" ")
    number = _number(amount)
    return f"{number} {currency.upper()}" if number and currency.upper() in CURRENCIES else None


def _time(value: Any) -> str | None:
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return moment.isoformat() if moment.tzinfo else None


def _text(value: Any) -> str | None:
    text = str(value).replace("\x00", "").strip()
    return text if isinstance(value, str) and 0 < len(text) <= 120 else None


_READ: dict[str, Any] = {"flag": _flag, "count": _number, "number": _number, "money": _money, "time": _time, "text": _text, "list": _text}
_WANTED = {
    "flag": "write yes or no.", "count": "write a number, such as 3.", "number": "write a number, such as 3.5.",
    "money": "write an amount with its currency, such as 100 USD.", "time": "write a time with its zone, such as 2026-01-31T09:00+00:00.",
    "text": "write some text, at most 120 characters.", "list": "write an entry of the list, at most 120 characters.",
}  # fmt: skip
