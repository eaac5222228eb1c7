"""Names the tests that failed in the last run, for a second try of them alone: `python -m tests.failed`, each name ended by a NUL.

pytest's own `--last-failed` does not find those that pytest-xdist ran in a group: it remembers them with the group behind their name.
"""

import json
import re
import sys
from pathlib import Path

REMEMBERED = Path(__file__).resolve().parent.parent / ".pytest_cache/v/cache/lastfailed"
GROUP = re.compile(r"@\w+$")


def failed() -> list[str]:
    """Their names as pytest takes them, without groups, in the order of the files."""
    names = json.loads(REMEMBERED.read_text()) if REMEMBERED.exists() else {}
    return sorted({GROUP.sub("", name) for name in names})


if __name__ == "__main__":
    sys.stdout.write("".join(f"{name}\0" for name in failed()))
