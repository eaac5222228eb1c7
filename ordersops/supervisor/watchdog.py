"""Sees what looks alive and is not: a cluster that takes no tasks, and an embedded database that died.

A django-q2 worker that is killed while it holds the lock of its queue stops its whole cluster, and every process of it
still looks healthy (platform.md 7). So the proof of life is a task that came all the way through, and the cure is to end the group.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import psutil
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from ordersops import database, jobs, sweeper
from ordersops.models import Heartbeat, Wakeup
from ordersops.supervisor.child import Child

log = logging.getLogger(__name__)

STALE_SECONDS = 60.0  # without a sign of life for longer, a cluster is restarted
STUCK_SECONDS = 60.0  # with the same oldest row for longer, too
PROOF_SECONDS = 8.0  # after one of its processes vanished, a cluster has so long to take a task
BOOT_SECONDS = 20.0  # until then its processes come one by one
LOOK_SECONDS = 1.0


@dataclass
class Watch:
    """What the watchdog remembers of one child."""

    child: Child
    members: set[int] = field(default_factory=set)
    of_pid: int | None = None
    doubt_since: float | None = None
    oldest: dict[str, tuple[datetime, float]] = field(default_factory=dict)


class Watchdog(threading.Thread):
    """Looks every second, on a database connection of its own. It only kills; the house starts again."""

    def __init__(self, children: dict[str, Child], *, say: Callable[[str, str], None]) -> None:
        super().__init__(daemon=True, name="watchdog")
        self.leaving = threading.Event()
        self._watches = {name: Watch(child) for name, child in children.items()}
        self._say = say
        self._back_since = time.monotonic()

    def run(self) -> None:
        while not self.leaving.wait(LOOK_SECONDS):
            try:
                self.look()
            except Error:
                self._back_since = time.monotonic()  # while the database is away nobody can give a sign of life
                connection.close()
            except Exception:
                log.exception("the watchdog stumbled")
        connection.close()

    def look(self) -> None:
        """One round over the database and all clusters."""
        if settings.EMBEDDED and not database.is_alive(settings.EMBEDDED_HOME) and not self.leaving.is_set():
            self._revive_database()
        beats = dict(Heartbeat.objects.values_list("name", "at"))
        owed = set(Wakeup.objects.values_list("kind", flat=True))
        for name, watch in self._watches.items():
            if watch.child.pid is None:
                continue
            if watch.child.pid != watch.of_pid:
                self._watches[name] = watch = Watch(watch.child, of_pid=watch.child.pid)
            reason = self._silent(name, watch, beats) or self._stuck(name, watch) or self._hung(name, watch, owed)
            if reason:
                self._say("watchdog", f"{name}: {reason}; restarting it")
                watch.child.kill()

    def _revive_database(self) -> None:
        self._say("watchdog", "the embedded database died; starting it again")
        connection.close()
        database.restart(settings.EMBEDDED_HOME)
        self._back_since = time.monotonic()
        self._say("watchdog", "the embedded database is back")

    def _silent(self, name: str, watch: Watch, beats: dict[str, datetime]) -> str:
        """No sign of life since it could have given one."""
        could = time.monotonic() - max(watch.child.started_at, self._back_since)
        age = (timezone.now() - beats[name]).total_seconds() if name in beats else could
        return f"no sign of life for {min(age, could):.0f} s" if min(age, could) > jobs.patience(name, STALE_SECONDS) else ""

    def _stuck(self, name: str, watch: Watch) -> str:
        """The oldest ready row of one of its kinds has been the same one for too long. A long queue that moves is no reason."""
        now = time.monotonic()
        for kind_name, kind in jobs.KINDS.items():
            if kind.cluster != name:
                continue
            since = kind.since()
            if since is None:
                watch.oldest.pop(kind_name, None)
                continue
            known = watch.oldest.get(kind_name)
            if known is None or known[0] != since:
                watch.oldest[kind_name] = (since, now)
            elif now - max(known[1], self._back_since) > jobs.patience(name, STUCK_SECONDS):
                watch.oldest.pop(kind_name)
                return f"the same {kind_name} row has been ready for {now - known[1]:.0f} s"
        return ""

    def _hung(self, name: str, watch: Watch, owed: set[str]) -> str:
        """One of its processes vanished, perhaps with the lock of the queue, or was put in the place of one that did: it must take a task."""
        if name == sweeper.NAME:
            return ""
        members = _descendants(watch.of_pid)
        if members != watch.members:
            watch.members = members
            jobs.send_canary(name)
            watch.doubt_since = time.monotonic()
        elif watch.doubt_since is not None:
            if jobs.canary(name) not in owed:
                watch.doubt_since = None
            elif time.monotonic() - max(watch.doubt_since, self._back_since, watch.child.started_at + BOOT_SECONDS) > jobs.patience(
                name, PROOF_SECONDS
            ):
                return "it takes no task since one of its processes died"
        return ""


def _descendants(pid: int | None) -> set[int]:
    try:
        return {process.pid for process in psutil.Process(pid).children(recursive=True)} if pid else set()
    except psutil.Error:
        return set()
