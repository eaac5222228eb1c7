"""What a rule of the triage lane is: a sentence and the claims that have to hold. Rules are data; `holds` is all that runs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

Claim = tuple[str, str, Any]  # fact, operator, value; a value “$name” is a limit of the policy


class Facts(Protocol):
    """Evidence, or a plain table in a test."""

    def __getitem__(self, key: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """Fires where all its claims hold. A fact that is not present never lets it fire (law 8)."""

    key: str
    label: str
    says: str
    claims: tuple[Claim, ...]

    def holds(self, facts: Facts, limits: Mapping[str, Any]) -> bool:
        return all(holds(facts, claim, limits) for claim in self.claims)

    def cited(self, facts: Facts, limits: Mapping[str, Any]) -> tuple[Claim, ...]:
        """The claims as anybody can check them against the evidence: limits filled in, and of several words the one that is there."""
        found = []
        for fact, operator, value in self.claims:
            if operator == "in":
                found.append((fact, "eq", facts[fact]))
            else:
                limit = _limit(value, limits)
                found.append((fact, operator, f"{limit} {unit}" if (unit := _currency(facts, fact)) else limit))
        return tuple(found)


def holds(facts: Facts, claim: Claim, limits: Mapping[str, Any]) -> bool:
    fact, operator, stated = claim
    value, limit = facts[fact], _limit(stated, limits)
    if value is None:
        return False
    if operator == "present":
        return True
    if operator == "eq":
        return bool(value == limit)
    if operator == "ne":
        return bool(value != limit)
    if operator == "in":
        return value in limit
    if operator == "ge":
        return bool(Decimal(value) >= Decimal(str(limit)))
    if operator == "gt":
        return bool(Decimal(value) > Decimal(str(limit)))
    if operator == "le":
        return bool(Decimal(value) <= Decimal(str(limit)))
    if operator == "lt":
        return bool(Decimal(value) < Decimal(str(limit)))
    raise ValueError(f"“{operator}” is no operator of a rule.")


def _limit(value: Any, limits: Mapping[str, Any]) -> Any:
    return limits[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def _currency(facts: Facts, key: str) -> str:
    """The currency of a sum: without it a citation of one is none."""
    found = getattr(facts, "facts", {}).get(key)
    return str(found.unit) if found is not None and found.kind == "money" else ""
