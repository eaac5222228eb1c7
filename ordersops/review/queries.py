"""What a person may decide on a case now: computed once, drawn as buttons, and asked again by the verbs."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from ordersops.accounts.access import can
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Recommendation
from ordersops.cases.escalation import obstacle
from ordersops.cases.lanes import Lane, Outcome, Reason, lane
from ordersops.cases.models import Case, CaseState
from ordersops.effects.models import Effect
from ordersops.orders.models import Order
from ordersops.review.checklist import in_the_way
from ordersops.review.impressions import closed_to
from ordersops.review.models import Decision, Proposal, ReasonCode
from ordersops.review.taking_back import TakingBack, offered, standing
from ordersops.review.two import Limits, because_of
from ordersops.rollout.queries import written

if TYPE_CHECKING:
    from ordersops.accounts.models import User


@dataclass(slots=True)
class Available:
    """The acts that are open to one person on one case. `why_not` says in a sentence what stands in the way of deciding."""

    approve: bool = False
    override: bool = False
    decides: bool = False  # has the lane's right
    closed: bool = False  # the advice, until this person has given a first impression
    why_not: str = ""
    recommended: Outcome | None = None
    doubt: str = ""  # why the advice should not simply be followed
    others: list[Outcome] = field(default_factory=list)
    approve_reasons: list[Reason] = field(default_factory=list)
    override_reasons: dict[str, list[Reason]] = field(default_factory=dict)
    claim: bool = False
    release: bool = False
    undo: Decision | None = None
    taking_back: TakingBack | None = None  # after the hold window
    two: dict[str, list[str]] = field(default_factory=dict)  # by outcome: why it will wait for a second person
    proposal: Proposal | None = None  # what waits for one
    approve_second: bool = False  # also to send it back
    otherwise: bool = False
    take_back: bool = False

    @property
    def recommended_two(self) -> list[str]:
        return self.two.get(self.recommended.key, []) if self.recommended else []

    @property
    def waits(self) -> bool:
        """Whatever is decided waits for a second person."""
        return bool(self.two) and all(self.two.values())

    @property
    def why_waits(self) -> list[str]:
        """What asks for a second person whichever outcome is chosen."""
        first, *others = self.two.values() or [[]]
        return [why for why in first if all(why in other for other in others)]

    @property
    def choices(self) -> list[tuple[Outcome, list[Reason]]]:
        """The other outcomes, each with its reasons."""
        return [(outcome, self.override_reasons.get(outcome.key, [])) for outcome in self.others]


def recommendation_for(case: Case) -> Recommendation | None:
    """The newest advice on what the case is about that is for the desk; in shadow a model's is only measured."""
    return (
        Recommendation.objects.filter(order=case.order_id, subject=case.subject, lane=case.lane, shown=True)
        .select_related("snapshot", "consideration", "consultation__baseline")
        .prefetch_related("signals", "consultations")
        .order_by("-advised_at", "-id")
        .first()
    )


def available(case: Case, user: "User", *, recommendation: Recommendation | None = None) -> Available:
    """What `user` may do with the case now. A caller that has the newest recommendation at hand passes it."""
    about = lane(case.lane)
    decides = can(user, about.decides, case.store_id)
    if case.is_waiting:
        return _waiting(case, user, about, decides=decides)
    if not case.is_open:
        return _closed(case, user, decides=decides)
    holder = case.holder_id()
    mine = holder == user.pk
    found = Available(decides=decides, claim=decides and holder is None, release=mine)
    recommendation = recommendation or recommendation_for(case)
    policy = written(recommendation) if recommendation else None
    found.closed = closed_to(case, user, recommendation, policy)
    found.recommended = about.outcomes.get(recommendation.outcome) if recommendation and not found.closed else None
    if not decides:
        found.why_not = f"It needs the right “{about.decides.sentence}”; a supervisor can give you a role with it."
    elif holder is not None and not mine:
        found.why_not = f"{case.leased_by} is at work on it."
    elif why := obstacle(case, user):
        found.why_not, found.claim = why, False
    elif recommendation is None or policy is None:
        found.why_not = "There is no recommendation yet; it comes within moments."
    elif found.closed:
        found.why_not = "Say first what you think; then the advice opens, and you decide."
    elif open_items := in_the_way(case, recommendation, policy):
        found.why_not = open_items
    else:
        _offer(found, case, user, about, recommendation)
    return found


def _waiting(case: Case, user: "User", about: Lane, *, decides: bool) -> Available:
    """What the second person, and the first, may do while a decision waits."""
    proposal = case.proposals.waiting().select_related("by", "bulk", "recommendation", "instead_of__by").first()
    if proposal is None:
        return Available(why_not="It waits for a second person.")
    found = Available(proposal=proposal, take_back=decides and proposal.by_id == user.pk)
    chosen = about.outcomes.get(proposal.outcome)
    found.why_not = f"{proposal.by} decided: {chosen.label if chosen else proposal.outcome}. It waits for a second person."
    if user.pk in proposal.parties or not can(user, Perm.APPROVE_SECOND, case.store_id):
        return found
    found.approve_second = True
    recommendation = recommendation_for(case)
    if decides and recommendation is not None:
        found.recommended = about.outcomes.get(recommendation.outcome)
        _offer_otherwise(found, case, user, about, recommendation, proposal)
    return found


