"""Putting a case aside until a time or an event, and opening a closed one again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases import clocks
from ordersops.cases.actions.lease import locked
from ordersops.cases.actions.talking import note_of
from ordersops.cases.actions.waking import BOOST, keys_of
from ordersops.cases.escalation import require_work
from ordersops.cases.lanes import Subject
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case, CaseQuerySet, CaseState, Comment
from ordersops.cases.waiting import LONGEST, REASONS, WAKES
from ordersops.effects.models import Effect, EffectState
from ordersops.errors import Conflict, Invalid
from ordersops.orders.models import Order

MEMBERS_WATCHED = 200

# Why a closed case is opened again.
REOPENING = {
    "new_information": "New information came",
    "mistake": "It was decided by mistake",
    "customer": "The customer objected",
    "quality": "A quality check asks for it",
}


@atomic
def snooze(*, case: Case, until: datetime, reason: str, by: User, wakes_on: Sequence[str] = (), note: str = "") -> Case:
    """Put the case aside until `until`, at most thirty days, or until one of the events; then it comes back on top.

    The clock stands meanwhile if the reason says so; never past the end of an authorisation. Needs the lane's right to decide;
    Conflict while somebody else holds it.
    """
    require_work(case, by, to="put this case aside")
    why = REASONS.get(reason)
    if why is None:
        raise Invalid("Choose why the case waits.")
    if unknown := [event for event in wakes_on if event not in WAKES]:
        raise Invalid(f"There is no event “{unknown[0][:40]}”.")
    orders, case = _with_orders(case)
    require_work(case, by, to="put this case aside")
    if not case.is_open:
        raise Conflict(f"This case is {case.get_state_display().lower()} already. Nothing was changed.")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    now = timezone.now()
    if not now < until <= now + LONGEST:
        raise Invalid(f"Choose a time within the next {LONGEST.days} days.")
    if case.authorised_until is not None and until > case.authorised_until:
        raise Invalid("The authorisation ends before that: the money could no longer be taken. Choose an earlier time.")
    said = note_of(case, by, Comment.Kind.SNOOZED, note)
    if case.woken_because:
        case.priority, case.woken_because = case.priority - BOOST, ""
    case.snoozed_until, case.snooze_reason, case.wakes_on = until, why.key, sorted(set(wakes_on))
    case.wake_keys = sorted({key for order in orders for key in keys_of(order)}) if "linked_order" in wakes_on else []
    if why.pauses:
        clocks.pause(case)
    else:
        clocks.resume(case)
    case.leased_by = case.lease_until = None
    case.save()
    record(
        Verb.CASE_SNOOZED, by=by, case=case, until=until, reason=why.label, wakes_on=case.wakes_on, paused=case.paused_at is not None,
        comment=said.pk if said else None,
    )  # fmt: skip
    return case


@atomic
def reopen(*, case: Case, reason: str, by: User, note: str = "") -> Case:
    """Open a decided or withdrawn case again: its question is open anew, and a new decision supersedes the old one.

    Needs `reopen_cases`. Conflict while an effect of the decision is still on its way (undo is for that), when nothing can be
    decided about the order any more, or when a newer case about it waits.
    """
    require(by, Perm.REOPEN_CASES, case.store_id, to="open this case again", case=case)
    if reason not in REOPENING:
        raise Invalid("Choose why the case is opened again.")
    about = lane_named(case.lane)
    subjects, case = _with_subjects(case)
    if case.state not in {CaseState.DECIDED, CaseState.WITHDRAWN}:
        raise Conflict("This case is not closed. Nothing was changed.")
    open_to = [subject for subject in subjects if about.possible(subject)]
    if not open_to:
        raise Conflict("Nothing is left to decide: the order has shipped or is cancelled.")
    if Effect.objects.filter(decision__case=case, state__in=[EffectState.WAITING, EffectState.PLANNED, EffectState.SENDING]).exists():
        raise Conflict("What was decided is still on its way to the store. Undo the decision instead, or wait until it is done.")
    if about_same(case, subjects).exists():
        raise Conflict("A newer case about this order waits for a decision; decide there.")
    said = note_of(case, by, Comment.Kind.REOPENED, note)
    was = case.state
    set_open(case)
    about.open_again(subjects=open_to, by=by)
    record(Verb.CASE_REOPENED, by=by, case=case, reason=REOPENING[reason], was=was, comment=said.pk if said else None, due_at=case.due_at)
    return case


def set_open(case: Case) -> None:
    """Set a closed case open and free, with the deadline of a new question. In the caller's unit, which holds the row."""
    policy = lane_named(case.lane).policy
    within = policy.review_within.get(case.band) or max(policy.review_within.values())
    until = clocks.deadline(order=case.order, within=within)
    case.state, case.decided_at, case.version, case.reopened_at = CaseState.OPEN, None, case.version + 1, timezone.now()
    case.due_at, case.warn_at, case.authorised_until = until.due_at, until.warn_at, until.authorised_until
    case.due_set_at = None
    case.warned_at = case.breached_at = case.paused_at = case.snoozed_until = case.leased_by = case.lease_until = case.assigned_to = (
        case.team
    ) = None
    case.snooze_reason, case.wakes_on, case.wake_keys = "", [], []
    case.save()


def _with_orders(case: Case) -> tuple[list[Order], Case]:
    """The orders of the case, and the case, locked."""
    about = Order.objects.filter(Q(pk=case.order_id) | Q(pk__in=case.members.values("order"))).order_by("pk")
    return list(about[:MEMBERS_WATCHED]), locked(case)


def _with_subjects(case: Case) -> tuple[list[Subject], Case]:
    """What the case is about, then the case, locked, in this order as everywhere."""
    return lane_named(case.lane).lock(subject_ids(case)), locked(case)


def subject_ids(case: Case) -> set[UUID]:
    """What the case is about. An attack has many orders."""
    return {case.subject, *case.members.values_list("order_id", flat=True)}


def about_same(case: Case, subjects: Collection[Subject]) -> CaseQuerySet:
    """The other undecided cases of its lane about any of these subjects."""
    ids = [subject.pk for subject in subjects]
    return Case.objects.undecided().in_lane(case.lane).on(ids).exclude(pk=case.pk)
