"""Ends every process group of a supervisor that is gone, however it went.

It reads `+<group>` and `-<group>` lines from the supervisor. The end of that stream means that the supervisor has ended:
the groups that are left get SIGTERM, after ten seconds SIGKILL, and then the embedded database stops if nobody uses it.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

PATIENCE_SECONDS = 10.0


def bury(groups: set[int]) -> None:
    """End the leaders in good order, then whatever is left of their groups."""
    for group in groups:
        with contextlib.suppress(OSError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and any(_is_there(group) for group in groups):
        time.sleep(0.1)
    for group in groups:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are meant for the supervisor
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        groups.add(group) if line[0] == "+" else groups.discard(group)
    if not groups:
        return
    bury(groups)
    if sys.argv[1:]:
        from ordersops import database

        database.stop_if_unused(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
