"""Mutate the fact, the operator or the value of claims that hold: the verifier must catch each one that is no longer true.

Whether a mutant is still true is judged here by a second, independent reading of the evidence, written without the verifier.
"""

import random
import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ordersops.advice.facts import Fact
from ordersops.advice.verify import Claim, verify
from tests.advice.evidence import EVIDENCE
from tests.advice.test_verify import HOLD

ALL_OPERATORS = ("eq", "ne", "ge", "gt", "le", "lt", "contains", "present", "absent")
ROUNDS = 4000


def _mutant(rng: random.Random, claim: tuple[str, str, Any]) -> tuple[str, str, Any]:
    fact, op, value = claim
    match rng.randrange(3):
        case 0:
            return rng.choice([*EVIDENCE.facts, "made_up", fact + "_"]), op, value
        case 1:
            return fact, rng.choice(ALL_OPERATORS), value
        case _:
            return fact, op, _other(rng, value)


def _other(rng: random.Random, value: Any) -> Any:
    if isinstance(value, bool):
        return rng.choice([not value, int(value), str(value)])
    if isinstance(value, int | float | Decimal):
        return rng.choice([value + 1, value - 1, value * 10, -value, str(value) + "0", str(value) + " USD", None])
    if isinstance(value, datetime):
        return value + rng.choice([1, -1]) * timedelta(microseconds=rng.choice([1, 10**6, 10**9]))
    if isinstance(value, dict):
        key = rng.choice(list(value))
        return {**value, key: _other(rng, value[key])} if rng.random() < 0.7 else {**value, "invented": "yes"}
    if isinstance(value, str) and value:
        spot = rng.randrange(len(value))
        return rng.choice(
            [value[:spot] + rng.choice("0123456789xyz ") + value[spot + 1 :], value + "9", "9" + value, value[:spot], value[1:], 7]
        )
    return rng.choice([7, "x", False, []])


def _true(fact: Fact | None, op: str, value: Any) -> bool | None:
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
    match fact.kind:
        case "flag":
            return {"eq": actual is value, "ne": actual is (not value)}.get(op) if isinstance(value, bool) else None
        case "text":
            if not isinstance(value, str):
                return None
            left, right = (unicodedata.normalize("NFKC", text).casefold() for text in (actual, value))
            return {"eq": left == right, "ne": left != right, "contains": bool(right.strip()) and left.find(right) >= 0}.get(op)
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
            words = str(value).split(" ")
            if len(words) > 2 or (fact.kind == "money" and len(words) != 2) or (len(words) == 2 and words[1].lower() != fact.unit.lower()):
                return None
            try:
                left, right = Decimal(str(actual)), Decimal(words[0])
            except ArithmeticError:
                return None
    if right is None:
        return None
    return {"eq": left == right, "ne": left != right, "ge": left >= right, "gt": left > right, "le": left <= right, "lt": left < right}.get(
        op
    )


def test_every_mutant_that_is_no_longer_true_is_caught() -> None:
    rng = random.Random(20261120)
    false, caught, equivalent = 0, 0, 0
    slipped = []
    for _ in range(ROUNDS):
        original = rng.choice(HOLD)
        fact, op, value = mutant = _mutant(rng, original)
        if mutant == original:
            continue
        passed = verify([Claim(fact, op, value, "for", "")], EVIDENCE)[0].verified
        if _true(EVIDENCE.facts.get(fact), op, value):
            equivalent += 1
            continue
        false += 1
        caught += not passed
        if passed:
            slipped.append(mutant)
    print(f"mutants: {false + equivalent}, still true: {equivalent}, no longer true: {false}, caught: {caught} ({caught / false:.1%})")
    assert not slipped, slipped[:10]
    assert false > ROUNDS / 3
