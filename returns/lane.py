"""The returns lane: is this return to be accepted, and how? The one object that the kernel sees."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet, prefetch_related_objects
from pydantic import BaseModel

from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.facts import Evidence
from ordersops.advice.following import Assessed
from ordersops.advice.models import Recommendation
from ordersops.advice.scorecard import fingerprint
from ordersops.cases.lanes import (
    Check,
    Hint,
    Known,
    Lane,
    Outcome,
    Play,
    Policy,
    Priority,
    Prompt,
    Raised,
    Reason,
    Seen,
    Sign,
    Subject,
    Told,
)
from ordersops.cases.models import Case
from ordersops.effects.actions import Act
from ordersops.orders.changes import Change
from ordersops.orders.models import Order
from ordersops.review.models import Decision
from ordersops.rollout.queries import Book
from ordersops.stores.facts import OrderFacts
from returns import erasing, following, hearing, panel, rules, terms
from returns import facts as gathering
from returns.actions import taking_in
from returns.asked import NEEDS
from returns.catalogue import FACTS
from returns.checklist import CHECKLIST
from returns.effects import acts
from returns.hints import HINTS, SIGNS
from returns.models import ReturnRequest
from returns.playbooks import PLAYBOOKS
from returns.policy import POLICY, Settings
from returns.reasons import APPROVE, KEEP, OUTCOMES, REASONS, REPLACE

# What of an order says something new about a return that nobody has decided.
TOUCHES = frozenset({"shipment", "refund", "dispute", "payment"})
MONEY = ((500, 40), (200, 30), (50, 15))


class Returns(Lane):
    key: str = "returns"
    label: str = "Returns"
    policy: Policy = POLICY
    rules_version: str = f"{rules.VERSION}+{fingerprint(rules.WEIGHTS)}"
    prompt: Prompt | None = None
    drafts: bool = False
    decides: Perm = Perm.DECIDE_RETURNS
    outcomes: dict[str, Outcome] = OUTCOMES
    reasons: tuple[Reason, ...] = REASONS
    checklist: tuple[Check, ...] = CHECKLIST
    leanings: Mapping[str, str] = {}
    playbooks: tuple[Play, ...] = PLAYBOOKS
    facts: Mapping[str, Known] = FACTS
    signs: Mapping[str, Sign] = SIGNS
    hints: tuple[Hint, ...] = HINTS
    settings: type[BaseModel] | None = Settings
    adjustable: frozenset[str] = frozenset({APPROVE.key, KEEP.key, REPLACE.key})
    panel_leads: bool = True
    of_orders: bool = False
    ends_with_order: bool = False

    def raised_by(self, changes: Sequence[Change]) -> list[Raised]:
        """News of the order re-open what is undecided about it."""
        touched = {change.order.pk: kinds for change in changes if (kinds := sorted(change.kinds & TOUCHES))}
        rows = ReturnRequest.objects.filter(order__in=touched, state__in=following.UNDECIDED) if touched else ReturnRequest.objects.none()
        return [Raised(row.store_id, row.pk, row.order_id, touched[row.order_id][0]) for row in rows]

    def take_in(self, facts: Sequence[tuple[UUID, OrderFacts]], by: User) -> None:
        taking_in.take_in(facts=[(store, fact) for store, fact in facts if fact.returns], by=by)

    def told(self, told: Sequence[Told], by: User) -> list[Raised]:
        return hearing.hear(told, by)

    def lock(self, ids: Collection[UUID]) -> list[Subject]:
        mine = Order.objects.filter(return_requests__in=ids).order_by("pk").select_for_update(of=("self",))
        orders = {order.pk: order for order in mine.select_related("store", "customer")}
        rows = list(ReturnRequest.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)).select_related("store"))
        for row in rows:
            row.order = orders[row.order_id]
        return list(rows)

    def subject_of(self, case: Case) -> Subject:
        return ReturnRequest.objects.select_related("store", "order").get(pk=case.subject)

    def gather(self, subjects: Sequence[ReturnRequest]) -> dict[UUID, Evidence]:
        prefetch_related_objects(list(subjects), *NEEDS)
        return gathering.gather(subjects)

    def signals(self, evidence: Evidence, policy: Policy | None = None) -> list[Seen]:
        policy = policy or self.policy
        return rules.see(evidence, self.settings_of(policy), policy=policy.version)

    def choose(self, evidence: Evidence, signals: Sequence[Seen], score: int, possible: Sequence[str], policy: Policy) -> str:
        return rules.choose(evidence, possible, self.settings_of(policy), policy=policy.version)

    def terms(self, evidence: Evidence, outcome: str, policy: Policy) -> dict[str, Any]:
        return rules.terms(evidence, outcome, self.settings_of(policy), policy=policy.version)

    def terms_form(self, evidence: Evidence, outcome: str, terms_: Mapping[str, Any], data: Any = None) -> forms.Form | None:
        return terms.form(outcome, terms_, evidence["left_to_refund"], data)

    def headline(self, evidence: Evidence, signals: Sequence[Seen], policy: Policy | None = None) -> str:
        held = policy or self.policy
        return rules.headline(evidence, self.settings_of(held), policy=held.version)

    def priority(self, *, amount: Decimal | None, score: int, due_in: timedelta, tier: str) -> Priority:
        points, reasons = score * 30 // 100, [f"score {score}"]
        for limit, worth in MONEY:
            if amount is not None and amount >= limit:
                points += worth
                reasons.insert(0, f"{amount:,.2f} to give back")
                break
        if due_in <= timedelta(hours=8):
            points += 20
            reasons.append("to be decided today")
        return Priority(points, tuple(reasons))

    def possible(self, subject: ReturnRequest) -> list[str]:
        return list(self.outcomes) if subject.state in following.UNDECIDED else []

    def undecided(self, subject: ReturnRequest) -> bool:
        return subject.state in following.UNDECIDED

    def follow(self, assessed: Sequence[Assessed], by: User) -> list[Assessed]:
        return following.follow(assessed, {one.subject.pk: self.settings_of(one.policy) for one in assessed})

    def left_to_person(self, *, advice: Recommendation, policy: Policy, today: QuerySet[Decision]) -> str:
        """What the rules leave to a person (policies.md 4.1, last paragraph), with what automation has given back today counted."""
        evidence = advice.snapshot.evidence
        spent = rules.given_back((decision.terms for decision in today), evidence)
        found = rules.judged(evidence, self.settings_of(policy), policy=policy.version, spent_today=spent)
        return " ".join(found.by_hand)

    def settle(self, *, subjects: Sequence[ReturnRequest], outcome: Outcome, decision: Decision, by: User) -> None:
        following.settle(subjects, outcome, decision, self._settings(decision), by)

    def open_again(self, *, subjects: Sequence[ReturnRequest], by: User) -> None:
        following.open_again(subjects, by)

    def acts(self, subject: ReturnRequest, outcome: Outcome, terms: Mapping[str, Any]) -> list[Act]:
        return acts(subject, outcome, str(terms.get("instructions") or ""))

    def forget(self, orders: Sequence[Order]) -> int:
        return erasing.forget(orders)

    def panel(self, evidence: Evidence, policy: Policy | None = None) -> dict[str, Any]:
        held = policy or self.policy
        return panel.context(evidence, self.settings_of(held), policy=held.version)

    def panel_closed(self, evidence: Evidence) -> dict[str, Any]:
        return panel.bare(evidence, self.settings_of(self.policy))

    def _settings(self, decision: Decision) -> Settings:
        """Of the policy in force in the store."""
        recommendation = decision.recommendation
        in_force = Book(self).of(decision.store_id, recommendation.snapshot.evidence)
        found: Settings = self.settings_of(in_force.policy)
        return found
