"""What the clock does by itself: brings back what slept long enough, and tells once of each case that nobody decided in time."""

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
    tell_breaches()
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
