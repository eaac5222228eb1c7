"""Verbs of the desk: approve, override, undo. What a person may do now is computed once, in `queries.available`."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Recommendation
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import withdraw_finished
from ordersops.cases.escalation import require_work
from ordersops.cases.lanes import Lane, Outcome, Reason
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case, CaseState
from ordersops.effects import actions as effects
from ordersops.errors import Conflict, Invalid
from ordersops.ids import uuid7
from ordersops.orders.actions import hold_for_fraud, release_fraud_holds, set_risk
from ordersops.orders.lifecycle import Risk
from ordersops.orders.models import Order
from ordersops.review.checklist import in_the_way
from ordersops.review.impressions import closed_to
from ordersops.review.models import Decision, FirstImpression, Label, Source, Tick
from ordersops.review.queries import recommendation_for
from ordersops.rollout.actions import observe, void
from ordersops.rollout.models import UNDO
from ordersops.rollout.queries import written

LEAST_NOTE = 10


@atomic
def approve(*, case: Case, by: User, version: int, reason: str = "", note: str = "") -> Decision:
    """Decide as recommended. Needs the lane's right to decide; without a reason code the default one is taken.

    Raises Conflict if the case changed since `version`, is decided, or somebody else holds it.
    """
    case, orders, recommendation = _open(case, by, version)
    decision = _decide(case, orders, recommendation, recommendation.outcome, reason, note, by)
    record(
        Verb.CASE_APPROVED, by=by, case=case, decision=decision.pk, recommendation=recommendation.pk, outcome=decision.outcome,
        reason=decision.reason,
    )  # fmt: skip
    _carry_out(decision, orders, by)
    observe(decision=decision)
    return decision


@atomic
def override(*, case: Case, by: User, outcome: str, reason: str, note: str, version: int) -> Decision:
    """Decide against the recommendation. Needs `override` as well, a reason code, and a note of at least ten characters.

    Raises Conflict as `approve` does, Invalid when outcome, reason or note do not fit.
    """
    require(by, Perm.OVERRIDE, case.store_id, to="decide against a recommendation", case=case)
    case, orders, recommendation = _open(case, by, version)
    if outcome == recommendation.outcome:
        raise Invalid("That is what the recommendation says: approve it instead.")
    if len(note.strip()) < LEAST_NOTE:
        raise Invalid(f"Say in at least {LEAST_NOTE} characters why you decide against the recommendation.")
    decision = _decide(case, orders, recommendation, outcome, reason, note, by)
    record(
        Verb.CASE_OVERRIDDEN, by=by, case=case, decision=decision.pk, recommendation=recommendation.pk,
        recommended=recommendation.outcome, outcome=decision.outcome, reason=decision.reason,
    )  # fmt: skip
    _carry_out(decision, orders, by)
    observe(decision=decision)
    return decision


@atomic
def give_impression(*, case: Case, by: User, outcome: str) -> FirstImpression:
    """Say what one thinks before the advice is opened. It decides nothing. Needs the lane's right to decide.

    Conflict where the advice is not closed to this person, or the case is no longer open; Invalid for what is no outcome of the lane.
    """
    this = lane_named(case.lane)
    require(by, this.decides, case.store_id, to="judge this case", case=case)
    case = Case.objects.select_for_update(of=("self",)).select_related("order", "store").get(pk=case.pk)
    recommendation = recommendation_for(case)
    if recommendation is None or not closed_to(case, by, recommendation):
        raise Conflict("No first impression is asked of you here: the advice of this case is open. Reload to see it.")
    if outcome not in this.outcomes:
        raise Invalid(f"Choose one of {', '.join(one.label for one in this.outcomes.values())}.")
    given = FirstImpression.objects.create(
        store_id=case.store_id, case=case, recommendation=recommendation, outcome=outcome, by=by, at=timezone.now()
    )
    record(Verb.CASE_IMPRESSION, by=by, case=case, impression=given.pk, recommendation=recommendation.pk, outcome=outcome)
    return given


@atomic
def tick(*, case: Case, by: User, item: str, on: bool = True) -> None:
    """Tick an item of the lane's checklist, or take the tick back. Needs the lane's right to decide; done already, it changes nothing.

    Conflict once the case is closed or while somebody else works on it; Invalid for an item that the lane does not have.
    """
    this = lane_named(case.lane)
    require(by, this.decides, case.store_id, to="work on this case", case=case)
    check = next((check for check in this.checklist if check.key == item), None)
    if check is None:
        raise Invalid("The checklist has no such item. Reload the page.")
    case = Case.objects.select_for_update(of=("self",)).select_related("order", "leased_by").get(pk=case.pk)
    if not case.is_open:
        raise Conflict(f"This case is {case.get_state_display().lower()} already; its checklist stays as it is.")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    held = Tick.objects.filter(case=case, item=item)
    if on and not held.exists():
        Tick.objects.create(store_id=case.store_id, case=case, item=item, by=by, at=timezone.now())
        record(Verb.CASE_TICKED, by=by, case=case, item=item)
    elif not on and held.exists():
        held.delete()
        record(Verb.CASE_UNTICKED, by=by, case=case, item=item)


def decide_under(*, case: Case, recommendation: Recommendation, policy: str, mode: str) -> Decision:
    """Decide as advised, in the name of the system, under the policy version that allows it. Made as a person's decision is, and undone like one.

    In automation's unit, which has locked the case and asked every gate. The system has no right to decide of its own.
    """
    system = User.objects.system()
    decision = _decide(case, [case.order], recommendation, recommendation.outcome, "", "", system, Source.SYSTEM)
    record(
        Verb.CASE_DECIDED, by=system, case=case, decision=decision.pk, recommendation=recommendation.pk, outcome=decision.outcome,
        policy=policy, mode=mode,
    )  # fmt: skip
    _carry_out(decision, [case.order], system)
    return decision


@atomic
def undo(*, decision: Decision, by: User) -> Decision:
    """Take a decision back while none of its effects has left: the case is open again, the order held again.

    Needs the lane's right to decide. Conflict once the hold window is over, or if it was undone already.
    """
    this = lane_named(decision.case.lane)
    require(by, this.decides, decision.store_id, to="undo this decision", case=decision.case)
    case, orders = lock(decision.case)
    if decision.outcome == UNDO or Decision.objects.filter(supersedes=decision).exists() or case.state != CaseState.DECIDED:
        raise Conflict("This decision was undone already.")
    undone = effects.undo_all(decision=decision, by=by)
    taken_back = Decision.objects.create(
        id=uuid7(), store_id=case.store_id, case=case, recommendation_id=decision.recommendation_id, outcome=UNDO, overrides=False,
        reason="UNDO", label=Label.INCONCLUSIVE, by=by, case_version=case.version, supersedes=decision, decided_at=timezone.now(),
    )  # fmt: skip
    newer = Case.objects.undecided().filter(Q(order__in=orders) | Q(members__order__in=orders), lane=case.lane)
    if newer.exclude(pk=case.pk).exists():
        raise Conflict("A newer case about this order waits for a decision; decide there.")
    case.state, case.decided_at, case.version = CaseState.OPEN, None, case.version + 1
    case.leased_by = case.lease_until = None
    case.save(update_fields=["state", "decided_at", "version", "leased_by", "lease_until", "changed_at"])
    hold_again = [order for order in orders if order.pk in {effect.order_id for effect in undone}]
    hold_for_fraud(orders=hold_again, by=User.objects.system())
    set_risk(orders=hold_again, to=Risk.NEEDS_REVIEW, by=by)
    record(Verb.DECISION_UNDONE, by=by, case=case, decision=taken_back.pk, undone=decision.pk, outcome=decision.outcome)
    void(decision=decision)
    withdraw_finished(orders=orders, by=User.objects.system())
    observe(decision=taken_back)  # last: it may take the lane down, whose lock comes after those of orders and cases
    return taken_back


def _open(case: Case, by: User, version: int) -> tuple[Case, Sequence[Order], Recommendation]:
    """The locked case with its orders and newest advice, once it is sure that this person may decide it now."""
    require_work(case, by, to="decide this case")
    case, orders = lock(case)
    require_work(case, by, to="decide this case")  # it may have been escalated while we waited for the lock
    if not case.is_open:
        decision = case.decisions.select_related("by").first()
        who = f" by {decision.by}" if decision else ""
        raise Conflict(f"This case is {case.get_state_display().lower()} already{who}. Nothing was changed; press n for the next one.")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    if case.version != version:
        raise Conflict("New facts or new advice arrived while you were looking. Nothing was changed; reload and look again.")
    recommendation = recommendation_for(case)
    if recommendation is None:
        raise Conflict("There is no recommendation for this case yet; it comes within moments. Reload.")
    policy = written(recommendation)
    if closed_to(case, by, recommendation, policy):
        raise Conflict("Say first what you think of this case; then its advice opens, and you decide. Nothing was changed.")
    if open_items := in_the_way(case, recommendation, policy):
        raise Conflict(f"{open_items} Nothing was changed.")
    return case, orders, recommendation


def _decide(
    case: Case,
    orders: Sequence[Order],
    recommendation: Recommendation,
    outcome_key: str,
    reason_code: str,
    note: str,
    by: User,
    source: str = Source.PERSON,
) -> Decision:
    """Write the decision and what follows from it in here. Its event is the caller's, and then what follows outside."""
    this = lane_named(case.lane)
    outcome = this.outcomes.get(outcome_key)
    open_to = [order for order in orders if outcome_key in this.possible(order)]
    if outcome is None or not open_to:
        raise Conflict(f"“{outcome.label if outcome else outcome_key}” is no longer possible: the order has shipped or is cancelled.")
    overrides = outcome_key != recommendation.outcome
    reason = _reason(this, outcome, reason_code, overrides=overrides)
    for perm in filter(None, (reason.needs, this.may_choose(recommendation, outcome_key))):
        require(by, perm, case.store_id, to=f"choose “{outcome.label}” here", case=case)
    if len(note) > 4000:
        raise Invalid("The note is too long; 4,000 characters are the most.")
    decision = Decision.objects.create(
        id=uuid7(), store_id=case.store_id, case=case, recommendation=recommendation, outcome=outcome.key, overrides=overrides,
        reason=reason.code, note=note.strip(), label=reason.label, source=source, by=by, case_version=case.version, supersedes=_standing(case),
        decided_at=timezone.now(),
    )  # fmt: skip
    case.state, case.decided_at, case.version = CaseState.DECIDED, decision.decided_at, case.version + 1
    case.leased_by = case.lease_until = None
    case.save(update_fields=["state", "decided_at", "version", "leased_by", "lease_until", "changed_at"])
    release_fraud_holds(orders=open_to if outcome.risk == Risk.APPROVED else [], decision=decision, by=by)
    set_risk(orders=open_to, to=outcome.risk, by=by)
    return decision


