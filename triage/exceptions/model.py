"""What a class of exceptions is: how it is seen, what shows it, what is best done about it and by whom, and how long that may take.

One entry of the tables beside this file is one class (policies.md 4.5 and 4.7). A class is open while one of its rules holds; it resolves
by itself when none does any more. `waits` are the numbers that grow with time: the watcher looks again when they reach their limit.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from triage.rules import Claim, Rule

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPEN: tuple[Claim, ...] = (("shipped", "eq", False),)
ABROAD: Claim = ("international", "eq", True)
AT_HOME: Claim = ("international", "eq", False)


@dataclass(frozen=True, slots=True)
class Resolution:
    """One way to solve it, in the order in which they are tried. `automatic`: a policy may let automation do it."""

    key: str
    label: str
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """A number that grows with time: (fact, limit); the fact is in hours or days."""

    fact: str
    limit: str
    unit: timedelta


@dataclass(frozen=True, slots=True)
class ExceptionClass:
    """`severity` 1 (money or trust, now) to 4. `within` is its clock; `working`: counted in working time. `outcome` is what the lane advises.

    `shared` is the fact by which many of them are one problem (a carrier, a node); "" where each stands alone.
    """

    key: str
    label: str
    severity: int
    rules: tuple[Rule, ...]
    evidence: tuple[str, ...]
    resolutions: tuple[Resolution, ...]
    owner: str
    within: timedelta
    working: bool = True
    waits: tuple[Wait, ...] = ()
    shared: str = ""
    draft: str = ""  # the key of the text that is ready for the customer (wording); "" where nothing is to be said


def rule(key: str, label: str, says: str, *claims: Claim) -> Rule:
    return Rule(key, label, says, claims)


def exception(key: str, label: str, severity: int, owner: str, within: timedelta, *rules: Rule, **more: Any) -> ExceptionClass:
    return ExceptionClass(key=key, label=label, severity=severity, owner=owner, within=within, rules=rules, **more)


def way(key: str, label: str, automatic: bool = False) -> Resolution:
    return Resolution(key, label, automatic)
