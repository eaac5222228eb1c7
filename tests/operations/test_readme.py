"""The table of settings in the README names every variable that is read."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def in_the_table() -> set[str]:
    """The names in the first cell of each row; one that begins with `_` goes on from the first name of its row."""
    found: set[str] = set()
    for row in re.findall(r"^\| (`[^|]*`) \|", (ROOT / "README.md").read_text(), re.MULTILINE):
        first, *others = re.findall(r"`([A-Z_]+)`", row) or [""]
        found |= {first, *(first.rpartition("_")[0] + name if name.startswith("_") else name for name in others)}
    return found


def test_every_variable_that_is_read_is_in_the_table() -> None:
    read = set(re.findall(r'"(ORDERSOPS_[A-Z_]+)"', (ROOT / "ordersops/settings.py").read_text()))
    assert len(read) > 40
    assert read - in_the_table() == set()


def test_what_is_in_the_table_is_read() -> None:
    read = "".join(path.read_text() for path in (ROOT / "ordersops").rglob("*.py"))
    assert {name for name in in_the_table() if name.startswith("ORDERSOPS_") and f'"{name}"' not in read} == set()
