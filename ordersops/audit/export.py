"""The history as a file of JSON lines that the stand-alone verifier checks without the database.

header      what was selected, when, by whom
event       every selected event in full, by stream and place
sealed      of events that were not selected, only transaction, id and hash: the signed Merkle roots still hold
checkpoint  every checkpoint that covers a selected event
anchor      the lines of the anchor file for these checkpoints
end         how many lines of each kind, and the SHA-256 of all bytes before it
"""

import json
from collections import Counter
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import psycopg
from django.conf import settings

from ordersops.audit import anchors, chain
from ordersops.audit.verify import EVENTS, read_checkpoints, read_events, snapshot, stream

FORMAT = "ordersops-audit-1"

_SELECTED = """
WHERE (%(store)s::uuid IS NULL OR store_id = %(store)s) AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
"""
_FIRST = f"""
SELECT coalesce(min(number), 1) FROM audit_checkpoint c
JOIN (SELECT epoch, min(xid) AS xid FROM audit_event {_SELECTED} GROUP BY epoch) e
ON e.epoch = c.epoch AND e.xid >= c.low AND e.xid < c.high
"""  # noqa: S608  both parts are constants
# What was not selected and lies in the range of an exported checkpoint.
_SEALED = f"""
SELECT epoch, xid, id, hash FROM audit_event e
JOIN (SELECT epoch, min(low) AS low, max(high) AS high FROM audit_checkpoint WHERE number >= %(first)s GROUP BY epoch) c USING (epoch)
WHERE xid >= low AND xid < high AND id NOT IN (SELECT id FROM audit_event {_SELECTED})
ORDER BY epoch, xid, id
"""  # noqa: S608


class _Lines:
    """Writes lines, counts them by kind and hashes every byte."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest, self.counts = file, sha256(), Counter[str]()

    def write(self, line: dict[str, object]) -> None:
        raw = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self.digest.update(raw)
        self.counts[str(line["kind"])] += 1
        self.file.write(raw)


def export(path: Path, *, by: str, store: UUID | None = None, since: datetime | None = None) -> Counter[str]:
    """Write the history, of one store or from a moment on if asked, to a new file. Returns how many lines of each kind.

    Raises FileExistsError: an export is never overwritten.
    """
    selection = {"store": store, "since": since}
    partial = any(selection.values())
    size = settings.ANCHOR_FILE.stat().st_size if settings.ANCHOR_FILE.exists() else 0
    newest = anchors.last(settings.ANCHOR_FILE)  # before the snapshot, which therefore holds it
    with path.open("xb") as file, snapshot() as connection:
        lines = _Lines(file)
        first = _first_checkpoint(connection, selection) if partial else 1
        lines.write(
            {
                "kind": "header",
                "format": FORMAT,
                "by": by,
                "at": datetime.now(UTC).isoformat(),
                "store": str(store) if store else None,
                "since": since.isoformat() if since else None,
                "partial": partial,
                "first_checkpoint": first,
                "newest_anchor": newest.number if newest else 0,
            }
        )
        for event in read_events(connection, EVENTS + _SELECTED + "ORDER BY stream, seq", selection):
            lines.write(chain.event_line(event))
        if partial:
            for epoch, xid, event_id, digest in stream(connection, _SEALED, {**selection, "first": first}):
                lines.write({"kind": "sealed", "epoch": epoch, "xid": xid, "id": event_id, "hash": digest.hex()})
        for checkpoint in read_checkpoints(connection, "WHERE number >= %s ORDER BY number", [first]):
            lines.write(chain.checkpoint_line(checkpoint))
        for _, anchor in anchors.read(settings.ANCHOR_FILE, size):
            if anchor is not None and anchor.number >= first:
                lines.write({**chain.checkpoint_line(anchor), "kind": "anchor"})
        lines.write({"kind": "end", "lines": dict(lines.counts), "sha256": lines.digest.hexdigest()})
    return lines.counts


def _first_checkpoint(connection: psycopg.Connection[Any], selection: dict[str, Any]) -> int:
    """The oldest checkpoint that covers a selected event."""
    return int(next(stream(connection, _FIRST, selection))[0])
