"""The poller: reading each store again, so that a webhook that never came costs minutes and not an order.

Every five minutes from ten minutes before the last comparison's end, for at most a day back; once a day the last sixty days
(webhooks.md 6.3). The newest minute is left to the next window: its webhooks are on their way. The row is the queue
(models.PollWindow); the calls to the store are made outside any transaction, on the cluster of those who wait for networks.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Max, Min
from django.db.models.functions import Now
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Refusal, Upstream
from ordersops.intake import comparing, subscriptions
from ordersops.intake.models import PollWindow, WindowKind, WindowState
from ordersops.jobs import MAX_ATTEMPTS, backoff, enqueue
from ordersops.stores.models import Store
from ordersops.stores.proof import interface

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)
RECENT = timedelta(hours=24)
DAILY = timedelta(days=60)
SETTLING = timedelta(minutes=1)
KEPT = timedelta(days=60)
LEASE = timedelta(minutes=3)  # longer than one page may take
PAGES_PER_RUN = 10
SECONDS_PER_RUN = 20.0
PAUSE = timedelta(seconds=2)  # after a run, so that a long window leaves the store's limits to others
_LOCK_SPACE = 7202


# --- Planning -------------------------------------------------------------------------------------------------------
def plan() -> int:
    """Plan the windows that are due, and forget old ones. Returns how many were planned."""
    now, planned = timezone.now(), 0
    for store in Store.objects.filter(is_active=True):
        if interface(store) is None:
            continue
        planned += _plan(store, WindowKind.RECENT, _recent_since(store, now), now, EVERY)
        planned += _plan(store, WindowKind.DAILY, now - DAILY, now, timedelta(days=1))
    PollWindow.objects.filter(planned_at__lt=now - KEPT).exclude(state=WindowState.OPEN).delete()
    return planned


@atomic
def open_window(*, store: Store, kind: WindowKind, since: datetime, now: datetime) -> PollWindow | None:
    """Plan a window, unless one of its kind is open. The caller has asked for the rights."""
    window = PollWindow(store=store, kind=kind, since=since, until=now - SETTLING, planned_at=now, not_before=now)
    made = PollWindow.objects.bulk_create([window], ignore_conflicts=True)
    if not PollWindow.objects.filter(pk=made[0].pk).exists():
        return None
    enqueue("intake.poll")
    return window


def _plan(store: Store, kind: WindowKind, since: datetime, now: datetime, every: timedelta) -> bool:
    last = PollWindow.objects.filter(store=store, kind=kind).aggregate(at=Max("planned_at"))["at"]
    if last is not None and last > now - every:
        return False
    return open_window(store=store, kind=kind, since=since, now=now) is not None


def _recent_since(store: Store, now: datetime) -> datetime:
    """From ten minutes before the end of what was compared, a day back at most: the daily window reads what is older."""
    last = PollWindow.objects.compared().filter(store=store).aggregate(at=Max("until"))["at"]
    return max(last - OVERLAP, now - RECENT) if last else now - RECENT


# --- Working --------------------------------------------------------------------------------------------------------
def oldest_ready() -> datetime | None:
    """Since when the oldest window has been ready, of a store of which none is being read."""
    return PollWindow.objects.ready().aggregate(at=Min("not_before"))["at"]


def poll() -> int:
    """Go on with one window: some pages of it, with the cursor kept after each. Returns how many windows it took."""
    window = _claim()
    if window is None:
        return 0
    try:
        _read(window)
        if window.state == WindowState.DONE:
            subscriptions.refresh(window.store)
    except Exception as error:  # noqa: BLE001  whatever a store or an adapter does is shown on the row, and stops no other store
        _put_back(window, error)
    return 1


def _claim() -> PollWindow | None:
    """Lease the window that has been ready longest, and count the attempt. A store is read by one worker at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        for pk, store in PollWindow.objects.ready().order_by("not_before", "pk").values_list("pk", "store")[:20]:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, str(store)])
            alone = bool((cursor.fetchone() or (False,))[0])
            # Asked again under the lock: another worker may have taken one of this store meanwhile.
            if alone and PollWindow.objects.ready().filter(pk=pk).update(attempts=F("attempts") + 1, lease_until=Now() + LEASE):
                return PollWindow.objects.select_related("store").get(pk=pk)
    return None


def _read(window: PollWindow) -> None:
    reader = interface(window.store) if window.store.is_active else None
    if reader is None:
        raise Upstream("The store is paused, or its key was taken away.", permanent=True)
    if window.attempts > MAX_ATTEMPTS:
        raise Upstream("Every worker that read this page died at it.", permanent=True)
    start = time.monotonic()
    for _ in range(PAGES_PER_RUN):
        page = reader.changed(window.store, since=window.since, until=window.until, cursor=window.cursor)
        if page.cursor and page.cursor == window.cursor:
            raise Upstream("The store gave the same page again as the next one.", permanent=True)
        if not comparing.take(window=window, page=page, lease=LEASE) or window.state != WindowState.OPEN:
            return
        if time.monotonic() - start > SECONDS_PER_RUN:
            break
    _hand_on(window)


def _hand_on(window: PollWindow) -> None:
    """The rest is for a later run: a store with a long history leaves the worker to others in between."""
    held = PollWindow.objects.filter(pk=window.pk, state=WindowState.OPEN, lease_until=window.lease_until)
    held.update(lease_until=None, not_before=timezone.now() + PAUSE)


@atomic
def _put_back(window: PollWindow, error: Exception) -> None:
    """Try again later, as the store asks or with a doubled pause; after five attempts, or where that cannot help, give the window up.

    What it did not read is read by the next one, which begins where the last finished one ended.
    """
    if not isinstance(error, Refusal):
        log.warning("A store could not be read.", exc_info=error)
    held = PollWindow.objects.select_for_update().filter(pk=window.pk, state=WindowState.OPEN, lease_until=window.lease_until).first()
    if held is None:
        return
    now = timezone.now()
    says = error.message if isinstance(error, Refusal) else f"Our side could not read its answer ({type(error).__name__})."
    held.last_error, held.lease_until = says.replace("\x00", "")[:500], None
    if (isinstance(error, Upstream) and error.permanent) or held.attempts >= MAX_ATTEMPTS:
        held.state, held.finished_at = WindowState.FAILED, now
        before = PollWindow.objects.filter(store=held.store_id).exclude(state=WindowState.OPEN).order_by("-finished_at").first()
        if before is None or before.state != WindowState.FAILED:
            record(Verb.STORE_UNREAD, by=User.objects.system(), store=held.store, error=held.last_error)
    else:
        asked = timedelta(seconds=(error.retry_after or 0) if isinstance(error, Upstream) else 0)
        held.not_before = now + min(max(backoff(held.attempts), asked), timedelta(hours=1))
    held.save(update_fields=["last_error", "lease_until", "state", "finished_at", "not_before"])
