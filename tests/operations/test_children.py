"""Children and their groups: brought back after a death, ended with all that they started."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ordersops.supervisor.child import Child
from tests.product import PATIENCE_SECONDS, ROOT, wait_for

pytestmark = pytest.mark.process

# Starts a process of its own that ignores SIGTERM, says its pid, and waits.
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(300)"
PARENT = (
    f"import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); print(p.pid, flush=True); time.sleep(300)"
)


class Stage:
    """One child with everything it said and every group it told of."""

    def __init__(self, code: str) -> None:
        self.lines: list[str] = []
        self.groups: list[tuple[int, bool]] = []
        self.child = Child(
            "test",
            [sys.executable, "-c", code],
            dict(os.environ),
            say=lambda name, line: self.lines.append(line),
            tell=lambda pid, alive: self.groups.append((pid, alive)),
            folder=str(ROOT),
        )


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    one = Stage(request.param)
    one.child.start()
    yield one
    one.child.kill()


@pytest.mark.parametrize("stage", [PARENT], indirect=True)
def test_a_death_takes_the_whole_group_and_is_made_good_after_a_second(stage: Stage) -> None:
    wait_for(lambda: "ready" in stage.lines)
    first, grandchild = stage.child.pid, int(next(line for line in stage.lines if line.isdigit()))
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: stage.child.pid is None)
    stage.child.look_after()
    wait_for(lambda: not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE)
    assert (first, False) in stage.groups
    assert any("SIGKILL" in line and "1 s" in line for line in stage.lines)
    wait_for(lambda: stage.child.look_after() or stage.child.pid)
    assert stage.child.pid != first


@pytest.mark.parametrize("stage", ["print('again', flush=True)"], indirect=True)
def test_the_pause_grows_with_each_death(stage: Stage) -> None:
    def pauses() -> list[str]:
        stage.child.look_after()
        return [line for line in stage.lines if "starting it again" in line]

    wait_for(lambda: len(pauses()) >= 2)
    assert "in 1 s" in pauses()[0]
    assert "in 2 s" in pauses()[1]


def test_the_undertaker_ends_what_a_killed_supervisor_left_behind() -> None:
    undertaker = subprocess.Popen([sys.executable, "-m", "ordersops.supervisor.undertaker"], stdin=subprocess.PIPE, text=True, cwd=ROOT)
    obedient = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    finished = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    assert undertaker.stdin is not None
    try:
        undertaker.stdin.write(f"+{obedient.pid}\n+{finished.pid}\n-{finished.pid}\n")
        undertaker.stdin.close()
        assert obedient.wait(timeout=PATIENCE_SECONDS) == -signal.SIGTERM
        assert finished.poll() is None
    finally:
        for process in (obedient, finished):
            process.kill()
            process.wait()
        undertaker.wait(timeout=PATIENCE_SECONDS)


def test_an_undertaker_without_groups_goes_at_once(tmp_path: Path) -> None:
    """It does not even look whether somebody uses the database: that would leave a lock behind."""
    command = [sys.executable, "-m", "ordersops.supervisor.undertaker", str(tmp_path / "pg")]
    done = subprocess.run(command, input="+4000000\n-4000000\n", text=True, cwd=ROOT, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []
