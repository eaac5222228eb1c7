"""What an order is: exactly one of standard, flagged and exception, with a priority that says why. Rules are data (TRI-01 to TRI-05, TRI-08)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from triage.exceptions import Found, detect
from triage.rules import Claim, Facts, Rule


@dataclass(frozen=True, slots=True)
class Flag:
    """A reason for special handling. `person`: it waits for a person (TRI-09). `points` count for the priority."""

    rule: Rule
    person: bool = False
    points: int = 0

    @property
    def key(self) -> str:
        return self.rule.key


def _flag(key: str, label: str, says: str, *claims: Claim, person: bool = False, points: int = 0) -> Flag:
    return Flag(Rule(key, label, says, claims), person, points)


FLAGS: tuple[Flag, ...] = (
    _flag("high_value", "High value", "It is worth more than is usual.", ("total", "ge", "$high_value"), person=True, points=20),
    _flag("international", "International", "It goes abroad.", ("international", "eq", True), person=True, points=5),
    _flag("hazmat", "Hazardous", "It holds hazardous goods.", ("hazmat", "eq", True), person=True, points=5),
    _flag("lithium", "Lithium batteries", "It holds lithium batteries.", ("lithium", "eq", True)),
    _flag("gift", "Gift", "It is to be gift-wrapped.", ("gift", "eq", True), points=2),
    _flag("gift_message", "Gift message", "A message goes with it.", ("gift_message", "eq", True), points=2),
    _flag("oversize", "Oversize", "It is too large for a usual parcel.", ("oversize", "eq", True)),
    _flag("perishable", "Perishable", "It has to stay cold.", ("cold_chain", "eq", True), points=15),
    _flag("next_day", "Next-day promise", "It is promised for the next day.", ("next_day", "eq", True), points=25),
    _flag("configured", "Made to order", "Something of it is made to order.", ("configured", "ge", 1), points=2),
    _flag("company", "Company", "A company ordered it.", ("company", "eq", True), points=5),
    _flag("complex", "Many lines", "It has many lines.", ("lines", "ge", "$complex_lines"), points=5),
)
TIERS = {"premium": 10, "gold": 10, "platinum": 15, "vip": 15}  # TRI-05
SEVERITY = {1: 40, 2: 25, 3: 15, 4: 5}
MONEY = ((1000, 15), (500, 10), (200, 5))


@dataclass(frozen=True, slots=True)
class Triaged:
    """`kind` is standard, flagged or exception. `priority` is 0 to 100; its reasons are shown with it."""

    kind: str
    flags: tuple[Flag, ...]
    exceptions: tuple[Found, ...]
    priority: int
    reasons: tuple[str, ...]

    @property
    def needs_person(self) -> bool:
        """Whether it waits for a person whatever the policy's mode: high value, abroad, hazardous, or something is wrong with it."""
        return bool(self.exceptions) or any(flag.person for flag in self.flags)

    @property
    def label(self) -> str:
        words = [found.rule.label for found in self.exceptions] or [flag.rule.label for flag in self.flags] or ["Standard"]
        return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")


def triage(facts: Facts, limits: Mapping[str, Any]) -> Triaged:
    """What the order is by these facts. An exception stands above any flag, a flag above standard."""
    exceptions = tuple(detect(facts, limits))
    flags = tuple(flag for flag in FLAGS if flag.rule.holds(facts, limits))
    kind = "exception" if exceptions else "flagged" if flags else "standard"
    points, reasons = _priority(facts, flags, exceptions)
    return Triaged(kind, flags, exceptions, points, tuple(reasons))


def _priority(facts: Facts, flags: Sequence[Flag], exceptions: Sequence[Found]) -> tuple[int, list[str]]:
    parts: list[tuple[int, str]] = []
    if exceptions:
        parts.append((SEVERITY[exceptions[0].of.severity], exceptions[0].rule.label.lower()))
    parts += [(flag.points, flag.rule.label.lower()) for flag in flags if flag.points]
    tier = str(facts["tier"] or "").casefold()
    if tier in TIERS:
        parts.append((TIERS[tier], f"{tier} customer"))
    total = facts["total"]
    parts += [(worth, f"worth {limit} or more") for limit, worth in MONEY if total is not None and Decimal(total) >= limit][:1]
    if facts["express"] and not facts["next_day"]:
        parts.append((10, "fast shipping"))
    parts.sort(key=lambda part: -part[0])
    return min(sum(part[0] for part in parts), 100), [f"{says} (+{points})" for points, says in parts]
