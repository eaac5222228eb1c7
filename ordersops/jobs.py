"""Waking workers up: the one seam to django-q2.

Our own rows are the queue (deliveries, questions, effects, each with `state attempts not_before lease_until last_error`);
a task only says "look at your rows" and carries nothing but the name of the kind of work. What django-q2 loses, doubles or
forgets is therefore harmless: the sweeper looks at the rows every second and wakes up again (platform.md 7).

Wake-ups coalesce: a row in `Wakeup` says that one is under way. It is set in the transaction that writes the work, and
taken away before the work is looked at, so work that commits later finds it gone and sets it again.
"""

import logging
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

from ordersops.models import Heartbeat, Wakeup

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
LEASE = timedelta(seconds=30)  # how long a claimed row is out of reach of others; longer than the slowest batch
SHIFT = 3.0  # seconds after which a worker hands on to a fresh task; also the longest that a clean stop waits for it
LINGER = 0.05  # seconds in which a row may still commit behind a flag that its writer saw
BEAT_SECONDS = 5.0
MOST_WAITING = 20  # tasks in the table of a cluster that takes none; more would not wake it up either


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work. `path` handles what is ready now and returns how many rows it took; 0 or None means nothing was ready.

    `ready` returns since when the oldest row has been ready, or None.
    """

    cluster: str
    path: str
    ready: str

    def since(self) -> datetime | None:
        look: Callable[[], datetime | None] = import_string(self.ready)
        return look()


KINDS = {
    "intake.drain": Kind("intake", "ordersops.intake.jobs.drain", "ordersops.intake.jobs.oldest_ready"),
    "intake.poll": Kind("advisors", "ordersops.intake.polling.poll", "ordersops.intake.polling.oldest_ready"),
    "privacy.erase": Kind("advisors", "ordersops.privacy.jobs.erase", "ordersops.privacy.jobs.oldest_ready"),
    "advice.answer": Kind("advice", "ordersops.advice.jobs.answer", "ordersops.advice.jobs.oldest_ready"),
    "advice.consult": Kind("advisors", "ordersops.advice.consult.consult", "ordersops.advice.consult.oldest_ready"),
    "review.automate": Kind("advice", "ordersops.review.automation.automate", "ordersops.review.automation.oldest_ready"),
    "rollout.back_test": Kind("advisors", "ordersops.rollout.jobs.back_test", "ordersops.rollout.jobs.oldest_back_test"),
    "notifications.fan_out": Kind("advice", "ordersops.notifications.fan_out.fan_out", "ordersops.notifications.fan_out.oldest_unread"),
    "notifications.deliver": Kind("effects", "ordersops.notifications.delivery.deliver", "ordersops.notifications.delivery.oldest_ready"),
    "returns.knocks": Kind("effects", "returns.knocking.answer", "returns.knocking.oldest_ready"),
    "inquiries.post": Kind("effects", "inquiries.jobs.post", "inquiries.jobs.oldest_ready"),
    "effects.send": Kind("effects", "ordersops.effects.jobs.send", "ordersops.effects.jobs.oldest_ready"),
}


def patience(cluster: str, usual: float) -> float:
    """Seconds for which a cluster may be silent: one whose workers wait for others, for as long as its calls may take."""
    return max(usual, {"advisors": 2.0 * settings.ADVISOR_DEADLINE + 60, "effects": 100.0}.get(cluster, 0.0))


# --- Asking for work ------------------------------------------------------------------------------------------------
def enqueue(kind: str) -> None:
    """Have somebody look at this kind of work soon. In a transaction it takes effect, or not, together with the rows.

    Never waits for another transaction: while one is setting the same flag, asking again is left for after our commit.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SET_FLAG, {"kind": kind, "space": _LOCK_SPACE, "lock": zlib.crc32(kind.encode()) - 2**31})
        alone, was_set = cursor.fetchone() or (False, False)
    if was_set:
        wake(kind)
    elif not alone and connection.in_atomic_block:
        transaction.on_commit(partial(enqueue, kind))


