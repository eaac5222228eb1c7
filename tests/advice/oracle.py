"""Other values for claims, and a second reading of the evidence, written without the verifier: what is still true of a changed answer."""

import random
import re
import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.verify import Claim
from ordersops.cases.lanes import Seen


def true(fact: Fact | None, op: str, value: Any) -> bool | None:
    """Whether the claim is true and may be made. None where its form is in doubt, which must count as not true."""
    if fact is None:
        return None
    if op in {"present", "absent"}:
        return (value is None or value is True or value == "") and (fact.state == "present") is (op == "present")
    if fact.state != "present":
        return None
    if fact.trust == "customer" and (op not in {"eq", "contains"} or fact.kind != "text"):
        return None
    actual = fact.value
    left: Any
    right: Any
    match fact.kind:
        case "flag":
            return {"eq": actual is value, "ne": actual is (not value)}.get(op) if isinstance(value, bool) else None
        case "text":
            if not isinstance(value, str):
                return None
            left, right = (unicodedata.normalize("NFKC", text).casefold() for text in (actual, value))
            holds = bool(right.strip()) and left.find(right) >= 0
            if fact.trust == "customer" and op == "contains" and holds and right.strip() != left.strip():
                holds = len(re.sub(r"\W", "", right)) >= 4 and re.search(rf"(?<!\w){re.escape(right.strip())}(?!\w)", left) is not None
            return {"eq": left == right, "ne": left != right, "contains": holds}.get(op)
        case "list":
            if op != "contains":
                return None
            if isinstance(value, dict):
                return bool(value) and any(
                    isinstance(row, dict) and all(repr(row.get(key)).casefold() == repr(entry).casefold() for key, entry in value.items())
                    for row in actual
                )
            return isinstance(value, str) and value.casefold() in [row for row in actual if isinstance(row, str)]
        case "time":
            try:
                moment = datetime.fromisoformat(value) if isinstance(value, str) else value
                left = right = actual.timestamp()
                right = moment.timestamp() if isinstance(moment, datetime) and moment.tzinfo else None
            except ValueError:
                return None
        case _:
            if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
                return None
            text = str(value)
            words = [text[:-1], "%"] if text.endswith("%") and fact.unit == "%" else text.split(" ")
            if len(words) > 2 or (fact.kind == "money" and len(words) != 2) or (len(words) == 2 and words[1].lower() != fact.unit.lower()):
                return None
            try:
                left, right = Decimal(str(actual)), Decimal(words[0])
            except ArithmeticError:
                return None
    if right is None:
        return None
    holds_for = {"eq": left == right, "ne": left != right, "ge": left >= right, "gt": left > right, "le": left <= right, "lt": left < right}
    return holds_for.get(op)


def other_way(claim: Claim, evidence: Evidence, signals: list[Seen], leanings: dict[str, str]) -> bool:
    """Whether the claim may as well speak the other way: no rule saw anything in its fact, and the table does not know better."""
    fact = evidence.facts[claim.fact]
    if fact.trust == "customer" or any(one.points and claim.fact in one.facts for one in signals):
        return False
    more = claim.fact in leanings
    says = {"flag": claim.op in {"eq", "ne"}, "text": False, "time": False, "list": True}.get(
        fact.kind, claim.op in {"ge", "gt", "le", "lt"} or (claim.op == "eq" and not Decimal(re.sub(r"[^\d.]", "", str(claim.value)) or 1))
    )
    return not (more and says)


def cited(claims: list[Claim] | tuple[Claim, ...], evidence: Evidence) -> set[Decimal]:
    """The numbers of the facts that are cited, customers' facts left out. What stands in a text is no number."""
    found: set[Decimal] = set()
    for claim in claims:
        fact = evidence.facts[claim.fact]
        if fact.trust == "customer" or fact.state != "present":
            continue
        value = fact.value
        if isinstance(value, bool):
            continue
        if isinstance(value, int | Decimal):
            found.add(Decimal(value))
        if isinstance(value, datetime):
            found |= {Decimal(value.year), Decimal(value.day), Decimal(value.hour), Decimal(value.minute)}
        for text in (fact.label, *_fields(fact)):
            found |= {Decimal(number.replace(",", "")) for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)}
    return found


def _fields(fact: Fact) -> list[str]:
    """The numeric fields of a list's entries; written as text they are numbers only in our own lists."""
    entries = [pair for row in fact.value if isinstance(row, dict) for pair in row.items()] if isinstance(fact.value, list) else []
    number = re.compile(r"-?[\d.]+( [A-Z]{3})?")
    return [
        str(entry)
        for key, entry in entries
        if key != "number" and (type(entry) is int or (fact.trust == "system" and isinstance(entry, str) and number.fullmatch(entry)))
    ]


def other(rng: random.Random, value: Any) -> Any:
    """Another value, or the same in a form in doubt."""
    if isinstance(value, bool):
        return rng.choice([not value, int(value), str(value)])
    if isinstance(value, int | float | Decimal):
        return rng.choice([value + 1, value - 1, value * 10, -value, str(value) + "0", str(value) + " USD", f"{value} km", None, True])
    if isinstance(value, datetime):
        return value + rng.choice([1, -1]) * timedelta(microseconds=rng.choice([1, 10**6, 10**9]))
    if isinstance(value, dict):
        key = rng.choice(list(value))
        return {**value, key: other(rng, value[key])} if rng.random() < 0.7 else {**value, "invented": "yes"}
    if isinstance(value, str) and value:
        spot = rng.randrange(len(value))
        return rng.choice(
            [
                value[:spot] + rng.choice("0123456789xyz ") + value[spot + 1 :],
                value + "9",
                "9" + value,
                value[:spot],
                value[1:],
                7,
                value + " EUR",
            ]
        )
    return rng.choice([7, "x", False, []])


BOUND_WORDS = ("at least ", "more than ", "at most ", "less than ", "over ", "under ")


def bounds(claims: list[Claim] | tuple[Claim, ...]) -> set[Decimal]:
    """The numbers that claims compare with."""
    return {
        Decimal(number.replace(",", ""))
        for claim in claims
        if claim.op in {"ge", "gt", "le", "lt"}
        for number in re.findall(r"\d+(?:\.\d+)?", str(claim.value))
    }
