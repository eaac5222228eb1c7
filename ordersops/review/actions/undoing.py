"""Taking a decision back: until its effects leave, and afterwards through their inverse (law 15)."""

from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import set_open, withdraw_finished
from ordersops.cases.actions.snoozing import about_same
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import CaseState
from ordersops.effects import actions as effects
from ordersops.errors import Conflict
from ordersops.ids import uuid7
from ordersops.review.actions.choosing import lock, said
from ordersops.review.models import TAKEN_BACK, Decision, Label
from ordersops.review.taking_back import effects_of, taking_back
from ordersops.rollout.actions import observe, void
from ordersops.rollout.models import UNDO


@atomic
def undo(*, decision: Decision, by: User) -> Decision:
    """Take a decision back while none of its effects has left: the case is open again, and its subject as before.

    Needs the lane's right to decide. Conflict once the hold window is over, or if it was undone already.
    """
    this = lane_named(decision.case.lane)
    require(by, this.decides, decision.store_id, to="undo this decision", case=decision.case)
    case, subjects = lock(decision.case)
    if decision.outcome == UNDO or Decision.objects.filter(supersedes=decision).exists() or case.state != CaseState.DECIDED:
        raise Conflict("This decision was undone already.")
    undone = effects.undo_all(decision=decision, by=by)
    taken_back = Decision.objects.create(
        id=uuid7(), store_id=case.store_id, case=case, recommendation_id=decision.recommendation_id, outcome=UNDO, overrides=False,
        reason="UNDO", label=Label.INCONCLUSIVE, by=by, case_version=case.version, supersedes=decision, decided_at=timezone.now(),
    )  # fmt: skip
    if about_same(case, subjects).exists():
        raise Conflict("A newer case about this order waits for a decision; decide there.")
    case.state, case.decided_at, case.version = CaseState.OPEN, None, case.version + 1
    case.leased_by = case.lease_until = None
    case.save(update_fields=["state", "decided_at", "version", "leased_by", "lease_until", "changed_at"])
    reached = {effect.order_id for effect in undone}
    this.open_again(subjects=[one for one in subjects if one.order.pk in reached] if undone else subjects, by=by)
    record(Verb.DECISION_UNDONE, by=by, case=case, decision=taken_back.pk, undone=decision.pk, outcome=decision.outcome)
    void(decision=decision)
    withdraw_finished(orders=[one.order for one in subjects], by=User.objects.system())
    observe(decision=taken_back)  # last: it may take the lane down, whose lock comes after those of orders and cases
    return taken_back


@atomic
def take_back(*, decision: Decision, note: str, by: User) -> Decision:
    """Take a decision back after it was carried out: the inverse of what was done is planned, with a hold window of its own, the order
    is held again and the case is open again, with a new deadline.

    Needs the lane's right to decide and a note. One person suffices, also where two decided: it leads to a hold, and what is decided
    next needs two again. Orders that have begun to leave are left as they are. Conflict if that is all of them, if nothing
    that was done has an inverse (a cancellation), if not everything is settled yet, or if it was taken back or decided anew already.
    """
    this = lane_named(decision.case.lane)
    require(by, this.decides, decision.store_id, to="take this decision back", case=decision.case)
    why = said(note, needed=True, why="why you take it back")
    case, subjects = lock(decision.case)
    list(decision.effects.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    found = taking_back(decision, case, by, effects=effects_of(decision), orders={one.order.pk: one.order for one in subjects})
    if found.why_not:
        raise Conflict(f"{found.why_not} Nothing was changed.")
    taken_back = Decision.objects.create(
        id=uuid7(), store_id=case.store_id, case=case, recommendation_id=decision.recommendation_id, outcome=UNDO, overrides=False,
        reason=TAKEN_BACK, note=why, label=Label.INCONCLUSIVE, by=by, case_version=case.version, supersedes=decision,
        decided_at=timezone.now(),
    )  # fmt: skip
    set_open(case)
    ids = {back.order.pk for back in found.ways}
    this.open_again(subjects=[one for one in subjects if one.order.pk in ids], by=by)
    record(
        Verb.DECISION_TAKEN_BACK, by=by, case=case, decision=taken_back.pk, undone=decision.pk, outcome=decision.outcome,
        left_out=len(found.left_out),
    )  # fmt: skip
    effects.plan_inverse(ways=found.ways, decision=taken_back, by=by)
    void(decision=decision)
    withdraw_finished(orders=[one.order for one in subjects], by=User.objects.system())
    observe(decision=taken_back)  # last: it may take the lane down, whose lock comes after those of orders and cases
    return taken_back
