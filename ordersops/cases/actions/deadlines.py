"""Moving a deadline: supervisors answer for them."""

from datetime import datetime, timedelta

from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases import clocks
from ordersops.cases.actions.lease import locked
from ordersops.cases.actions.talking import note_of
from ordersops.cases.models import Case, Comment
from ordersops.errors import Conflict, Invalid

FURTHEST = timedelta(days=90)


@atomic
def move_deadline(*, case: Case, due_at: datetime, note: str, by: User) -> Case:
    """Set by when the case must be decided, and say why. What was told of the old deadline is told anew of this one, and new advice leaves
    it alone.

    Needs `move_deadlines`. Never past the end of an authorisation, as it stands now. Conflict for a case that is not open, and while its
    clock stands: what is left of the time is counted anew when it goes on.
    """
    require(by, Perm.MOVE_DEADLINES, case.store_id, to="move this deadline", case=case)
    case = locked(case)
    if why := why_not(case):
        raise Conflict(f"{why} Nothing was changed.")
    now, before = timezone.now(), case.due_at
    latest = last_moment(case)
    if not now < due_at <= now + FURTHEST:
        raise Invalid(f"Choose a time within the next {FURTHEST.days} days.")
    if latest is not None and due_at > latest:
        raise Invalid("The authorisation ends before that: the money could no longer be taken. Choose an earlier time.")
    if due_at == before:
        raise Conflict("The case is due then already. Nothing was changed.")
    said = note_of(case, by, Comment.Kind.DEADLINE, note, needed="why the deadline moves")
    assert said is not None
    case.due_at, case.warn_at, case.authorised_until = due_at, clocks.warning(case.store, due_at, now=now), latest
    case.due_set_at, case.warned_at, case.breached_at = now, None, None
    case.save(
        update_fields=[
            "due_at", "warn_at", "authorised_until", "due_set_at", "warned_at", "breached_at", "comments_count", "changed_at",
        ]
    )  # fmt: skip
    record(Verb.CASE_DEADLINE_MOVED, by=by, case=case, before=before, after=due_at, comment=said.pk)
    return case


def why_not(case: Case) -> str:
    """Why the deadline cannot be moved now, in a sentence; "" where it can."""
    if not case.is_open:
        return f"This case is {case.get_state_display().lower()} already."
    if case.paused_at is not None:
        return "Its clock stands while it is put aside. Bring it back first, then move its deadline."
    return ""


def last_moment(case: Case) -> datetime | None:
    """Until when the money can be taken, as known now; None where that sets no limit."""
    return clocks.authorised_until(case.order)
