"""The table of signals. One decorated rule is one entry; its name is its key, its weights stand in weights.py.

A rule takes the evidence and returns a Hit or None. It runs only when every fact that it needs is present, so a fact that is
missing can never add points (law 8); the rule itself need not think of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fraud.history import NEWEST
from fraud.weights import WEIGHTS
from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import Seen

GROUPS = ("identity", "email", "phone", "address", "geo", "device", "payment", "velocity", "basket", "behaviour", "history", "network")


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule has seen: in words, the claims that carry it, and at which level of its weights.

    Numbers in the words are those of the first claim's fact.
    """

    says: str
    claims: tuple[tuple[str, str, Any], ...]
    level: int = 0


Rule = Callable[[Evidence], Hit | None]


@dataclass(frozen=True, slots=True)
class Signal:
    key: str
    group: str
    label: str
    needs: tuple[str, ...]
    rule: Rule
    source: str
    weights: tuple[int, ...]

    def see(self, evidence: Evidence) -> Seen | None:
        if not evidence.has(*self.needs):
            return None
        hit = self.rule(evidence)
        if hit is None:
            return None
        points = self.weights[hit.level]
        return Seen(self.key, self.group, "fired" if points > 0 else "clearing", points, hit.says[:300], hit.claims)


SIGNALS: dict[str, Signal] = {}


def signal(group: str, label: str, *needs: str, source: str) -> Callable[[Rule], Rule]:
    """Enter the decorated rule in the table. `needs` are the facts without which it does not run; `source` is where the idea comes from."""

    def enter(rule: Rule) -> Rule:
        key = getattr(rule, "__name__", "")
        SIGNALS[key] = Signal(key, group, label, needs, rule, source, WEIGHTS[key])
        return rule

    return enter


def hit(says: str, *claims: tuple[str, str, Any], level: int = 0) -> Hit:
    return Hit(says, claims, level)


def is_true(fact: str) -> tuple[str, str, Any]:
    return fact, "eq", True


def is_false(fact: str) -> tuple[str, str, Any]:
    return fact, "eq", False


def at_least(fact: str, limit: int) -> tuple[str, str, Any]:
    return fact, "ge", limit


def reached(value: Any, *limits: int) -> int | None:
    """The highest level whose limit the value reaches, or None."""
    level = sum(value >= limit for limit in limits) - 1
    return level if level >= 0 else None


def times(number: Any, one: str, many: str) -> str:
    """A count in words: windows hold at most the 50 newest orders, so 50 means that or more."""
    return f"{number} or more {many}" if number >= NEWEST else f"{number} {one if number == 1 else many}"


def said(number: Decimal) -> str:
    return f"{number:,f}"
