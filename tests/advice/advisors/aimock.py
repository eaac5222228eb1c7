"""An independent server that speaks the protocols of model services: npm's `@copilotkit/aimock`, written by others, pinned.

It is installed once into the tests' data directory and started on a free port of loopback. Without node, npm or a
registry the tests that need it are skipped, saying why; with ORDERSOPS_REQUIRE_ADVISOR_SERVER=1, as in CI, they fail.
"""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import settings

VERSION = "1.43.0"
PACKAGE = f"@copilotkit/aimock@{VERSION}"
KEY = "sk-local-aimock"


@dataclass(frozen=True)
class Aimock:
    """The running server. `url` is where Claude is asked, and `url`/v1 where an OpenAI-compatible service is."""

    url: str

    def asked(self) -> list[dict[str, Any]]:
        """The bodies of all requests so far, as the server understood them, in order."""
        request = urllib.request.Request(f"{self.url}/__aimock/journal", headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
            found = json.loads(answer.read())
        rows: list[dict[str, Any]] = found if isinstance(found, list) else found["entries"]
        return rows


def missing(why: str) -> NoReturn:
    """Skip, or fail where the server is required."""
    if os.environ.get("ORDERSOPS_REQUIRE_ADVISOR_SERVER") == "1":
        pytest.fail(f"{why}, and ORDERSOPS_REQUIRE_ADVISOR_SERVER is set.")
    pytest.skip(why)


def installed() -> Path:
    """The server's program, installed if it is not there yet. Two workers that want it at once wait for each other."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        missing("node and npm are not installed")
    home = settings.DATA_DIR / f"aimock-{VERSION}"
    home.mkdir(parents=True, exist_ok=True)
    program = home / "node_modules" / ".bin" / "llmock"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            command = [npm, "install", "--prefix", str(home), "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact", PACKAGE]
            try:
                done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=180, check=False)
            except subprocess.TimeoutExpired:
                missing(f"npm did not install {PACKAGE} in time")
            if done.returncode or not program.exists():
                missing(f"npm could not install {PACKAGE}: {' '.join(done.stderr.split())[-300:]}")
    return program


@contextmanager
def serving(fixtures: Sequence[dict[str, Any]], folder: Path, *options: str) -> Iterator[Aimock]:
    """The server with these fixtures while the block runs; a question that fits none is answered with 503."""
    program = installed()
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": list(fixtures)}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(program), "--host", "127.0.0.1", "--port", str(port), "--fixtures", str(folder), "--strict", "--validate-on-load"]
    with (folder / "log").open("w") as log:
        environment = {**os.environ, "AIMOCK_API_KEYS": KEY}
        process = subprocess.Popen([*command, *options], stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait_for(port, process, folder / "log")
            yield Aimock(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(3600):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"The advisor's server did not start: {log.read_text()[-1000:]}")
