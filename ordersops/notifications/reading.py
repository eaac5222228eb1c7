"""Reading the history as it grows: each event once, in the order of its stream, and none passed over.

Ids of events are given out before their transactions commit (and even before these have transaction ids), so “the newest
id that I saw” would pass over a writer that is slower. Read instead is what lies below the oldest transaction that is
still open, as checkpoints do: nothing can be added there any more. Writers pay nothing for it, and never wait; an open
transaction delays what comes after it. The index on transaction ids is the small one that checkpoints use.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from ordersops.audit.checkpoints import WATERMARK
from ordersops.audit.models import Event
from ordersops.notifications.models import Mark

NAME = "history"
WINDOW = 1000  # transaction ids that are read at once where much has gathered; ten times more while nothing is found


def read(take: Callable[[Sequence[Event]], None]) -> int:
    """Give what is new to `take`, in one transaction with the mark. Returns how many events it was; 0 where somebody else reads."""
    with transaction.atomic():
        mark = _locked()
        if mark is None:
            return 0
        watermark, epoch = _watermark()  # a statement of its own: what follows sees all below it
        if mark.epoch != epoch:
            # Restored into another cluster, where transaction ids began anew: the old ones are all over.
            events = list(_unread(mark))
            mark.epoch, mark.xid = epoch, 0
        else:
            events, mark.xid = _window(mark, watermark)
        if events:
            # Of two that waited for each other in one stream, the later one may have the lower id.
            take(sorted(events, key=lambda event: (event.stream, event.seq)))
        mark.save()
    return len(events)


def oldest_unread() -> datetime | None:
    """Since when the oldest event has waited that can be read; None where there is none."""
    mark = Mark.objects.filter(pk=NAME).first()
    if mark is None:
        start()
        return None
    watermark, epoch = _watermark()
    if mark.epoch == epoch and mark.xid >= watermark:
        return None
    found = _unread(mark) if mark.epoch != epoch else _unread(mark).filter(xid__lt=watermark)
    return found.values_list("at", flat=True).first()  # as they lie on disk, which is the order of time or nearly


def start() -> None:
    """Begin to read from now on: what happened before is nobody's news."""
    watermark, epoch = _watermark()
    Mark.objects.get_or_create(name=NAME, defaults={"epoch": epoch, "xid": watermark})


def _locked() -> Mark | None:
    """The mark, locked; None while another worker holds it."""
    if not Mark.objects.filter(pk=NAME).exists():
        start()
    return Mark.objects.select_for_update(skip_locked=True).filter(pk=NAME).first()


def _window(mark: Mark, watermark: int) -> tuple[list[Event], int]:
    """The first events below the watermark, and up to where that is all of them."""
    low, size = mark.xid, WINDOW
    if low >= watermark or not _unread(mark).filter(xid__lt=watermark).exists():
        return [], max(low, watermark)
    while True:
        high = min(low + size, watermark)
        events = list(_unread(mark).filter(xid__gte=low, xid__lt=high))
        if events or high == watermark:
            return events, high
        low, size = high, size * 10


def _unread(mark: Mark) -> "QuerySet[Event]":
    return Event.objects.filter(epoch=mark.epoch, xid__gte=mark.xid)


def _watermark() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(WATERMARK)
        watermark, epoch = cursor.fetchone() or (0, 0)
    return int(watermark), int(epoch)
