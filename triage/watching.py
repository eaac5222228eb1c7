"""What time alone brings: orders whose next look is due are asked about again. Rows with a time, never a scan (EXC-02, EXC-10)."""

from datetime import timedelta

from django.utils import timezone

from ordersops.advice.actions import raise_questions
from ordersops.audit.actions import atomic
from ordersops.cases.lanes import Raised
from triage.models import RoutingResult

BATCH = 500
AGAIN = timedelta(hours=1)  # where the answer failed; an answer sets the time anew


@atomic
def look() -> int:
    """Ask about the orders that are due, the longest due first. Any number of hosts may look. Returns how many were asked about."""
    now = timezone.now()
    rows = list(
        RoutingResult.objects.filter(next_look_at__lte=now)
        .order_by("next_look_at")
        .select_for_update(of=("self",), skip_locked=True)[:BATCH]
    )
    if not rows:
        return 0
    RoutingResult.objects.filter(pk__in=[row.pk for row in rows]).update(next_look_at=now + AGAIN)
    return raise_questions({"triage": [Raised(row.store_id, row.order_id, row.order_id, "time") for row in rows]})
