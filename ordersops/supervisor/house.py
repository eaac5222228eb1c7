"""All processes of the product on this machine, from the first to the last."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ordersops import sweeper
from ordersops.supervisor.child import Child
from ordersops.supervisor.watchdog import Watchdog

PATIENCE_SECONDS = 10.0  # for a clean end, before SIGKILL
TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run: the address of the web server, and the simulated store's configuration file if there is one."""

    host: str
    port: int
    web_workers: int
    simulator: Path | None = None
    mail_port: int | None = None  # of the simulated mailboxes: in a demonstration no mail leaves this machine

    @property
    def url(self) -> str:
        """Where a browser on this machine reaches it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{self.port}"


class House:
    """Starts the children, brings back those that die, and closes with none left."""

    def __init__(self) -> None:
        self.leaving = threading.Event()
        self._children: dict[str, Child] = {}
        self._watchdog: Watchdog | None = None
        self._mouth = threading.Lock()
        self._undertaker: subprocess.Popen[str] | None = None
        self._groups: set[int] = set()
        self._spoke_at: dict[str, float] = {}

    # --- Opening ----------------------------------------------------------------------------------------------------
    def listen_to_signals(self) -> None:
        """SIGTERM, Ctrl-C and the end of the terminal all mean: close."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.leaving.set())

    def open(self, plan: Plan) -> None:
        """Start everything. The simulated store comes last, when somebody can answer it."""
        environment = _environment(plan)
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        # Keep-alive connections count against the backpressure, so it is far above the number of threads.
        web = f"--interface wsgi --http 1 --no-ws --workers {plan.web_workers} --blocking-threads 4 --backlog 1024 --backpressure 512"
        respawn = "--respawn-failed-workers --respawn-interval 0.5 --workers-kill-timeout 5"
        address = ["--host", plan.host, "--port", str(plan.port), "ordersops.wsgi:application"]
        granian = [sys.executable, "-m", "granian", *web.split(), *respawn.split(), *address]
        self._add("web", granian, {**environment, "ORDERSOPS_DB_POOL": "4"})
        for cluster in settings.CLUSTERS:
            self._add(cluster, [*manage, "qcluster"], {**environment, "Q_CLUSTER_NAME": cluster})
        self._add(sweeper.NAME, [*manage, "sweep"], environment)
        if plan.simulator:
            self._add("store", [sys.executable, "-m", "ordersops.simulator", "--config", str(plan.simulator)], environment)
        watched = {name: child for name, child in self._children.items() if name in settings.CLUSTERS or name == sweeper.NAME}
        self._watchdog = Watchdog(watched, say=self.say)
        self._watchdog.start()

    def keep(self) -> None:
        """Look after the children until somebody asks to close."""
        while not self.leaving.wait(TICK_SECONDS):
            for child in self._children.values():
                child.look_after()
            if self._undertaker is not None and self._undertaker.poll() is not None:
                self._hire()

    def close(self) -> None:
        """SIGTERM to each child, SIGKILL to what is left after ten seconds. None is left afterwards."""
        if self._watchdog:
            self._watchdog.leaving.set()
        for name in ("store", "web"):  # first those that bring work in
            if name in self._children:
                self._children[name].ask_to_stop()
        for name, child in self._children.items():
            if name not in ("store", "web"):
                child.ask_to_stop()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and not all(child.has_stopped() for child in self._children.values()):
            time.sleep(0.05)
        for name, child in self._children.items():
            if not child.has_stopped():
                self.say("up", f"{name} did not stop within {PATIENCE_SECONDS:.0f} s; ending it")
            child.kill()
        if self._watchdog and self._watchdog.is_alive():
            self._watchdog.join(timeout=5)
        if self._undertaker and self._undertaker.stdin:
            self._undertaker.stdin.close()
            self._undertaker.wait()

    # --- Talking ----------------------------------------------------------------------------------------------------
    def say(self, name: str, line: str) -> None:
        """One line of the one log stream. When nobody reads it any more, the house closes."""
        self._spoke_at[name] = time.monotonic()
        with self._mouth:
            try:
                print(f"{name:<8} | {line}", flush=True)  # noqa: T201
            except (BrokenPipeError, ValueError):
                sys.stdout = open(os.devnull, "w")  # noqa: SIM115  so that the interpreter's last flush succeeds
                self.leaving.set()

    def silent_for(self, name: str) -> float:
        """Seconds since its last line."""
        return time.monotonic() - self._spoke_at.get(name, 0.0)

    # --- Inside -----------------------------------------------------------------------------------------------------
    def _add(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        if self._undertaker is None:
            self._hire()
        child = Child(name, command, environment, say=self.say, tell=self._tell, folder=str(settings.BASE_DIR))
        self._children[name] = child
        child.start()

    def _hire(self) -> None:
        command = [sys.executable, "-m", "ordersops.supervisor.undertaker", *([str(settings.EMBEDDED_HOME)] if settings.EMBEDDED else [])]
        self._undertaker = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=settings.BASE_DIR, start_new_session=True)
        for group in self._groups:
            self._tell(group, True)

    def _tell(self, group: int, alive: bool) -> None:
        """Keep the undertaker informed. It is replaced within half a second if it died."""
        self._groups = self._groups | {group} if alive else self._groups - {group}
        if self._undertaker and self._undertaker.stdin:
            try:
                self._undertaker.stdin.write(f"{'+' if alive else '-'}{group}\n")
                self._undertaker.stdin.flush()
            except OSError:
                pass


def _environment(plan: Plan) -> dict[str, str]:
    """What the children inherit. They get the database's address, so that only the supervisor decides when it stops."""
    own = {"DATABASE_URL": settings.DATABASE_URL, "ORDERSOPS_DATA": str(settings.DATA_DIR), "PYTHONUNBUFFERED": "1"}
    if plan.mail_port:
        own["ORDERSOPS_MAIL_URL"] = f"smtp://127.0.0.1:{plan.mail_port}"
    return {"ORDERSOPS_URL": plan.url, **os.environ, **own}
