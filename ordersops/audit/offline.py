"""Check an export without the database and without Django: python -m ordersops.audit.offline FILE [--anchors FILE]

Exit code 0 when the history in the file is whole, 1 when it is not. Only with a copy of the anchor file that was kept
elsewhere does it prove that nobody rewrote the database before the export; without one it uses the anchors in the export.
Takes about 100 bytes of memory for each event.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

from ordersops.audit import anchors
from ordersops.audit.chain import Checkpoint, Event, read_checkpoint, read_event, to_micros
from ordersops.audit.findings import Report, by_epoch, check_anchors, check_chains, check_checkpoints, check_roots

FORMAT = "ordersops-audit-1"
A_MINUTE = 60_000_000  # an export may miss a checkpoint that was made just then


class BadFile(ValueError):
    """The file is not a whole export."""


class _Export:
    """Reads an export once, from top to bottom; what follows the events is kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: dict[str, Any] = {}
        self.checkpoints: list[Checkpoint] = []
        self.anchored: list[tuple[int, Checkpoint | None]] = []
        self.leaves: defaultdict[int, list[bytes]] = defaultdict(list)  # by epoch: transaction, id and hash, packed to sort

    def events(self) -> Iterator[Event]:
        """Every event in full. The rest of the file is read on the way; raises BadFile where it is not an export."""
        counts, digest, ended = Counter[str](), sha256(), False
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                try:
                    if ended:
                        raise ValueError("it comes after the end")
                    line = json.loads(raw)
                    kind = line["kind"]
                    if kind == "end":
                        ended = self._check_end(line, counts, digest.hexdigest())
                        continue
                    if (number == 1) != (kind == "header"):
                        raise ValueError("the header is not the first line")
                    event = self._take(kind, number, line)
                except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
                    raise BadFile(f"Line {number} of {self.path.name} is not what an export has there: {error}.") from error
                digest.update(raw)
                counts[kind] += 1
                if event is not None:
                    yield event
        if not ended:
            raise BadFile(f"{self.path.name} has no end: it was cut off.")

    def _take(self, kind: str, number: int, line: dict[str, Any]) -> Event | None:
        if kind == "event":
            event = read_event(line)
            self._leaf(event.epoch, event.xid, event.id, event.hash)
            return event
        if kind == "header":
            if line["format"] != FORMAT:
                raise ValueError(f"its format {line['format']!r} is unknown")
            self.header = line
            int(line["newest_anchor"]), int(line["first_checkpoint"]), to_micros(datetime.fromisoformat(line["at"]))  # each must be there
        elif kind == "sealed":
            self._leaf(line["epoch"], line["xid"], line["id"], bytes.fromhex(line["hash"]))
        elif kind == "checkpoint":
            self.checkpoints.append(read_checkpoint(line))
        elif kind == "anchor":
            self.anchored.append((number, read_checkpoint(line)))
        else:
            raise ValueError(f"{kind!r} is unknown")
        return None

    def _leaf(self, epoch: int, xid: int, event: int, digest: bytes) -> None:
        self.leaves[epoch].append(xid.to_bytes(8) + event.to_bytes(8) + digest)

    @staticmethod
    def _check_end(line: dict[str, Any], counts: Counter[str], digest: str) -> bool:
        if line["lines"] != dict(counts):
            raise ValueError(f"it says {line['lines']} lines, there are {dict(counts)}")
        if line["sha256"] != digest:
            raise ValueError("the bytes before it are not those that were exported")
        return True


def check(path: Path, anchor_file: Path | None = None) -> Report:
    """Check the export, and hold it against a copy of the anchor file when there is one."""
    report, export = Report(), _Export(path)
    try:
        events = export.events()
        first_event = next(events, None)
        partial, first = bool(export.header.get("partial")), int(export.header.get("first_checkpoint", 1))
        check_chains(report, _again(first_event, events), None, partial=partial)
        check_checkpoints(report, export.checkpoints, first=first)
        signed = by_epoch(export.checkpoints)
        for epoch in sorted(export.leaves.keys() | signed.keys()):
            packed = sorted(export.leaves[epoch])
            leaves = ((int.from_bytes(leaf[:8]), int.from_bytes(leaf[8:16]), leaf[16:]) for leaf in packed)
            check_roots(report, signed.get(epoch, []), leaves)
        anchored = anchors.read(anchor_file) if anchor_file else iter(export.anchored)
        _check_anchors(report, export, anchored, first)
    except (BadFile, anchors.BadAnchor) as error:
        report.found("file", str(error))
    if anchor_file is None:
        report.notes.append(
            "Held against the anchors in the export only; give --anchors with a copy that was kept elsewhere to prove more."
        )
    return report


def _check_anchors(report: Report, export: _Export, anchored: Iterator[tuple[int, Checkpoint | None]], first: int) -> None:
    """Hold the checkpoints against the anchors that existed when the export was taken; a copy of the anchors may be newer."""
    known = max([int(export.header["newest_anchor"]), *(checkpoint.number for checkpoint in export.checkpoints)])
    taken = to_micros(datetime.fromisoformat(export.header["at"])) - A_MINUTE
    within, newer = [], 0
    for line, anchor in anchored:
        if anchor is None or anchor.number <= known or anchor.at < taken:
            within.append((line, anchor))
        else:
            newer += 1
    check_anchors(report, export.checkpoints, within, first=first)
    if newer:
        report.notes.append(f"{newer} anchors are newer than this export, which says that it was taken at {export.header['at']}.")


def _again(first: Event | None, rest: Iterator[Event]) -> Iterator[Event]:
    if first is not None:
        yield first
        yield from rest


def main(arguments: list[str] | None = None, out: TextIO = sys.stdout) -> int:
    parser = argparse.ArgumentParser(prog="python -m ordersops.audit.offline", description="Check an export of the history.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--anchors", type=Path, help="a copy of the anchor file that was kept elsewhere")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    options = parser.parse_args(arguments)
    for path in (options.file, options.anchors):
        if path is not None and not path.is_file():
            parser.error(f"there is no file {path}")
    report = check(options.file, options.anchors)
    out.write((json.dumps(report.as_dict()) if options.json else report.text()) + "\n")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
