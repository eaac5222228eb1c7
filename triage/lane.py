"""The triage lane: what is this order, where does it ship from, and what is wrong with it? The one object that the kernel sees."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from pydantic import BaseModel

from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.facts import Evidence
from ordersops.advice.following import Assessed
from ordersops.advice.models import Recommendation
from ordersops.advice.scorecard import fingerprint
from ordersops.cases.lanes import Hint, Known, Lane, Outcome, Play, Policy, Priority, Prompt, Raised, Reason, Seen, Sign
from ordersops.cases.problems import Problem
from ordersops.effects.actions import Act
from ordersops.orders.changes import Change
from ordersops.orders.lifecycle import Fulfilment
from ordersops.orders.models import Order
from ordersops.review.models import Decision
from ordersops.rollout.queries import Book
from ordersops.stock.models import Location
from ordersops.stores.facts import OrderFacts
from triage import effects, facts, following, handing, queries, signals
from triage.catalogue import FACTS
from triage.classes import FLAGS, triage
from triage.exceptions import EXCEPTIONS, best_way
from triage.forms import LetterForm, PlanForm
from triage.hints import HINTS, SIGNS
from triage.outcomes import OUTCOMES, REASONS, WAYS
from triage.plans import plan_of, table
from triage.playbooks import PLAYBOOKS
from triage.policy import POLICY, TriageSettings, limits_of, routing_of
from triage.wording import draft

# Every change of these says something new about what the order is or where it ships from.
RAISES = frozenset({"placed", "stock", "address", "payment", "shipment", "risk", "refund"})
BEFORE_IT_LEAVES = ("route", "correct_address", "tell", "wait", "handled", "cancel")
DUE = ((timedelta(hours=2), 20), (timedelta(hours=8), 10))


class Triage(Lane):
    key: str = "triage"
    label: str = "Triage"
    policy: Policy = POLICY
    rules_version: str = f"triage-2+{fingerprint([repr(FLAGS), repr(EXCEPTIONS)])}"
    prompt: Prompt | None = None
    drafts: bool = False
    decides: Perm = Perm.DECIDE_TRIAGE
    outcomes: dict[str, Outcome] = OUTCOMES
    reasons: tuple[Reason, ...] = REASONS
    leanings: Mapping[str, str] = {}
    playbooks: tuple[Play, ...] = PLAYBOOKS
    preparable: Mapping[str, tuple[str, ...]] = {"tell": ("subject", "text")}
    facts: Mapping[str, Known] = FACTS
    signs: Mapping[str, Sign] = SIGNS
    hints: tuple[Hint, ...] = HINTS
    settings: type[BaseModel] | None = TriageSettings
    adjustable: frozenset[str] = frozenset({"route"})
    panel_leads: bool = True
    plans_shipping: bool = True
    ends_with_order: bool = False  # a parcel can be lost

    def raised_by(self, changes: Sequence[Change]) -> list[Raised]:
        """Orders of stores whose locations are known: without one there is nothing to route, and nobody here to do it."""
        touched = [change for change in changes if change.order.placed_at is not None and change.kinds & RAISES]
        if not touched:
            return []
        stores = set(Location.objects.filter(store__in={change.order.store_id for change in touched}).values_list("store", flat=True))
        return [
            Raised(change.order.store_id, change.order.pk, change.order.pk, next(iter(sorted(change.kinds & RAISES))))
            for change in touched
            if change.order.store_id in stores
        ]

    def gather(self, subjects: Sequence[Order]) -> dict[UUID, Evidence]:
        """Plans are counted by the policy that holds in each store."""
        book = Book(self)
        return facts.gather(subjects, {store: routing_of(book.of_all(store).policy) for store in {one.store_id for one in subjects}})

    def take_in(self, facts: Sequence[tuple[UUID, OrderFacts]], by: User) -> None:
        handing.take_in(facts, by)

    def signals(self, evidence: Evidence, policy: Policy | None = None) -> list[Seen]:
        return signals.see(evidence, policy or self.policy)

    def choose(self, evidence: Evidence, signals: Sequence[Seen], score: int, possible: Sequence[str], policy: Policy) -> str:
        """The best way out of the most severe exception; without one, the best plan; without a plan, to wait."""
        found = triage(evidence, limits_of(policy))
        ours = [one for one in found.exceptions if one.of.key not in following.NOT_OURS]
        wanted = WAYS.get(best_way(ours[0], evidence).key, "handled") if ours else "route"
        if wanted == "route" and plan_of(table(evidence, routing_of(policy))) is None:
            wanted = "wait"
        return next(key for key in (wanted, "wait", "handled", possible[0]) if key in possible)

    def terms(self, evidence: Evidence, outcome: str, policy: Policy) -> dict[str, Any]:
        """The plan table with every outcome; beside it the text to the customer, or the fields of the address that are corrected."""
        found = table(evidence, routing_of(policy))
        if outcome == "tell":
            found |= draft(triage(evidence, limits_of(policy)), str(evidence["number"] or ""))
        if outcome == "correct_address":
            found["fields"] = [row["field"] for row in evidence["address_correction"] or ()]
        return found

    def terms_form(self, evidence: Evidence, outcome: str, terms: Mapping[str, Any], data: Any = None) -> forms.Form | None:
        """Another plan of the table, or other words to the customer."""
        if outcome == "tell":
            return LetterForm.of(terms, data)
        return PlanForm.of(terms, data) if outcome == "route" and len(terms.get("plans", ())) > 1 else None

    def differs(self, advised: Mapping[str, Any], chosen: Mapping[str, Any]) -> bool:
        return advised.get("chosen") != chosen.get("chosen")

    def headline(self, evidence: Evidence, signals: Sequence[Seen], policy: Policy | None = None) -> str:
        """What is wrong or special about it, and where it would ship from."""
        held = policy or self.policy
        found = triage(evidence, limits_of(held))
        plan = plan_of(table(evidence, routing_of(held)))
        ships = f" · ships from {plan['name']}" if plan else ""
        return f"{found.label}{ships}"

    def priority(self, *, amount: Decimal | None, score: int, due_in: timedelta, tier: str) -> Priority:
        points, reasons = score * 60 // 100, [f"needs a person: {score}"]
        for within, worth in DUE:
            if due_in <= within:
                points, reasons = points + worth, [*reasons, f"to be decided within {int(within.total_seconds() // 3600)} hours"]
                break
        if amount is not None and amount >= 500:
            points, reasons = points + 15, [*reasons, f"{amount:,.2f} at risk"]
        if tier.casefold() in {"premium", "vip", "gold", "platinum"}:
            points, reasons = points + 5, [*reasons, f"{tier} customer"]
        return Priority(min(points, 100), tuple(reasons))

    def possible(self, subject: Order) -> list[str]:
        """After it has left there is only to write or to act outside; nothing is routed past a hold, without money or in doubt (law 5)."""
        if subject.commercial == "cancelled" or subject.fulfilment == Fulfilment.DELIVERED:
            return []
        if subject.is_final:
            return ["tell", "handled"]
        return [key for key in BEFORE_IT_LEAVES if key != "route" or following.may_go(subject)]

    def undecided(self, subject: Order) -> bool:
        return not subject.is_final

    def follow(self, assessed: Sequence[Assessed], by: User) -> list[Assessed]:
        return following.follow(self, assessed, by)

    def left_to_person(self, *, advice: Recommendation, policy: Policy, today: QuerySet[Decision]) -> str:
        """An order is routed again by itself so often and no oftener (policies.md 4.6)."""
        evidence = advice.snapshot.evidence
        most = routing_of(policy).reroutes["expedited" if evidence["express"] else "standard"]
        if advice.outcome == "route" and (evidence["reroutes"] or 0) >= most:
            return f"It was routed again {evidence['reroutes']} times; after {most} a person decides."
        return ""

    def settle(self, *, subjects: Sequence[Order], outcome: Outcome, decision: Decision, by: User) -> None:
        following.settle(subjects=subjects, outcome=outcome, decision=decision, by=by)

    def open_again(self, *, subjects: Sequence[Order], by: User) -> None:
        following.open_again(subjects=subjects, by=by)

    def acts(self, subject: Order, outcome: Outcome, terms: Mapping[str, Any]) -> list[Act]:
        return effects.acts(subject, outcome, terms)

    def ships_from(self, order: Order) -> set[UUID]:
        return queries.planned_at(order.pk)

    def problems(self, user: User, stores: Sequence[UUID], most: int) -> list[Problem]:
        return queries.problems(user, stores, most, of=(self.key, self.label))

    def forget(self, orders: Sequence[Order]) -> int:
        """What warehouses wrote about them; that and why they refused stays."""
        return handing.forget(orders)

    def panel(self, evidence: Evidence, policy: Policy | None = None) -> dict[str, Any]:
        """What the panel shows: the classification and the routing, out of the frozen evidence."""
        held = policy or self.policy
        found = triage(evidence, limits_of(held))
        return {
            "triage": found, "routing": table(evidence, routing_of(held)),
            "ways": [{"found": one, "best": best_way(one, evidence)} for one in found.exceptions],
            "address": evidence["address_correction"] or [], "problems": evidence["address_problems"] or [],
        }  # fmt: skip

    def panel_closed(self, evidence: Evidence) -> dict[str, Any]:
        """What the order is."""
        return {"triage": triage(evidence, limits_of(self.policy))}