def wake(kind: str) -> None:
    """Put the task of `kind` on its cluster. Only for the one who has just set the flag."""
    async_task("ordersops.jobs.run", kind, cluster=KINDS[kind].cluster)


def backoff(attempts: int) -> timedelta:
    """The pause after the given number of failed attempts: 5 s, 10 s, 20 s ... and never more than an hour."""
    return min(timedelta(seconds=5) * 2 ** min(max(attempts, 1) - 1, 20), timedelta(hours=1))


_last_beat: dict[str, float] = {}
_LOCK_SPACE = 7201
_SET_FLAG = """
    WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(%(space)s, %(lock)s) AS mine),
    flag AS (
        INSERT INTO ordersops_wakeup (kind, at) SELECT %(kind)s, clock_timestamp() FROM turn WHERE mine
        ON CONFLICT DO NOTHING RETURNING kind)
    SELECT mine, EXISTS (SELECT FROM flag) FROM turn
"""


# --- In a worker ----------------------------------------------------------------------------------------------------
def run(kind: str) -> int:
    """What the task does: work until nothing is ready, or the shift is over and another task takes over.

    Errors end the shift and are logged; the rows keep their attempts and leases, and the sweeper wakes us for them.
    """
    this = KINDS[kind]
    done, start, quiet = 0, time.monotonic(), False
    try:
        Wakeup.objects.filter(kind=kind).delete()
        _beat_sometimes(this.cluster)
        work: Callable[[], int | None] = import_string(this.path)
        while time.monotonic() - start < SHIFT:
            taken = work() or 0
            done += taken
            if taken:
                quiet = False
            elif quiet:
                return done
            else:
                quiet = True
                time.sleep(LINGER)
        enqueue(kind)
    except Exception:
        log.exception("%s ended early after %d rows", kind, done)
    return done


def beat(cluster: str) -> None:
    """A sign of life of this cluster (or of the sweeper), for the watchdog."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=cluster, at=timezone.now())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def _beat_sometimes(cluster: str) -> None:
    """A worker at work is alive; a canary that waits behind a long queue must not make it look dead."""
    now = time.monotonic()
    if now - _last_beat.get(cluster, -BEAT_SECONDS) >= BEAT_SECONDS:
        _last_beat[cluster] = now
        beat(cluster)


def take_canary(cluster: str) -> None:
    """The canary's task: shows that the whole way from table to worker is open."""
    Wakeup.objects.filter(kind=canary(cluster)).delete()
    beat(cluster)


# --- For the sweeper and the watchdog -------------------------------------------------------------------------------
def send_canary(cluster: str) -> None:
    """Ask the cluster for a sign of life, unless it still owes one."""
    _, created = Wakeup.objects.get_or_create(kind=canary(cluster))
    if created:
        async_task("ordersops.jobs.take_canary", cluster, cluster=cluster)


def renew(older_than: timedelta) -> None:
    """Ask again where a flag has been up for so long that its task must be lost. A dead cluster does not pile up tasks."""
    for flag in Wakeup.objects.filter(at__lt=timezone.now() - older_than):
        kind = KINDS.get(flag.kind)
        cluster = kind.cluster if kind else flag.kind.removeprefix(canary(""))
        if not Wakeup.objects.filter(pk=flag.pk, at=flag.at).update(at=timezone.now()):
            continue
        if waiting(cluster) >= MOST_WAITING:
            continue
        if kind:
            wake(flag.kind)
        else:
            async_task("ordersops.jobs.take_canary", cluster, cluster=cluster)


def waiting(cluster: str) -> int:
    """Tasks of the cluster that are in the broker's table, taken or not."""
    return OrmQ.objects.filter(key=cluster).count()


def tidy() -> None:
    """Forget results and tasks that nobody will take: the history of the work is in our own rows."""
    Task.objects.filter(stopped__lt=timezone.now() - timedelta(hours=1)).delete()
    OrmQ.objects.filter(lock__lt=timezone.now() - timedelta(hours=1)).delete()


def canary(cluster: str) -> str:
    return f"canary.{cluster}"
