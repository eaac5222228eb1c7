"""The Lane protocol: all that the kernel knows of a lane. Lanes are named in settings.LANES and reached through here alone."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from ordersops.accounts.roles import Perm

if TYPE_CHECKING:
    from ordersops.advice.facts import Evidence
    from ordersops.advice.models import Recommendation
    from ordersops.orders.changes import Change
    from ordersops.orders.models import Order


@dataclass(frozen=True, slots=True)
class Outcome:
    """A possible answer. `risk` is the risk axis after it, `effect` the act that follows ("" for none).

    `also`: acts that follow besides, in those stores whose interface has them.
    """

    key: str
    label: str  # as advice and decision: "Release the order"
    button: str  # one word: "Release"
    tone: str  # good, bad or neutral
    risk: str
    effect: str
    sentence: str  # what happens if it is chosen
    automatic: bool = False  # a policy may let automation choose it
    mistaken: str = ""  # what it costs where it is wrong; {amount} is the money at risk
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code: for which outcomes, and what it says about the world (a review.Label). `overrides` are offered when deciding against advice."""

    code: str
    sentence: str
    outcomes: frozenset[str]
    label: str
    overrides: bool = False
    needs: Perm | None = None
    default: bool = False  # taken where advice is approved without choosing one
    two: bool = False  # it always needs a second person
    customer_text: str = ""  # what the customer may be told; never why
    version: int | None = None  # as supervisors last wrote it; None as it is declared


@dataclass(frozen=True, slots=True)
class Check:
    """One item of a lane's checklist: what a reviewer makes sure of. `claims` answer it from the evidence where all of them hold.

    An item without claims can only be ticked by a person; one that the evidence contradicts can be ticked all the same.
    """

    key: str
    sentence: str
    claims: tuple[tuple[str, str, Any], ...] = ()  # (fact, operator, value)


@dataclass(frozen=True, slots=True)
class Seen:
    """A signal: one thing that a rule saw. `points` move the score; `claim` is what it says, checkable: (fact, operator, value)."""

    key: str
    group: str
    state: str  # fired, clearing, unavailable
    points: int
    says: str
    claims: tuple[tuple[str, str, Any], ...] = ()

    @property
    def facts(self) -> list[str]:
        return list(dict.fromkeys(fact for fact, _, _ in self.claims))


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds of a lane. `version` goes on every recommendation made under it."""

    version: str
    anomalous_from: int  # score at which a person looks
    high_from: int
    decline_from: int  # score at which the scorecard recommends against the order
    review_within: dict[str, timedelta]  # by band
    attack_orders: int  # orders sharing one key ...
    attack_within: timedelta  # ... in this time make one attack


@dataclass(frozen=True, slots=True)
class Priority:
    """Higher is sooner. The reasons are shown with it."""

    points: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told about its task. A changed text is a new name; calls with a text that was not registered are refused."""

    name: str  # such as fraud-1
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


class Known(Protocol):
    """What is known beforehand of a fact: scopes of policies are written in these words."""

    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def trust(self) -> str: ...
    @property
    def unit(self) -> str: ...


class Lane(Protocol):
    """One kind of question about an order."""

    key: str
    label: str
    policy: Policy
    rules_version: str
    prompt: Prompt | None  # None: only the scorecard can be asked
    drafts: bool  # the advisor drafts a message to the customer
    decides: Perm  # who may approve
    outcomes: dict[str, Outcome]
    reasons: tuple[Reason, ...]  # as declared; those in force are review.queries.reasons_of
    checklist: tuple[Check, ...]  # what a reviewer makes sure of, in this order
    leanings: Mapping[str, str]  # fact -> what more of it speaks for: `for` or `against` risk; a fact that can speak both ways is not in it
    facts: Mapping[str, Known]  # every fact that `gather` may give, by key

    def touched_by(self, change: "Change") -> str:
        """Why this change of an order raises the question (again), or "" when it does not."""

    def gather(self, orders: Sequence["Order"]) -> dict[UUID, "Evidence"]:
        """The evidence for each order, from a constant number of queries for the whole batch.

        History counts from the past of each order only.
        """

    def signals(self, evidence: "Evidence") -> list[Seen]:
        """What the rules see. Pure; a fact that is not present never adds points."""

    def possible(self, order: "Order") -> list[str]:
        """The outcomes that can still be chosen for the order now."""

    def attack_key(self, evidence: "Evidence", policy: Policy | None = None) -> str:
        """What many orders share in a short time, such as `ip:123`, or "". The policy in force says how many; by default the lane's own."""

    def headline(self, evidence: "Evidence", signals: Sequence[Seen]) -> str:
        """One line that lets a reviewer judge at a glance. Holds no personal data."""

    def priority(self, *, amount: Decimal | None, score: int, due_in: timedelta, tier: str) -> Priority:
        """How urgent, with the reasons."""

    def may_choose(self, recommendation: "Recommendation", outcome: str) -> Perm | None:
        """A further right that this outcome needs on this advice (releasing a block-list hit), or None."""

    def panel(self, evidence: "Evidence") -> dict[str, Any]:
        """Context of templates/<lane>/_panel.html."""


@lru_cache(maxsize=1)
def lanes() -> dict[str, Lane]:
    """All lanes by key."""
    found = [import_string(path)() for path in settings.LANES]
    return {lane.key: lane for lane in found}


def lane(key: str) -> Lane:
    return lanes()[key]
