"""How long messages stand in the log."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from ordersops.notifications.models import Outgoing, SlackRequest, State

FAILED_STAY = 3  # times as long, since a person may still send them again
BATCH = 5000


def forget_old() -> int:
    """Delete messages that were settled long ago, with their attempts, and the marks of Slack's requests. Returns how many messages."""
    now, days = timezone.now(), timedelta(days=settings.MESSAGE_LOG_DAYS)
    SlackRequest.objects.filter(at__lt=now - timedelta(days=1)).delete()
    count = 0
    for states, age in (([State.DONE, State.DROPPED], days), ([State.DEAD], days * FAILED_STAY)):
        while ids := list(Outgoing.objects.filter(state__in=states, settled_at__lt=now - age).values_list("pk", flat=True)[:BATCH]):
            Outgoing.objects.filter(pk__in=ids).delete()
            count += len(ids)
    return count