def _offer_otherwise(found: Available, case: Case, user: "User", about: Lane, recommendation: Recommendation, proposal: Proposal) -> None:
    """The outcomes besides the one that waits, each with the reasons that fit it."""
    fitting = reasons_of(about)
    for key in about.possible(about.subject_of(case)):
        extra = about.may_choose(recommendation, key)
        against = key != recommendation.outcome
        needed = [*filter(None, (extra, Perm.OVERRIDE if against else None))]
        if key == proposal.outcome or not all(can(user, perm, case.store_id) for perm in needed):
            continue
        found.others.append(about.outcomes[key])
        found.override_reasons[key] = [reason for reason in _reasons(fitting, key, user, case) if reason.overrides == against]
    found.two = _why_two(case, about, recommendation, [outcome.key for outcome in found.others])
    found.otherwise = bool(found.others)


def _why_two(case: Case, about: Lane, recommendation: Recommendation, outcomes: list[str]) -> dict[str, list[str]]:
    """By outcome, why two people are needed; of an attack by what all its orders are worth."""
    totals = [about.subject_of(case).at_risk]
    if case.is_attack:
        orders = Order.objects.filter(Q(pk=case.order_id) | Q(memberships__case=case)).distinct()
        totals = [(total, currency) for _, currency, total in orders.values_list("pk", "currency", "total")]
    dear = Limits(about).dear(case, recommendation, totals)
    return {key: [*dear, *because_of(about, recommendation, key)] for key in outcomes}


def _offer(found: Available, case: Case, user: "User", about: Lane, recommendation: Recommendation) -> None:
    """Fill in the outcomes that are still possible for the order, and that the person may choose."""
    fitting = reasons_of(about)
    open_to = []
    refused = None
    for key in about.possible(about.subject_of(case)):
        extra = about.may_choose(recommendation, key)
        if extra is None or can(user, extra, case.store_id):
            open_to.append(key)
        elif key == recommendation.outcome:
            refused = extra
    found.approve = recommendation.outcome in open_to
    found.doubt = _doubt(recommendation)
    if found.approve:
        found.approve_reasons = [reason for reason in _reasons(fitting, recommendation.outcome, user, case) if not reason.overrides]
    if can(user, Perm.OVERRIDE, case.store_id):
        found.others = [about.outcomes[key] for key in open_to if key != recommendation.outcome or key in about.adjustable]
        found.override_reasons = {
            outcome.key: [reason for reason in _reasons(fitting, outcome.key, user, case) if reason.overrides] for outcome in found.others
        }
        found.override = bool(found.others)
    if found.approve or found.override:
        found.two = _why_two(case, about, recommendation, open_to)
    if not found.approve:
        if refused is not None:
            found.why_not = f"What is recommended needs the right “{refused.sentence}”."
        else:
            found.why_not = "What is recommended is no longer possible: the order has moved on."


def _doubt(recommendation: Recommendation) -> str:
    if not recommendation.verified:
        return "Not everything in this advice holds."
    return "This advice rests on what the customer wrote." if recommendation.rests_on_customer else ""


def reasons_of(about: Lane, *, retired: bool = False) -> tuple[Reason, ...]:
    """The reasons of a lane in their order, as supervisors last wrote them; one that nobody wrote yet is as declared. One query."""
    kept = ReasonCode.objects.current(about.key)
    codes = {row.code for row in kept}
    return (
        *(row.reason for row in kept if row.active or retired),
        *(reason for reason in about.reasons if reason.code not in codes),
    )


def _reasons(all_of: tuple[Reason, ...], outcome: str, user: "User", case: Case) -> list[Reason]:
    return [reason for reason in all_of if outcome in reason.outcomes and (reason.needs is None or can(user, reason.needs, case.store_id))]


def _closed(case: Case, user: "User", *, decides: bool) -> Available:
    undo = undoable(case) if decides else None
    back = offered(case, user) if decides and undo is None else None
    return Available(why_not=_closed_because(case), undo=undo, taking_back=back)


def _closed_because(case: Case) -> str:
    if case.state == CaseState.WITHDRAWN:
        return "The case was withdrawn: its question no longer waits for an answer."
    return "The case is decided."


def undoable(case: Case) -> Decision | None:
    """The decision that can still be taken back: none of its effects has left."""
    decision = standing(case)
    if decision is None:
        return None
    effects = Effect.objects.filter(decision=decision)
    left = effects.exclude(pk__in=effects.undoable().values("pk"))
    return decision if effects.exists() and not left.exists() else None
