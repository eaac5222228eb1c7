"""The inquiries lane: what does this customer need, and can it be answered from facts? The one object that the kernel sees."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django import forms
from pydantic import BaseModel

from inquiries import actions, erasing, panel, queries, rules
from inquiries import facts as gathering
from inquiries import terms as agreed
from inquiries.catalogue import FACTS
from inquiries.classifier import fingerprint
from inquiries.hints import HINTS, SIGNS
from inquiries.intents import INTENTS, UNKNOWN
from inquiries.models import Conversation, ConversationState
from inquiries.playbooks import PLAYBOOKS
from inquiries.policy import POLICY, Settings
from inquiries.prompt import PROMPT
from inquiries.reasons import OUTCOMES, REASONS, REPLY, TICKET
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.facts import Evidence
from ordersops.advice.following import Assessed
from ordersops.audit.actions import record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import Hint, Known, Lane, Outcome, Play, Policy, Priority, Prompt, Raised, Reason, Seen, Sign, Subject, lanes
from ordersops.cases.models import Case
from ordersops.cases.problems import Problem
from ordersops.effects.actions import Act
from ordersops.orders.changes import Change
from ordersops.orders.models import Order
from ordersops.review.models import Decision
from ordersops.rollout.queries import Book

# A new fact of the order that a waiting conversation may be about.
RAISES = ("shipment", "refund", "address", "dispute", "payment")
FIRST_BAND, SCORE_PARTS = 60, 2
DUE = ((timedelta(hours=1), 25), (timedelta(hours=2), 10))
TIERS = frozenset({"premium", "vip", "gold", "platinum"})


class Inquiries(Lane):
    key: str = "inquiries"
    label: str = "Inquiries"
    policy: Policy = POLICY
    rules_version: str = f"{rules.VERSION}+{fingerprint()[:8]}"
    prompt: Prompt | None = PROMPT
    drafts: bool = False
    decides: Perm = Perm.DECIDE_INQUIRIES
    outcomes: dict[str, Outcome] = OUTCOMES
    reasons: tuple[Reason, ...] = REASONS
    leanings: Mapping[str, str] = {}
    playbooks: tuple[Play, ...] = PLAYBOOKS
    preparable: Mapping[str, tuple[str, ...]] = {REPLY.key: ("subject", "text")}
    facts: Mapping[str, Known] = FACTS
    signs: Mapping[str, Sign] = SIGNS
    hints: tuple[Hint, ...] = HINTS
    settings: type[BaseModel] | None = Settings
    panel_leads: bool = True
    of_orders: bool = False
    ends_with_order: bool = False

    # --- what is asked about ---
    def raised_by(self, changes: Sequence[Change]) -> list[Raised]:
        """Conversations that wait for us, where their order has news."""
        about = {one.order.pk: kind for one in changes for kind in RAISES if kind in one.kinds}
        if not about:
            return []
        waiting = Conversation.objects.filter(order__in=about, state=ConversationState.OPEN).values_list("store_id", "pk", "order_id")
        return [Raised(store, pk, order, about[order]) for store, pk, order in waiting]

    def lock(self, ids: Collection[UUID]) -> list[Subject]:
        """Orders first, by id, then the conversations."""
        orders = Conversation.objects.filter(pk__in=ids).exclude(order=None).values_list("order_id", flat=True)
        list(Order.objects.filter(pk__in=list(orders)).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
        rows = Conversation.objects.filter(pk__in=ids).exclude(order=None).order_by("pk").select_for_update(of=("self",))
        return cast("list[Subject]", list(rows.select_related("store", "order__store", "order__customer")))

    def subject_of(self, case: Case) -> Subject:
        return cast("Subject", Conversation.objects.select_related("store", "order__store").get(pk=case.subject))

    def gather(self, subjects: Sequence[Conversation]) -> dict[UUID, Evidence]:
        """Windows and times count by the policy that holds in each store."""
        book = Book(self)
        settings = {store: self.settings_of(book.of_all(store).policy) for store in {one.store_id for one in subjects}}
        return gathering.gather(subjects, settings, User.objects.system())

    # --- what the rules make of it ---
    def signals(self, evidence: Evidence, policy: Policy | None = None) -> list[Seen]:
        return rules.see(evidence, self.settings_of(policy or self.policy))

    def choose(self, evidence: Evidence, signals: Sequence[Seen], score: int, possible: Sequence[str], policy: Policy) -> str:
        return rules.choose(evidence, signals, possible, list(lanes()))

    def terms(self, evidence: Evidence, outcome: str, policy: Policy) -> dict[str, Any]:
        return agreed.terms(evidence, outcome)

    def headline(self, evidence: Evidence, signals: Sequence[Seen], policy: Policy | None = None) -> str:
        """What is wanted, and why a person: without a word of the message."""
        intent = INTENTS.get(evidence["intent"] or UNKNOWN, INTENTS[UNKNOWN])
        why = [seen.says.rstrip(".") for seen in sorted(signals, key=lambda one: -one.points) if seen.state == "fired" and seen.points > 0]
        asked = intent.label if intent.label.endswith("?") else f"{intent.label}:"
        return f"{asked} {'; '.join(why[:2])}" if why else intent.label

    def priority(self, *, amount: Decimal | None, score: int, due_in: timedelta, tier: str) -> Priority:
        points, reasons = score // SCORE_PARTS, [f"needs a person: {score}"]
        if score >= FIRST_BAND:
            points += 20
            reasons.append("to be heard first")
        for within, worth in DUE:
            if due_in <= within:
                points += worth
                reasons.append(f"first reply within {int(within.total_seconds() // 3600)} h")
                break
        if tier.casefold() in TIERS:
            points += 5
            reasons.append(f"{tier} customer")
        return Priority(points, tuple(reasons))

    # --- what follows ---
    def possible(self, subject: Conversation) -> list[str]:
        """A ticket only where the store has a helpdesk."""
        if subject.state != ConversationState.OPEN:
            return []
        return [key for key in self.outcomes if key != TICKET.key or subject.store.helpdesk_url]

    def undecided(self, subject: Conversation) -> bool:
        return subject.state == ConversationState.OPEN

    def follow(self, assessed: Sequence[Assessed], by: User) -> list[Assessed]:
        """Whatever waits for us becomes a case; what a machine wrote is put away, unanswered."""
        found = []
        for one in assessed:
            conversation = cast("Conversation", one.subject)
            if conversation.state != ConversationState.OPEN:
                continue
            if one.evidence["machine"]:
                conversation.state = ConversationState.CLOSED
                conversation.save(update_fields=["state"])
                record(Verb.INQUIRY_CLOSED, by=by, order=conversation.order, conversation=conversation.pk, why="written by a machine")
                continue
            found.append(one)
        return found

    def terms_form(self, evidence: Evidence, outcome: str, terms: Mapping[str, Any], data: Any = None) -> forms.Form | None:
        return agreed.form_for(evidence, outcome, terms, data)

    def differs(self, advised: Mapping[str, Any], chosen: Mapping[str, Any]) -> bool:
        return agreed.differs(advised, chosen)

    def settle(self, *, subjects: Sequence[Conversation], outcome: Outcome, decision: Decision, by: User) -> None:
        book = Book(self)
        settings = self.settings_of(book.of(decision.store_id, decision.recommendation.snapshot.evidence).policy)
        actions.settle(
            conversations=subjects, outcome=outcome, decision=decision, by=by, quiet=timedelta(minutes=settings.quiet_minutes)
        )  # fmt: skip

    def open_again(self, *, subjects: Sequence[Conversation], by: User) -> None:
        actions.open_again(conversations=subjects, by=by)

    def acts(self, subject: Conversation, outcome: Outcome, terms: Mapping[str, Any]) -> list[Act]:
        return agreed.acts(subject.order, outcome.key, terms)

    def forget(self, orders: Sequence[Order]) -> int:
        return erasing.forget(orders)

    def problems(self, user: User, stores: Sequence[UUID], most: int) -> list[Problem]:
        return queries.problems(user, stores, most, of=self)

    def panel(self, evidence: Evidence, policy: Policy | None = None) -> dict[str, Any]:
        return panel.context(evidence)

    def panel_closed(self, evidence: Evidence) -> dict[str, Any]:
        return panel.bare(evidence)
