"""The Lane protocol: all that the kernel knows of a lane. Lanes are named in settings.LANES and reached through here alone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.module_loading import import_string
from pydantic import BaseModel

from ordersops.accounts.roles import Perm
from ordersops.cases.parts import Check, Hint, Known, Outcome, Play, Policy, Priority, Prompt, Raised, Reason, Seen, Sign, Subject, Told
from ordersops.cases.problems import Problem

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from ordersops.accounts.models import User
    from ordersops.advice.facts import Evidence
    from ordersops.advice.following import Assessed
    from ordersops.advice.models import Recommendation
    from ordersops.cases.models import Case
    from ordersops.effects.actions import Act
    from ordersops.orders.changes import Change
    from ordersops.orders.models import Order
    from ordersops.review.models import Decision
    from ordersops.stores.facts import OrderFacts

__all__ = [
    "Check", "Hint", "Known", "Lane", "Outcome", "Play", "Policy", "Priority", "Prompt", "Raised", "Reason", "Seen", "Sign", "Subject", "Told",
    "lane", "lanes",
]  # fmt: skip


class Lane(Protocol):
    """One kind of question, about one kind of subject. What a lane leaves out is as for a question about an order."""

    key: str
    label: str
    policy: Policy
    rules_version: str
    prompt: Prompt | None  # None: only the scorecard can be asked
    drafts: bool  # the advisor drafts a message to the customer
    decides: Perm  # who may approve
    outcomes: dict[str, Outcome]
    reasons: tuple[Reason, ...]  # as declared; those in force are review.queries.reasons_of
    checklist: tuple[Check, ...] = ()  # what a reviewer makes sure of, in this order
    playbooks: tuple[Play, ...] = ()  # as declared; those in force are rows (PlaybookVersion)
    preparable: Mapping[str, tuple[str, ...]] = {}  # outcome -> fields of its terms that are words, which a playbook may prepare
    leanings: Mapping[str, str]  # fact -> what more of it speaks for: `for` or `against` risk; a fact that can speak both ways is not in it
    facts: Mapping[str, Known]  # every fact that `gather` may give, by key
    signs: Mapping[str, Sign] = {}  # every signal that `signals` may see for risk, by key; one that is not here is called by its key
    hints: tuple[Hint, ...] = ()  # what stands out in its queue, besides what does in every one (cases/hints.py)
    settings: type[BaseModel] | None = None  # what a policy version may say beside the thresholds; its defaults are the lane's own
    adjustable: frozenset[str] = frozenset()  # outcomes that a person may choose as advised, but under other terms, against the advice
    panel_leads: bool = False  # its panel stands before the evidence: a plan, a judgement of lines, a conversation
    plans_shipping: bool = False  # its advice says where the order ships from
    of_orders: bool = True  # it asks about orders themselves: a person may ask that it review one
    when_asked: str = ""  # what follows at once when a person does, as a sentence
    ends_with_order: bool = True  # nothing is left to decide once the order has left or is cancelled

    # --- what is asked about ---
    def raised_by(self, changes: Sequence["Change"]) -> list[Raised]:
        """The questions that these changes of orders raise (again)."""
        placed = [change for change in changes if change.order.placed_at is not None]
        found = [(change.order, self.touched_by(change)) for change in placed]
        return [Raised(order.store_id, order.pk, order.pk, because) for order, because in found if because]

    def touched_by(self, change: "Change") -> str:
        """Of a question about an order: why this change raises it (again), or "" when it does not."""
        return ""

    def lock(self, ids: Collection[UUID]) -> list[Subject]:
        """The subjects, locked, with store and customer: their orders first, by id, as everywhere; then their own rows, by id."""
        from ordersops.orders.models import Order

        found = Order.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
        return list(found.select_related("store", "customer"))

    def subject_of(self, case: "Case") -> Subject:
        """What the case is about, not locked, for a page that shows it."""
        return case.order

    def gather(self, subjects: Sequence[Any]) -> dict[UUID, "Evidence"]:
        """The evidence for each subject, from a constant number of queries for the whole batch.

        History counts from the past of each order only.
        """
        raise NotImplementedError

    def take_in(self, facts: "Sequence[tuple[UUID, OrderFacts]]", by: "User") -> None:
        """Take in what deliveries say that is the lane's own, as (store id, facts) in the order of arrival. In the unit that has applied
        what they say of orders, which are locked. The same facts again, and older ones, change nothing."""

    def told(self, told: Sequence[Told], by: "User") -> list[Raised]:
        """Hear what a customer said to another lane, and say which questions it raises here. In that lane's unit, which has locked the
        orders. A lane that asks about something else than orders makes it first."""
        return [Raised(one.order.store_id, one.order.pk, one.order.pk, f"told: {one.about}") for one in told]

    # --- what the rules make of it: pure ---
    def signals(self, evidence: "Evidence", policy: Policy | None = None) -> list[Seen]:
        """What the rules see, under the policy in force, by default the lane's own. A fact that is not present never adds points."""
        raise NotImplementedError

    def choose(self, evidence: "Evidence", signals: Sequence[Seen], score: int, possible: Sequence[str], policy: Policy) -> str:
        """The outcome that the rules advise, out of `possible`.

        By default against the subject from the policy's score on, else for it: the first possible outcome of that tone, or what is left.
        """
        tone = "bad" if score >= policy.decline_from else "good"
        return next((key for key in possible if self.outcomes[key].tone == tone), possible[0])

    def terms(self, evidence: "Evidence", outcome: str, policy: Policy) -> dict[str, Any]:
        """What the outcome means here in particular, as JSON holds it: the plan, the lines and amounts, the reply. Never a model's word."""
        return {}

    def headline(self, evidence: "Evidence", signals: Sequence[Seen], policy: Policy | None = None) -> str:
        """One line that lets a reviewer judge at a glance. Holds no personal data."""
        raise NotImplementedError

    def priority(self, *, amount: Decimal | None, score: int, due_in: timedelta, tier: str) -> Priority:
        """How urgent, with the reasons."""
        raise NotImplementedError

    def attack_key(self, evidence: "Evidence", policy: Policy | None = None) -> str:
        """What many orders share in a short time, such as `ip:123`, or "". The policy in force says how many; by default the lane's own."""
        return ""

    # --- what follows ---
    def possible(self, subject: Any) -> list[str]:
        """The outcomes that can still be chosen for the subject now."""
        raise NotImplementedError

    def undecided(self, subject: Any) -> bool:
        """Whether advice about it still matters: where a decision stands, late advice is measured and changes nothing."""
        raise NotImplementedError

    def follow(self, assessed: "Sequence[Assessed]", by: "User") -> "list[Assessed]":
        """Write what follows from advice in the lane's own rows, and return those that need a person: they become cases.

        Never a release, never money: those need a decision. In the unit that assessed them, which has locked the subjects.
        """
        raise NotImplementedError

    def may_choose(self, recommendation: "Recommendation", outcome: str) -> Perm | None:
        """A further right that this outcome needs on this advice (releasing a block-list hit), or None."""
        return None

    def left_to_person(self, *, advice: "Recommendation", policy: Policy, today: "QuerySet[Decision]") -> str:
        """Why automation leaves it to a person beside what the kernel asks anyway (rollout/mandate.py), or "". `today`: what automation has
        decided in this lane and store since midnight. In the unit that decides, in which no other automatic decision of the lane is made."""
        return ""

    def terms_form(self, evidence: "Evidence", outcome: str, terms: Mapping[str, Any], data: Any = None) -> forms.Form | None:
        """How a person may change the terms of an outcome; None where there is nothing to change. `cleaned_data` of a valid form are the terms."""
        return None

    def settings_of(self, policy: Policy) -> Any:
        """What the policy says in the lane's own words, with its defaults for what it leaves out."""
        assert self.settings is not None
        return self.settings.model_validate(policy.settings)

    def differs(self, advised: Mapping[str, Any], chosen: Mapping[str, Any]) -> bool:
        """Whether other terms under the same outcome are a decision against the advice, with a reason and a note."""
        return dict(advised) != dict(chosen)

    def settle(self, *, subjects: Sequence[Any], outcome: Outcome, decision: "Decision", by: "User") -> None:
        """The lane's own rows follow a decision. In its unit, which has locked the subjects."""

    def open_again(self, *, subjects: Sequence[Any], by: "User") -> None:
        """The lane's own rows follow when a decision is undone, taken back, or its case is opened again. In that unit."""

    def asked_for(self, *, subjects: Sequence[Any], by: "User") -> None:
        """The lane's own rows follow when a person asks that these be reviewed. In that unit, which has locked the subjects."""

    def customer_asked(self, *, subjects: Sequence[Any], by: "User") -> None:
        """The lane's own rows follow when the customer was asked and the case waits for the answer. In that unit."""

    def acts(self, subject: Any, outcome: Outcome, terms: Mapping[str, Any]) -> "list[Act]":
        """The acts outside that follow from a decision about the subject: those that the outcome names."""
        from ordersops.effects.actions import Act, reached

        also = [kind for kind in outcome.also if reached(kind=kind, orders=[subject.order])]
        return [Act(subject.order, kind) for kind in [*filter(None, [outcome.effect]), *also]]

    def ships_from(self, order: "Order") -> "Collection[UUID]":
        """The locations from which the lane plans to ship the order; none where it has no plan, or not any more."""
        return ()

    def forget(self, orders: "Sequence[Order]") -> int:
        """Erase what people wrote about these orders, and who they are, from the lane's own rows. Returns of how many. In the unit of the
        erasing, before the orders themselves are forgotten."""
        return 0

    def problems(self, user: "User", stores: Sequence[UUID], most: int) -> list[Problem]:
        """For the control tower: what is wrong in these stores that the person may see and that is no case of the lane, the `most` most
        urgent ones. In a constant number of queries."""
        return []

    def panel(self, evidence: "Evidence", policy: Policy | None = None) -> dict[str, Any]:
        """Context of templates/<lane>/_panel.html, under the policy of the advice that is shown."""
        return {}

    def panel_closed(self, evidence: "Evidence") -> dict[str, Any]:
        """The same while the advice is closed to the reader: what was said and asked for, and nothing from which the advice can be told."""
        return {}


@lru_cache(maxsize=1)
def lanes() -> dict[str, Lane]:
    """All lanes by key."""
    found = [import_string(path)() for path in settings.LANES]
    return {lane.key: lane for lane in found}


def lane(key: str) -> Lane:
    return lanes()[key]