def _carry_out(decision: Decision, orders: Sequence[Order], by: User) -> None:
    """Plan what follows outside, once the decision's own event is told."""
    this = lane_named(decision.case.lane)
    outcome = this.outcomes[decision.outcome]
    open_to = [order for order in orders if decision.outcome in this.possible(order)]
    if outcome.effect:
        effects.plan(kind=outcome.effect, orders=open_to, decision=decision, by=by)
    for kind in outcome.also:
        if reached := effects.reached(kind=kind, orders=open_to):
            effects.plan(kind=kind, orders=reached, decision=decision, by=by)


def _reason(this: Lane, outcome: Outcome, code: str, *, overrides: bool) -> Reason:
    fitting = [reason for reason in this.reasons if outcome.key in reason.outcomes and reason.overrides == overrides]
    for reason in fitting:
        if reason.code == code or (not code and reason.default):
            return reason
    raise Invalid(f"Choose a reason for “{outcome.label}”: {', '.join(reason.code for reason in fitting)}.")


def lock(case: Case) -> tuple[Case, Sequence[Order]]:
    """The case and all its orders, locked. Orders come before cases, as where facts and advice arrive, or two could wait for each other."""
    ids = _order_ids(case)
    orders = list(Order.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    locked = Case.objects.select_for_update(of=("self",)).select_related("order", "store").get(pk=case.pk)
    if _order_ids(locked) != ids:
        raise Conflict("More orders came to this case at this moment. Nothing was changed; reload and look again.")
    return locked, orders


def _order_ids(case: Case) -> set[UUID]:
    """An attack has many orders."""
    return {case.order_id, *case.members.values_list("order_id", flat=True)}


def _standing(case: Case) -> Decision | None:
    """The end of the case's chain of decisions: an undo, or what was decided before the case was opened again. A chain has no fork."""
    return case.decisions.filter(superseded_by__isnull=True).first()
