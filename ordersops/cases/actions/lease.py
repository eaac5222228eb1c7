"""Who is at work on a case: taking it, keeping it while its page is open, giving it back, and handing out the next one."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.access import require_anywhere
from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.escalation import require_work, teams_of
from ordersops.cases.handing_out import candidates, takeable
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case, Presence
from ordersops.errors import Conflict

BATCH = 500
# A page that is left keeps its case so long: time enough to come back by reloading, or from the order's page.
GRACE = timedelta(seconds=30)
# A heartbeat writes only when the lease has come down by so much; it beats every ten seconds.
DRIFT = timedelta(seconds=30)


def locked(case: Case) -> Case:
    return Case.objects.select_for_update(of=("self",)).select_related("order", "store").get(pk=case.pk)


def _full() -> timedelta:
    return timedelta(minutes=settings.LEASE_MINUTES)


def _lease(case: Case, by: User) -> None:
    """Whoever holds it already keeps it for longer, of which others see nothing."""
    kept = case.holder_id() == by.pk
    case.leased_by, case.lease_until = by, timezone.now() + _full()
    case.save(update_fields=["leased_by", "lease_until", *([] if kept else ["changed_at"])])


def _room_for_one_more(by: User, *, besides: Case | None = None) -> None:
    """Raise Conflict if the person holds as many as anybody may. Their row is locked: two requests cannot both take the last place."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    held = Case.objects.open().filter(leased_by=by, lease_until__gt=timezone.now())
    if besides is not None:
        held = held.exclude(pk=besides.pk)
    if held.count() >= settings.HELD_CASES:
        most = settings.HELD_CASES
        raise Conflict(f"You hold {most} case{'' if most == 1 else 's'} already, which is the most. Decide one, or put one back.")


@atomic
def claim(*, case: Case, by: User) -> Case:
    """Lease the case, so that others see who is at work on it. Needs the lane's right to decide, and its role if it is escalated.

    Conflict if it is decided, somebody else holds it, or the person holds as many as anybody may.
    """
    require_work(case, by, to="take this case")
    _room_for_one_more(by, besides=case)
    case = locked(case)
    require_work(case, by, to="take this case")
    if not case.is_open:
        raise Conflict(f"This case is {case.get_state_display().lower()} already. Press n for the next one.")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Press n for the next one.")
    held_already = case.holder_id() == by.pk
    _lease(case, by)
    if not held_already:
        record(Verb.CASE_CLAIMED, by=by, case=case, until=case.lease_until)
    return case


@atomic
def heartbeat(*, case: Case, by: User) -> Case:
    """Keep a lease alive while the page is open. Conflict once it is lost.

    Others see nothing of it, so the queues do not change; and it writes only once in a while.
    """
    case = locked(case)
    if case.holder_id() != by.pk or not case.is_open:
        raise Conflict("You no longer hold this case: it was decided, or your lease ran out.")
    until = timezone.now() + _full()
    if case.lease_until is None or until - case.lease_until > DRIFT:
        Case.objects.filter(pk=case.pk).update(lease_until=until)
        case.lease_until = until
    return case


@atomic
def leave(*, case: Case, by: User) -> None:
    """The page was closed: a lease ends within moments unless the page is opened again, and nobody is there any more."""
    Presence.objects.filter(case=case, person=by).delete()
    soon = timezone.now() + GRACE
    Case.objects.open().filter(pk=case.pk, leased_by=by, lease_until__gt=soon).update(lease_until=soon)


@atomic
def release(*, case: Case, by: User) -> Case:
    """Give the case back to the queue. Conflict unless you hold it."""
    case = locked(case)
    if case.holder_id() != by.pk:
        raise Conflict("You do not hold this case.")
    case.leased_by = case.lease_until = None
    case.save(update_fields=["leased_by", "lease_until", "changed_at"])
    record(Verb.CASE_RELEASED, by=by, case=case)
    return case


@atomic
def next_case(*, lane: str, by: User, fits: Q | None = None) -> Case | None:
    """Lease the most urgent case that waits, atomically: two people never get the same one. None when nothing is left.

    What is assigned to the person comes first, then what a team of theirs holds; what is somebody else's or another team's only once it
    is overdue; what is escalated only to that role or team and supervisors; what is put aside to nobody. `fits` are the filters that
    the person works with.
    Needs the lane's right to decide in some store.
    Conflict if the person holds as many as anybody may.
    """
    stores = require_anywhere(by, lane_named(lane).decides)
    _room_for_one_more(by)
    teams = teams_of(by)
    for ids in candidates(lane=lane, stores=stores, by=by, teams=teams, fits=fits or Q()):
        free = Case.objects.filter(takeable(lane=lane, stores=stores, by=by, teams=teams), pk__in=ids)
        case = free.most_urgent_first().select_for_update(skip_locked=True, of=("self",)).first()
        if case is not None:
            _lease(case, by)
            record(Verb.CASE_CLAIMED, by=by, case=case, until=case.lease_until)
            return case
    return None


@atomic
def return_expired() -> int:
    """Take away leases that ran out, so that the queue shows them as free. Returns how many."""
    over = Case.objects.open().filter(leased_by__isnull=False, lease_until__lte=timezone.now()).select_related("leased_by")
    cases = list(over.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:BATCH])
    if not cases:
        return 0
    system = User.objects.system()
    for case in cases:
        record(Verb.CASE_LEASE_ENDED, by=system, case=case, who=str(case.leased_by))
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(leased_by=None, lease_until=None, changed_at=timezone.now())
    return len(cases)
