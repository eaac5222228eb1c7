"""What time alone brings: orders whose next look is due are asked about again. Rows with a time, never a scan (EXC-02, EXC-10)."""

from datetime import datetime, timedelta

from django.utils import timezone

from ordersops.advice.actions import raise_questions
from ordersops.audit.actions import atomic
from ordersops.cases.lanes import Raised
from triage.following import LATER
from triage.models import RoutingResult

BATCH = 500
AGAIN = timedelta(hours=1)  # where the answer failed; an answer sets the time anew


@atomic
def look() -> int:
    """Ask about the orders that are due, the longest due first. Any number of hosts may look. Returns how many were asked about.

    One that waits for another lane or for a hold is asked about when the order has changed; until then it is only looked at again.
    """
    now = timezone.now()
    due = RoutingResult.objects.filter(next_look_at__lte=now).order_by("next_look_at").select_for_update(of=("self",), skip_locked=True)
    rows = list(due.select_related("order")[:BATCH])
    if not rows:
        return 0
    ready = [row for row in rows if not _waits_still(row, now)]
    later = {row.pk for row in rows} - {row.pk for row in ready}
    RoutingResult.objects.filter(pk__in=later).update(next_look_at=now + LATER)
    RoutingResult.objects.filter(pk__in=[row.pk for row in ready]).update(next_look_at=now + AGAIN)
    return raise_questions({"triage": [Raised(row.store_id, row.order_id, row.order_id, "time") for row in ready]})


def _waits_still(row: RoutingResult, now: datetime) -> bool:
    return row.waits_on == "release" and row.order.version == row.seen_version and row.assessed_at > now - AGAIN
