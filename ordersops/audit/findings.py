"""What a verification finds, and the checks themselves, over plain iterables. Free of Django: database and export alike.

Events come by stream and place, heads by stream, leaves by transaction, so that every check is one pass in constant memory.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from ordersops.audit.chain import ZERO, Checkpoint, Event, Merkle, checkpoint_hash, event_hash, is_signed

MOST = 100  # breaks that are named; the rest is counted
_WINDOW = 200  # events of one stream that are compared with each other to tell moved from edited


@dataclass(frozen=True)
class Break:
    """One broken link. `what`: edited, removed, inserted, reordered, truncated, head, checkpoint, anchor or file."""

    what: str
    message: str
    event: int | None = None
    stream: str | None = None
    seq: int | None = None
    checkpoint: int | None = None


@dataclass
class Report:
    """The outcome of a verification. It holds when `breaks` is empty; `notes` explain what looks odd and is not wrong."""

    events: int = 0
    streams: int = 0
    checkpoints: int = 0
    anchors: int = 0
    unsigned: int = 0
    breaks: list[Break] = field(default_factory=list)
    more_breaks: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.breaks

    def found(self, what: str, message: str, **where: Any) -> None:
        if len(self.breaks) < MOST:
            self.breaks.append(Break(what, message, **where))
        else:
            self.more_breaks += 1

    def as_dict(self) -> dict[str, Any]:
        return {"holds": self.holds, **asdict(self)}

    def text(self) -> str:
        """For a person at a terminal; the first broken link comes first."""
        lines = [f"{self.events} events in {self.streams} streams, {self.checkpoints} checkpoints, {self.anchors} anchors."]
        lines += [f"BROKEN ({found.what}): {found.message}" for found in self.breaks]
        if self.more_breaks:
            lines.append(f"... and {self.more_breaks} more.")
        if self.unsigned:
            lines.append(f"{self.unsigned} events are newer than the last checkpoint: chained, not signed yet.")
        return "\n".join([*lines, *self.notes, "The history is whole." if self.holds else "The history was tampered with, or damaged."])


def check_chains(
    report: Report, events: Iterable[Event], heads: Iterable[tuple[bytes, int, bytes]] | None, *, partial: bool = False
) -> None:
    """Every event hashes to its own hash, follows the one before it, and the last is where the stream's head points.

    `heads` is None for an export. A `partial` export may lack events of a stream.
    """
    ends = iter(heads) if heads is not None else None
    head = next(ends, None) if ends else None
    for stream, rows in groupby(events, key=lambda event: event.stream):
        report.streams += 1
        while ends and head is not None and head[0] < stream:
            _all_gone(report, head)
            head = next(ends, None)
        seq, digest = _check_chain(report, rows, partial)
        if ends is None:
            continue
        if head is None or head[0] != stream:
            report.found("head", f"{_s(stream)} has events and no head.", stream=_s(stream))
            continue
        _check_head(report, head, seq, digest)
        head = next(ends, None)
    while ends and head is not None:
        _all_gone(report, head)
        head = next(ends, None)


def _check_chain(report: Report, rows: Iterable[Event], partial: bool) -> tuple[int, bytes]:
    """Walk one stream. Returns place and hash of its last event."""
    seq, digest, count = 0, ZERO, 0
    wrong: list[Event] = []
    for event in rows:
        count += 1
        itself = event_hash(event) == event.hash
        if not itself:
            if len(wrong) < _WINDOW:
                wrong.append(event)
            else:
                _edited(report, event)
        if event.seq == seq + 1:
            if itself and event.prev != digest and not wrong:
                _break(
                    report,
                    "inserted",
                    event,
                    f"it does not follow event {event.seq - 1} of the stream: one of the two was put in its place",
                )
        elif event.seq > seq + 1:
            if not partial:
                gone = f"places {seq + 1} to {event.seq - 1}" if event.seq - seq > 2 else f"place {seq + 1}"
                _break(report, "removed", event, f"{gone} of the stream before it are missing")
        elif itself:
            _break(report, "inserted", event, f"place {event.seq} of the stream is taken twice")
        seq, digest = event.seq, event.hash
    report.events += count
    _tell_moved_from_edited(report, wrong)
    return seq, digest


def _tell_moved_from_edited(report: Report, wrong: list[Event]) -> None:
    """An event that hashes right at another place was moved there or pushed there; any other was edited."""
    places = {event.seq for event in wrong}
    for event in wrong:
        fits = [seq for seq in {*places, event.seq - 1, event.seq + 1} if event_hash(event._replace(seq=seq)) == event.hash]
        if not fits:
            _edited(report, event)
        elif fits[0] in places:
            _break(report, "reordered", event, f"it was written at place {fits[0]} and stands at place {event.seq}")
        elif fits[0] < event.seq:
            _break(
                report,
                "inserted",
                event,
                f"it was written at place {fits[0]} and pushed to place {event.seq}: something was put in before it",
            )
        else:
            _break(
                report, "removed", event, f"it was written at place {fits[0]} and drawn to place {event.seq}: something before it is gone"
            )


def _edited(report: Report, event: Event) -> None:
    _break(report, "edited", event, "what it says is not what was written: its content does not have its hash")


def _break(report: Report, what: str, event: Event, message: str) -> None:
    stream = _s(event.stream)
    report.found(what, f"event {event.id} ({stream}, place {event.seq}): {message}.", event=event.id, stream=stream, seq=event.seq)


def _check_head(report: Report, head: tuple[bytes, int, bytes], seq: int, digest: bytes) -> None:
    stream, its_seq, its_hash = head
    if its_seq > seq:
        report.found(
            "truncated", f"{_s(stream)} ends at place {seq}; {its_seq - seq} newer events are gone.", stream=_s(stream), seq=seq + 1
        )
    elif its_seq < seq:
        report.found("inserted", f"{_s(stream)} goes on to place {seq} behind its head at {its_seq}.", stream=_s(stream), seq=its_seq + 1)
    elif its_hash != digest:
        report.found("head", f"The head of {_s(stream)} is not the hash of its last event.", stream=_s(stream), seq=seq)


def _all_gone(report: Report, head: tuple[bytes, int, bytes]) -> None:
    if head[1]:
        report.found("truncated", f"{_s(head[0])} had {head[1]} events; all are gone.", stream=_s(head[0]), seq=1)


def check_checkpoints(report: Report, checkpoints: Iterable[Checkpoint], *, first: int = 1) -> None:
    """Each is numbered, hashed, signed and linked to the one before it; ranges of one epoch follow each other without a gap."""
    before: Checkpoint | None = None
    ends: dict[int, int] = {}
    key: bytes | None = None
    for number, checkpoint in enumerate(checkpoints, first):
        report.checkpoints += 1
        name, said = checkpoint.number, f"checkpoint {checkpoint.number}"
        if name != number:
            report.found("checkpoint", f"{said} stands where number {number} should be: one was removed or inserted.", checkpoint=name)
            return
        if checkpoint_hash(checkpoint) != checkpoint.hash:
            report.found("checkpoint", f"{said} was edited: its content does not have its hash.", checkpoint=name)
        elif not is_signed(checkpoint):
            report.found("checkpoint", f"{said} does not carry the signature of its key.", checkpoint=name)
        if (before is not None or first == 1) and checkpoint.prev != (before.hash if before else ZERO):
            report.found("checkpoint", f"{said} does not follow the checkpoint before it.", checkpoint=name)
        if (checkpoint.epoch in ends or first == 1) and checkpoint.low != ends.get(checkpoint.epoch, 0):
            report.found("checkpoint", f"{said} leaves a gap after the transactions that were signed before.", checkpoint=name)
        if key is not None and checkpoint.public_key != key:
            report.notes.append(f"From {said} on another key signs: {checkpoint.public_key.hex()}. Make sure that it is yours.")
        key = checkpoint.public_key
        ends[checkpoint.epoch] = checkpoint.high
        before = checkpoint


def check_roots(report: Report, checkpoints: Iterable[Checkpoint], leaves: Iterable[tuple[int, int, bytes]]) -> None:
    """The events of each checkpoint have the Merkle root that was signed. `leaves` are (transaction, event id, hash) of one epoch."""
    queue = iter(checkpoints)
    current = next(queue, None)
    tree, ids = Merkle(), (0, 0)
    for xid, event, leaf in leaves:
        while current is not None and xid >= current.high:
            _check_root(report, current, tree, ids)
            current, tree, ids = next(queue, None), Merkle(), (0, 0)
        if current is None:
            report.unsigned += 1
        elif xid >= current.low:
            tree.add(leaf)
            ids = (min(ids[0], event) or event, max(ids[1], event))
    while current is not None:
        _check_root(report, current, tree, ids)
        current, tree, ids = next(queue, None), Merkle(), (0, 0)


def _check_root(report: Report, checkpoint: Checkpoint, tree: Merkle, ids: tuple[int, int]) -> None:
    if tree.size != checkpoint.size:
        change = (
            f"{checkpoint.size - tree.size} were removed" if tree.size < checkpoint.size else f"{tree.size - checkpoint.size} were inserted"
        )
        message = f"checkpoint {checkpoint.number} signed {checkpoint.size} events and {tree.size} are there: {change}"
    elif tree.root() != checkpoint.root:
        message = f"checkpoint {checkpoint.number} signed other events than those that are there: a chain was recomputed"
    else:
        return
    report.found("checkpoint", f"{message} (events {ids[0]} to {ids[1]}).", checkpoint=checkpoint.number)


def check_anchors(
    report: Report, checkpoints: Iterable[Checkpoint], anchors: Iterable[tuple[int, Checkpoint | None]], *, first: int = 1
) -> None:
    """Every anchored checkpoint is still there as it was anchored, and every checkpoint but the newest is anchored."""
    rows, before = iter(checkpoints), first - 1
    row = next(rows, None)
    for line, anchor in anchors:
        if anchor is None:
            report.notes.append(f"Line {line} of the anchors is torn by a crash; what it began to say follows again, or will.")
            continue
        report.anchors += 1
        if anchor.number < first:
            continue
        if anchor.number <= before:
            report.found("anchor", f"Line {line} of the anchors repeats checkpoint {anchor.number}.", checkpoint=anchor.number)
            continue
        while row is not None and row.number < anchor.number:
            report.found("anchor", f"Checkpoint {row.number} is missing in the anchors.", checkpoint=row.number)
            row = next(rows, None)
        if row is None or row.number > anchor.number:
            report.found("anchor", f"Checkpoint {anchor.number} was anchored and is gone: history was cut off.", checkpoint=anchor.number)
        else:
            if row != anchor:
                report.found(
                    "anchor", f"Checkpoint {row.number} is not the one that was anchored: it was rewritten.", checkpoint=row.number
                )
            row = next(rows, None)
        before = anchor.number
    newest, left = row, 0
    while row is not None:
        newest, left, row = row, left + 1, next(rows, None)
    if newest is not None and left == 1:
        report.notes.append(f"Checkpoint {newest.number} is not anchored yet; the next checkpoint anchors it, also after a crash.")
    elif newest is not None:
        report.found("anchor", f"The newest {left} checkpoints are not anchored.", checkpoint=newest.number - left + 1)


def by_epoch(checkpoints: list[Checkpoint]) -> dict[int, list[Checkpoint]]:
    """The checkpoints of each epoch, in the order of their ranges."""
    ordered = sorted(checkpoints, key=lambda checkpoint: (checkpoint.epoch, checkpoint.low, checkpoint.number))
    return {epoch: list(group) for epoch, group in groupby(ordered, key=itemgetter(1))}


def _s(stream: bytes) -> str:
    return stream.decode(errors="replace")
