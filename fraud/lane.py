"""The fraud lane: is this order what it says it is? The one object that the kernel sees."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fraud import attack, following, headline, panel, signals
from fraud import facts as gathering
from fraud.catalogue import FACTS
from fraud.checklist import CHECKLIST
from fraud.hints import HINTS, SIGNS
from fraud.playbooks import PLAYBOOKS
from fraud.policy import POLICY
from fraud.prompt import PROMPT
from fraud.reasons import OUTCOMES, REASONS, RELEASE
from fraud.signals.leanings import LEANINGS
from fraud.weights import VERSION, WEIGHTS
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.facts import Evidence
from ordersops.advice.following import Assessed
from ordersops.advice.models import Recommendation
from ordersops.advice.scorecard import fingerprint
from ordersops.cases.lanes import Check, Hint, Known, Lane, Outcome, Play, Policy, Priority, Prompt, Reason, Seen, Sign
from ordersops.orders.actions import set_risk
from ordersops.orders.changes import Change
from ordersops.orders.lifecycle import Risk
from ordersops.orders.models import Order
from ordersops.review.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

# What raises the question again, the most telling first. Shipments and refunds say nothing new about who ordered.
RAISES = ("placed", "dispute", "risk", "address", "contact", "payment")

# Priority: money at risk, time left, score, tier. At most 100 together; ours.
MONEY = ((1000, 40), (500, 30), (200, 20), (50, 10))
DUE = ((timedelta(hours=1), 25), (timedelta(hours=4), 10))
TIERS = frozenset({"premium", "vip", "gold", "platinum"})


class Fraud(Lane):
    key: str = "fraud"
    label: str = "Fraud review"
    policy: Policy = POLICY
    rules_version: str = f"{VERSION}+{fingerprint(WEIGHTS)}"
    prompt: Prompt | None = PROMPT
    drafts: bool = False
    decides: Perm = Perm.DECIDE_FRAUD
    outcomes: dict[str, Outcome] = OUTCOMES
    reasons: tuple[Reason, ...] = REASONS
    checklist: tuple[Check, ...] = CHECKLIST
    playbooks: tuple[Play, ...] = PLAYBOOKS
    when_asked: str = "The order is held until it is decided."
    leanings: Mapping[str, str] = LEANINGS
    facts: Mapping[str, Known] = FACTS
    signs: Mapping[str, Sign] = SIGNS
    hints: tuple[Hint, ...] = HINTS

    def touched_by(self, change: Change) -> str:
        """The order was placed, or something about it, its payment or its risk is new while a decision can still matter."""
        if "placed" in change.kinds:
            return "placed"
        if change.order.is_final:
            return ""
        for kind in RAISES:
            if kind in change.kinds and not (kind == "payment" and _only_captured(change)):
                return kind
        return ""

    def gather(self, subjects: Sequence[Order]) -> dict[UUID, Evidence]:
        return gathering.gather(subjects)

    def signals(self, evidence: Evidence, policy: Policy | None = None) -> list[Seen]:
        return signals.see(evidence)

    def possible(self, subject: Order) -> list[str]:
        """Nothing once it is cancelled or out of the door."""
        return [] if subject.is_final else list(self.outcomes)

    def undecided(self, subject: Order) -> bool:
        return subject.risk in following.UNDECIDED

    def follow(self, assessed: Sequence[Assessed], by: User) -> list[Assessed]:
        return following.follow(self, assessed, by)

    def settle(self, *, subjects: Sequence[Order], outcome: Outcome, decision: Decision, by: User) -> None:
        following.settle(subjects, outcome, decision, by)

    def open_again(self, *, subjects: Sequence[Order], by: User) -> None:
        following.open_again(subjects, held_by=User.objects.system(), by=by)

    def asked_for(self, *, subjects: Sequence[Order], by: User) -> None:
        """They wait for the answer: held, and in review."""
        following.open_again(subjects, held_by=User.objects.system(), by=by)

    def customer_asked(self, *, subjects: Sequence[Order], by: User) -> None:
        set_risk(orders=subjects, to=Risk.VERIFICATION_REQUESTED, by=by)

    def attack_key(self, evidence: Evidence, policy: Policy | None = None) -> str:
        return attack.key(evidence, policy or self.policy)

    def headline(self, evidence: Evidence, seen: Sequence[Seen], policy: Policy | None = None) -> str:
        return headline.compose(evidence, seen)

    def priority(self, *, amount: Decimal | None, score: int, due_in: timedelta, tier: str) -> Priority:
        points, reasons = 0, []
        for limit, worth in MONEY:
            if amount is not None and amount >= limit:
                points += worth
                reasons.append(f"{amount:,.2f} at risk")
                break
        for within, worth in DUE:
            if due_in <= within:
                points += worth
                hours = max(int(within.total_seconds() // 3600), 1)
                reasons.append(f"to be decided within {hours} hour{'' if hours == 1 else 's'}")
                break
        points += score * 30 // 100
        reasons.append(f"score {score}")
        if tier.casefold() in TIERS:
            points += 5
            reasons.append(f"{tier} customer")
        return Priority(points, tuple(reasons))

    def may_choose(self, recommendation: Recommendation, outcome: str) -> Perm | None:
        """Releasing what hits the block list needs its own right."""
        if outcome == RELEASE.key and any(one.key == "block_list" for one in recommendation.signals.all()):
            return Perm.OVERRIDE_BLOCK_LIST
        return None

    def left_to_person(self, *, advice: Recommendation, policy: Policy, today: "QuerySet[Decision]") -> str:
        """Whatever a customer has answered is read by a person: who reads a mailbox is not always who holds the card."""
        return "The customer has answered on a link." if advice.snapshot.evidence.has("customer_confirmed") else ""

    def panel(self, evidence: Evidence, policy: Policy | None = None) -> dict[str, Any]:
        return panel.context(evidence)

    def panel_closed(self, evidence: Evidence) -> dict[str, Any]:
        return panel.context(evidence)  # facts alone


def _only_captured(change: Change) -> bool:
    """Money that was authorised is taken, or given back: nothing new about the card. A sale without authorisation is news."""
    if "refunded" in change.fields:
        return True
    before, now = change.fields.get("captured", (0, 0))
    authorized = change.fields.get("authorized", (change.order.authorized,))[0]
    return now > before and authorized > 0
