"""Where a bench plays: a data directory with a database of its own, and the product's processes on it.

Nothing is left behind: what was started is stopped and the directory removed, however the bench ends.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil
import psycopg

from ordersops import database

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Shop:
    """A Shopify store of the product, as its sender knows it."""

    path: str
    secret: str


class Stage:
    """The data directory and the database. This process is a user of the database, so it runs as long as the stage stands."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ORDERSOPS_", "Q_CLUSTER", "DATABASE_URL"))},
            "ORDERSOPS_DATA": str(data),
            "ORDERSOPS_LOG_LEVEL": "WARNING",
        }
        self.url = database.embedded_url(data / "pg")

    def django(self) -> None:
        """Make this process one of the product's: settings, migrations, roles, static files."""
        for name in [name for name in os.environ if name.startswith(("ORDERSOPS_", "Q_CLUSTER", "DATABASE_URL"))]:
            del os.environ[name]
        os.environ.update({"DJANGO_SETTINGS_MODULE": "ordersops.settings", **self.environment})
        import django

        django.setup()
        from ordersops.supervisor.preparation import prepare

        prepare(lambda line: None)

    def rows(self, sql: str, *values: object) -> list[tuple]:
        """What the product's database answers, on a connection of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            answer = connection.execute(sql, values or None)  # type: ignore[arg-type]
            return answer.fetchall() if answer.description else []

    def postgres_seconds(self) -> float:
        """Processor seconds of the database's processes that are there now."""
        return _seconds(psutil.Process(int((self.data / "pg" / "postmaster.pid").read_text().split()[0])))

    def connect_store(self, name: str) -> Shop:
        """A Shopify store, by the product's own command."""
        command = [sys.executable, "manage.py", "connect_store", "--platform", "shopify", "--name", name, "--json"]
        told = json.loads(subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True, timeout=60).stdout)
        return Shop(told["endpoint_path"], told["secret"])

    @contextmanager
    def up(self) -> Iterator["Running"]:
        """`manage.py up`, from ready to gone."""
        port = free_port()
        running = self.start([sys.executable, "manage.py", "up", "--port", str(port)], port, {})
        try:
            running.wait_for("/readyz")
            yield running
        finally:
            running.stop()

    def start(self, command: Sequence[str], port: int, more: Mapping[str, str]) -> "Running":
        log = (self.data / f"{port}.log").open("w")
        process = subprocess.Popen(
            command, cwd=ROOT, env={**self.environment, **more}, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        return Running(process, port, Path(log.name))


@dataclass
class Running:
    """A server with all that it started."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def wait_for(self, path: str) -> None:
        """Until `path` answers 200."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5):
                    return
            except (OSError, urllib.error.HTTPError):
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The server did not become ready:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)

    def web(self) -> tuple[list[str], dict[str, str]]:
        """The command line and environment of the web server, as `up` starts it."""
        for child in psutil.Process(self.process.pid).children():
            command = child.cmdline()
            if "granian" in command:
                return command, child.environ()
        raise SystemExit("`up` runs no web server.")

    def seconds(self) -> float:
        """Processor seconds of the process and of those that it started."""
        return _seconds(psutil.Process(self.process.pid))

    def stop(self) -> None:
        """SIGTERM, and SIGKILL to the whole group for whatever is left after that."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=25)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def stage() -> Iterator[Stage]:
    """A stage, and the certainty that it is gone afterwards."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    data = Path(tempfile.mkdtemp(prefix="ordersops-bench-", dir="/tmp"))
    data.chmod(0o755)  # the database runs as a user of its own when we are root
    try:
        yield Stage(data)
    finally:
        _leave(data)


def _leave(data: Path) -> None:
    try:
        if os.environ.get("ORDERSOPS_DATA") == str(data):  # this process became one of the product's
            from django.db import connections

            connections.close_all()
    finally:
        database._leave(data / "pg", os.getpid())  # stops the server, of which nobody else is a user any more
        shutil.rmtree(data, ignore_errors=True)


def _seconds(process: psutil.Process) -> float:
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):
            total += sum(one.cpu_times()[:2])
    return total


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
