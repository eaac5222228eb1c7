"""Claims that cannot all be: an empty interval, two values of one fact, a fact that speaks both ways. And claims made twice."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ordersops.advice.verify.claims import Claim, fold, moment_of, number_of, plain
from ordersops.advice.verify.faults import Fault

if TYPE_CHECKING:
    from ordersops.advice.facts import Evidence, Fact


def contradictions(claims: Sequence[Claim], evidence: "Evidence", two_sided: set[str]) -> list[Fault]:
    """One fault for each fact that is contradicted, one note for each claim repeated. Facts in `two_sided` may speak both ways."""
    by_fact: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_fact[claim.fact].append(claim)
    faults = []
    for key, group in by_fact.items():
        if len(group) > 1:
            faults += _of_fact(key, group, evidence.facts.get(key), two_sided)
    return faults


def _of_fact(key: str, claims: list[Claim], fact: "Fact | None", two_sided: set[str]) -> list[Fault]:
    said: dict[tuple[str, str], set[str]] = {}
    values = []
    faults = []
    for claim in claims:
        value = meant(claim.value, fact)
        values.append((claim.op, value))
        directions = said.setdefault((claim.op, repr(value)), set())
        if claim.direction in directions:
            faults.append(Fault("duplicate", key[:80]))
        directions.add(claim.direction)
    both_ways = len({claim.direction for claim in claims}) > 1
    one_value = fact is not None and fact.kind not in {"list", "text"}
    if (
        any(len(directions) > 1 for directions in said.values())
        or (both_ways and one_value and key not in two_sided)
        or not together(values)
    ):
        faults.append(Fault("contradiction", key[:80]))
    return faults


def meant(value: Any, fact: "Fact | None") -> Any:
    """The value in the form in which two of them are compared; as it is where it has none."""
    kind = fact.kind if fact is not None else ""
    found: Any = None
    if fact is not None and kind in {"count", "number", "money"}:
        found = number_of(value, fact.unit, unit_needed=False)
        found = found.normalize() if found is not None else None
    elif kind == "time":
        found = moment_of(value)
    elif isinstance(value, str):
        found = fold(value).strip()
    return plain(value) if found is None else found


def together(values: Sequence[tuple[str, Any]]) -> bool:
    """Whether one state of the fact can make all of these (operator, value) true."""
    operators = {op for op, _ in values}
    if "absent" in operators and len(operators) > 1:
        return False
    same = [value for op, value in values if op == "eq"]
    if any(value != same[0] for value in same):
        return False
    if same and any(value == same[0] for op, value in values if op == "ne"):
        return False
    if {True, False} <= {value for op, value in values if op == "ne" and isinstance(value, bool)}:
        return False
    if (
        same
        and isinstance(same[0], str)
        and any(value not in same[0] for op, value in values if op == "contains" and isinstance(value, str))
    ):
        return False
    return _room(values, Decimal) and _room(values, datetime)


def _room(values: Sequence[tuple[str, Any]], kind: type) -> bool:
    """Whether the interval that the comparisons leave holds anything."""
    low: Any = None
    high: Any = None
    low_open = high_open = False
    for op, value in values:
        if not isinstance(value, kind):
            continue
        if op in {"ge", "gt", "eq"} and (low is None or value > low or (value == low and op == "gt")):
            low, low_open = value, op == "gt"
        if op in {"le", "lt", "eq"} and (high is None or value < high or (value == high and op == "lt")):
            high, high_open = value, op == "lt"
    if low is None or high is None:
        return True
    return bool(low < high) or (low == high and not low_open and not high_open)
