"""One process under supervision, with all that it starts: a session and process group of its own."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence

LONGEST_PAUSE = 15.0
STEADY_SECONDS = 60.0  # after running for so long, a death counts as the first again


class Child:
    """Started, listened to, stopped, and started again after it died, with a pause of 1, 2, 4 ... 15 seconds.

    `say(name, line)` gets every line of its output. `tell(pid, alive)` hears of each group that begins and ends.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        say: Callable[[str, str], None],
        tell: Callable[[int, bool], None],
        folder: str,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.environment = dict(environment)
        self.folder = folder
        self.started_at = 0.0
        self._say, self._tell = say, tell
        self._process: subprocess.Popen[str] | None = None
        self._deaths = 0
        self._again_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.started_at = time.monotonic()
        self._tell(self._process.pid, True)
        threading.Thread(target=self._listen, args=(self._process,), daemon=True, name=f"{self.name} output").start()

    def look_after(self) -> None:
        """Called every half second: clear up after a death, and start again when the pause is over."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._again_at:
                self.start()
            return
        code = self._process.poll()
        if code is None:
            return
        self._end_group(self._process.pid)
        self._process = None
        self._deaths = 1 if now - self.started_at > STEADY_SECONDS else self._deaths + 1
        pause = min(2.0 ** (self._deaths - 1), LONGEST_PAUSE)
        self._again_at = now + pause
        self._say("up", f"{self.name} {_how(code)}; starting it again in {pause:.0f} s")

    def ask_to_stop(self) -> None:
        """SIGTERM to the process itself, which ends those it started."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)

    def has_stopped(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """SIGKILL to the whole group. `look_after` starts it again, unless the house is closing."""
        if self._process is not None:
            self._end_group(self._process.pid)

    def _end_group(self, group: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        self._tell(group, False)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self._say(self.name, line.rstrip("\n"))


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
