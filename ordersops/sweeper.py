"""The clock of the product: wakes workers up for rows that nobody was told about, and does what is due at intervals.

Any number of hosts may run one. Asking for work is harmless when two ask; a round of `ROUNDS` is done by whoever moves
its row in `Heartbeat` first, so no session lock is needed and PgBouncer may stand in between.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection, connections
from django.utils import timezone
from django.utils.module_loading import import_string

from ordersops import jobs
from ordersops.models import Heartbeat

log = logging.getLogger(__name__)

NAME = "sweeper"
LATE = timedelta(seconds=1)  # a row that has been ready for longer was missed
LOST = timedelta(seconds=10)  # a wake-up that nobody took for longer is sent again
COMPLAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """Something that is done every so many seconds by one host."""

    name: str
    every: int
    path: str


ROUNDS = [
    Round("checkpoint", settings.CHECKPOINT_SECONDS, "ordersops.audit.checkpoints.checkpoint"),
    Round("leases", 10, "ordersops.cases.actions.return_expired"),
    Round("triage", 5, "triage.watching.look"),
    Round("clocks", 2, "ordersops.cases.actions.tick"),
    Round("tallies", 15, "ordersops.cases.tallies.add_up"),
    Round("ladder", 5, "ordersops.rollout.jobs.watch"),
    Round("scores", 300, "ordersops.rollout.jobs.watch_scores"),
    Round("again", 600, "ordersops.insights.actions.draw"),
    Round("returns", 300, "returns.actions.expire_overdue"),
    Round("pulse", 60, "ordersops.intake.actions.take_pulse"),
    Round("polls", 30, "ordersops.intake.polling.plan"),
    Round("bodies", 3600, "ordersops.intake.actions.forget_old_bodies"),
    Round("calls", 3600, "ordersops.advice.bodies.forget_old"),
    Round("attempts", 3600, "ordersops.effects.bodies.forget_old"),
    Round("links", 3600, "returns.actions.forget_old_links"),
    Round("messages", 3600, "ordersops.notifications.keeping.forget_old"),
    Round("answers", 3600, "ordersops.api.actions.forget_old_answers"),
    Round("counts", 3600, "ordersops.throttle.forget_old_counts"),
    Round("tasks", 3600, "ordersops.jobs.tidy"),
    Round("sessions", 3600, "ordersops.accounts.actions.forget_old_sessions"),
]


class Sweeper:
    """Two loops: waking up, which must never wait, and the rounds, which may take their time."""

    def __init__(self, rounds: list[Round] | None = None) -> None:
        self.rounds = ROUNDS if rounds is None else rounds
        self.leaving = threading.Event()
        self._complained: dict[str, float] = {}

    def run(self) -> None:
        """Work until `stop()`. Survives the database going away and coming back."""
        slow = threading.Thread(target=self._loop, args=(self.make_rounds, 1.0), name="rounds")
        slow.start()
        self._loop(self.wake, 1.0)
        slow.join(timeout=5)

    def stop(self) -> None:
        self.leaving.set()

    def wake(self) -> None:
        """Ask for the work that was missed, and for signs of life."""
        now = timezone.now()
        for name, kind in jobs.KINDS.items():
            with self._complaining(f"looking for {name}"):
                since = kind.since()
                if since is not None and since < now - LATE:
                    jobs.enqueue(name)
        with self._complaining("asking for signs of life"):
            jobs.renew(LOST)
            if claim("canaries", 10):
                for cluster in settings.CLUSTERS:
                    jobs.send_canary(cluster)
            if time.monotonic() - self._last_beat >= jobs.BEAT_SECONDS:
                jobs.beat(NAME)
                self._last_beat = time.monotonic()

    def make_rounds(self) -> None:
        """Do the rounds that are due and that no other host has taken."""
        for one in self.rounds:
            if self.leaving.is_set():
                return
            with self._complaining(f"the round {one.name!r}"):
                if claim(one.name, one.every):
                    work: Callable[[], object] = import_string(one.path)
                    work()

    _last_beat = -jobs.BEAT_SECONDS

    def _loop(self, step: Callable[[], None], seconds: float) -> None:
        while not self.leaving.is_set():
            step()
            self.leaving.wait(seconds)
        connections.close_all()

    def _complaining(self, doing: str) -> "_Complaining":
        return _Complaining(self, doing)

    def complain(self, doing: str, error: Exception) -> None:
        """Say it once a minute for each thing, with the traceback unless the database is simply away."""
        now = time.monotonic()
        if now - self._complained.get(doing, -COMPLAIN_SECONDS) < COMPLAIN_SECONDS:
            return
        self._complained[doing] = now
        if isinstance(error, Error):
            log.error("%s failed: %s", doing, str(error).strip())
        else:
            log.error("%s failed", doing, exc_info=error)


class _Complaining:
    """An error in one thing is logged and never stops the others."""

    def __init__(self, sweeper: Sweeper, doing: str) -> None:
        self.sweeper, self.doing = sweeper, doing

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        self.sweeper.complain(self.doing, error)
        if isinstance(error, Error) and not connection.in_atomic_block:
            connection.close()  # a fresh one next time, in case the server went away
        return True


def claim(name: str, every: int) -> bool:
    """Whether this host does the round now: true for exactly one caller in each `every` seconds, over all hosts."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ordersops_heartbeat AS seen (name, at) VALUES (%(name)s, clock_timestamp())
               ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE seen.at <= excluded.at - make_interval(secs => %(every)s)""",
            {"name": f"round.{name}", "every": every},
        )
        return cursor.rowcount == 1


def ages() -> dict[str, float | None]:
    """Seconds since the last sign of life of each cluster and of the sweeper; None where there never was one."""
    now = timezone.now()
    seen = dict(Heartbeat.objects.values_list("name", "at"))
    return {name: max((now - seen[name]).total_seconds(), 0.0) if name in seen else None for name in (*settings.CLUSTERS, NAME)}
