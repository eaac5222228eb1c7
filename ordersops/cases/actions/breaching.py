"""What the clock does by itself: brings back what slept long enough, and tells once of each case whose time runs short, or is over."""

from datetime import timedelta

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions.waking import wake_due
from ordersops.cases.models import Case, Presence

BATCH = 200
GONE = timedelta(minutes=1)


def tick() -> None:
    """One round of the clock."""
    wake_due()
    tell_breaches()  # first: what is late already needs no warning
    tell_warnings()
    Presence.objects.filter(seen_at__lt=timezone.now() - GONE).delete()


@atomic
def tell_breaches() -> int:
    """Note each open case whose deadline has passed while its clock ran: one event, and supervisors see it. Returns how many."""
    late = Case.objects.open().filter(breached_at=None, paused_at=None, due_at__lt=timezone.now())
    cases = list(late.order_by("due_at").select_for_update(skip_locked=True, of=("self",))[:BATCH])
    if not cases:
        return 0
    now, system = timezone.now(), User.objects.system()
    for case in cases:
        record(Verb.CASE_BREACHED, by=system, case=case, due_at=case.due_at)
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(breached_at=now, changed_at=now)
    return len(cases)


@atomic
def tell_warnings() -> int:
    """Note each open case of whose time three quarters are gone while its clock ran: one event for each question. Returns how many.

    Its row looks so already, so nothing of the case changes.
    """
    now = timezone.now()
    short = Case.objects.open().filter(warned_at=None, breached_at=None, paused_at=None, warn_at__lt=now)
    cases = list(short.order_by("warn_at").select_for_update(skip_locked=True, of=("self",))[:BATCH])
    if not cases:
        return 0
    system = User.objects.system()
    for case in cases:
        if case.due_at > now:
            record(Verb.CASE_DUE_SOON, by=system, case=case, due_at=case.due_at)
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(warned_at=now)
    return len(cases)
