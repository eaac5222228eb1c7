"""What a lane is made of: outcomes, reasons, checks, playbooks, signals, thresholds, and what it asks about."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.db.models import Q

from ordersops.accounts.roles import Perm

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.orders.models import Order
    from ordersops.stores.models import Store


class Subject(Protocol):
    """What a lane asks about: an order, a return request, a conversation. An Order is one."""

    @property
    def pk(self) -> UUID: ...
    @property
    def store_id(self) -> UUID: ...
    @property
    def store(self) -> "Store": ...
    @property
    def order(self) -> "Order":
        """The order whose story it belongs to; an order is its own."""

    @property
    def title(self) -> str:
        """What it is called where it is not the order itself, such as R-1042-1. Holds no personal data."""

    @property
    def moment(self) -> datetime | None:
        """When the question arose: what was decided before may be a precedent."""

    @property
    def at_risk(self) -> tuple[Decimal | None, str]:
        """Money at risk, and its currency."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A question to be asked (again) about a subject, and the change that raises it."""

    store_id: UUID
    subject: UUID
    order_id: UUID
    because: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a customer said to another lane about an order. `about` is what was wanted (an intent, such as order.damaged), `text` the
    customer's own words: hostile. `source` is the conversation, the same each time, so that the same thing told twice is one."""

    order: "Order"
    about: str
    text: str
    source: UUID
    products: tuple[str, ...] = ()  # titles of the order's lines that were named


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
    # The same of an order whose goods have a known cost, or that earns something; {cost} and {margin} beside {amount}.
    mistaken_cost: str = ""
    mistaken_margin: str = ""
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
class Play:
    """A playbook as a lane declares it: what to do where all conditions hold, and the decision that it prepares; without an outcome, none.

    `when` are (fact, operator, value), also on what review/playbooks.py adds to the facts. `terms`: words for the outcome's terms.
    """

    key: str
    name: str
    when: tuple[tuple[str, str, Any], ...]
    steps: tuple[str, ...]
    outcome: str = ""
    reason: str = ""  # as advised; "" for the default one
    against: str = ""  # where it is against the advice
    note: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)


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
class Sign:
    """What is known beforehand of a signal: what it is called, and the points of its levels, the weakest first; none where they depend."""

    label: str
    group: str
    points: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that stands out in a queue: a rule that says which of its open cases are meant. Its filter is `?hint=` with the key.

    `words` follow the number: "3 due within the hour"; `one` where the number is one and the words differ. `fits` judges a case by its
    own columns. `advised`: of the most urgent that fit only those with one of these outcomes as verified advice, and none whose advice
    is closed to the person. `alike`: of the most urgent that fit the largest group whose orders share one of these keys.
    """

    key: str
    words: str
    sentence: str
    icon: str
    fits: Callable[["User"], Q]
    one: str = ""
    tone: str = ""
    advised: frozenset[str] = frozenset()
    alike: Mapping[str, str] = field(default_factory=dict)  # key of an order -> what it is called
    several: bool = False  # they can be decided together


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
    settings: Mapping[str, Any] = field(default_factory=dict)  # what else the lane lets a policy say, in its own words (Lane.settings)


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
