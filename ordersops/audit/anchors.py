"""The anchor file: every checkpoint as a line, outside the database. Free of Django.

Whoever rewrites the database, checkpoints included, cannot make it agree with a copy of this file that they do not hold.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ordersops.audit.chain import Checkpoint, checkpoint_line, read_checkpoint


class BadAnchor(ValueError):
    """A line that is neither a checkpoint nor the torn end of an interrupted write."""


def read(path: Path, size: int | None = None) -> Iterator[tuple[int, Checkpoint | None]]:
    """(line number, checkpoint) of each line within the first `size` bytes; None for a torn line, which a crash leaves behind.

    A torn line is one that is not JSON. Raises BadAnchor for JSON that is not a checkpoint. A file that is not there has no lines.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        at = 0
        for number, raw in enumerate(file, 1):
            at += len(raw)
            if size is not None and at > size:
                return
            if raw.strip():
                yield number, _parse(number, raw)


def _parse(number: int, raw: bytes) -> Checkpoint | None:
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    try:
        return read_checkpoint(line)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadAnchor(f"Line {number} of the anchor file is not a checkpoint: {error}.") from error


def last(path: Path) -> Checkpoint | None:
    """The newest anchored checkpoint. Reads the end of the file only."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        window = 4096
        while True:
            file.seek(max(0, size - window))
            for raw in reversed(file.read().splitlines()):
                try:
                    return read_checkpoint(json.loads(raw))
                except (KeyError, TypeError, ValueError, OverflowError):
                    continue  # torn, or the window cut it
            if window >= size:
                return None
            window *= 4


@contextmanager
def writing(path: Path) -> Iterator[Callable[[Iterable[Checkpoint]], None]]:
    """Hold the file alone and append checkpoints to it, each on disk before the next step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield lambda checkpoints: _append(file, checkpoints)


def _append(file: BinaryIO, checkpoints: Iterable[Checkpoint]) -> None:
    size = file.seek(0, os.SEEK_END)
    if size:
        file.seek(size - 1)
        if file.read(1) != b"\n":  # an interrupted write: its line stays behind, torn
            file.write(b"\n")
    for checkpoint in checkpoints:
        file.write(json.dumps(checkpoint_line(checkpoint)).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())
