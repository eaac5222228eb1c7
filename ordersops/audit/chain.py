"""The arithmetic of the history: event hashes, Merkle roots, checkpoint hashes, signatures.

Free of Django, so that the stand-alone verifier and `audit_verify` are the same arithmetic. The trigger in migration 0001
computes `event_hash` in SQL.

An event's hash is SHA-256 over, in this order and without separators:

    1 byte     version of the format, 1
    32 bytes   hash of the previous event of the stream (zeros for the first)
    5 x 8      id, epoch, xid, seq, time in microseconds since 2000-01-01 UTC; signed, big-endian
    4 x (1|17) actor, store, order, case: 00, or 01 and the 16 bytes of the UUID
    5 x (4+n)  stream, actor's name, verb, payload, request id: length in bytes, big-endian, and the UTF-8 text

Every part has a fixed width or carries its length, so no two different events give the same bytes.
"""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ZERO = bytes(32)
EPOCH_START = datetime(2000, 1, 1, tzinfo=UTC)
# The upper end of a checkpoint that closes a database cluster's epoch: every transaction of that cluster is over.
FOREVER = 2**63 - 1

_numbers = struct.Struct(">5q").pack
_length = struct.Struct(">I").pack


class Event(NamedTuple):
    """One row as it is hashed. Ids are the 16 bytes of a UUID or None, texts are UTF-8, `at` is microseconds since 2000."""

    id: int
    epoch: int
    xid: int
    seq: int
    at: int
    actor: bytes | None
    store: bytes | None
    order: bytes | None
    case: bytes | None
    stream: bytes
    actor_name: bytes
    verb: bytes
    payload: bytes
    request_id: bytes
    prev: bytes
    hash: bytes


def event_hash(event: Event) -> bytes:
    """The hash that the event must carry."""
    id, epoch, xid, seq, at, actor, store, order, case, stream, name, verb, payload, request, prev, _ = event
    return sha256(
        b"".join(
            (
                b"\x01",
                prev,
                _numbers(id, epoch, xid, seq, at),
                b"\x00" if actor is None else b"\x01" + actor,
                b"\x00" if store is None else b"\x01" + store,
                b"\x00" if order is None else b"\x01" + order,
                b"\x00" if case is None else b"\x01" + case,
                _length(len(stream)),
                stream,
                _length(len(name)),
                name,
                _length(len(verb)),
                verb,
                _length(len(payload)),
                payload,
                _length(len(request)),
                request,
            )
        )
    ).digest()


class Merkle:
    """The Merkle tree hash of RFC 9162, 2.1.1, over a stream of leaves, in memory that grows with the logarithm of their number."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # (height, hash) of the complete subtrees, highest first
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf: bytes) -> None:
        height, node = 0, sha256(b"\x00" + leaf).digest()
        while self._peaks and self._peaks[-1][0] == height:
            node = sha256(b"\x01" + self._peaks.pop()[1] + node).digest()
            height += 1
        self._peaks.append((height, node))
        self.size += 1

    def root(self) -> bytes:
        """The root over the leaves so far; of none, the hash of nothing."""
        if not self._peaks:
            return sha256(b"").digest()
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = sha256(b"\x01" + left + node).digest()
        return node


class Checkpoint(NamedTuple):
    """A signed statement: these `size` events, whose transaction ids lie in [low, high) of `epoch`, have this Merkle root.

    The leaves are the event hashes ordered by transaction id, then event id.
    """

    number: int
    epoch: int
    low: int
    high: int
    size: int
    at: int
    root: bytes
    prev: bytes
    hash: bytes
    public_key: bytes
    signature: bytes


def checkpoint_hash(checkpoint: Checkpoint) -> bytes:
    """SHA-256 over version 1, number, epoch, low, high, size, time (8 bytes each), root and the previous checkpoint's hash."""
    numbers = struct.pack(">6q", checkpoint.number, checkpoint.epoch, checkpoint.low, checkpoint.high, checkpoint.size, checkpoint.at)
    return sha256(b"\x01" + numbers + checkpoint.root + checkpoint.prev).digest()


def is_signed(checkpoint: Checkpoint) -> bool:
    """Whether the signature over the hash is the one of the key that the checkpoint names."""
    try:
        Ed25519PublicKey.from_public_bytes(checkpoint.public_key).verify(checkpoint.signature, checkpoint.hash)
    except (InvalidSignature, ValueError):
        return False
    return True


def to_micros(moment: datetime) -> int:
    """Microseconds since 2000-01-01 UTC, exactly."""
    return (moment - EPOCH_START) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    return EPOCH_START + timedelta(microseconds=micros)


def event_line(event: Event) -> dict[str, object]:
    """An event as a line of the export."""
    return {
        "kind": "event",
        **{name: getattr(event, name) for name in ("id", "epoch", "xid", "seq")},
        "at": from_micros(event.at).isoformat(timespec="microseconds"),
        **{name: None if value is None else str(UUID(bytes=value)) for name, value in zip(Event._fields[5:9], event[5:9], strict=True)},
        **{name: value.decode() for name, value in zip(Event._fields[9:14], event[9:14], strict=True)},
        "prev": event.prev.hex(),
        "hash": event.hash.hex(),
    }


def read_event(line: dict[str, object]) -> Event:
    """The event of an export line. Raises KeyError, TypeError or ValueError when the line is not one."""
    numbers = [_whole(line[name]) for name in ("id", "epoch", "xid", "seq")]
    ids = [None if line[name] is None else UUID(_text(line[name])).bytes for name in Event._fields[5:9]]
    texts = [_text(line[name]).encode() for name in Event._fields[9:14]]
    hashes = [bytes.fromhex(_text(line[name])) for name in ("prev", "hash")]
    return Event._make((*numbers, to_micros(datetime.fromisoformat(_text(line["at"]))), *ids, *texts, *hashes))


def checkpoint_line(checkpoint: Checkpoint) -> dict[str, object]:
    """A checkpoint as a line of the export or of the anchor file."""
    return {
        "kind": "checkpoint",
        **{name: getattr(checkpoint, name) for name in ("number", "epoch", "low", "high", "size")},
        "at": from_micros(checkpoint.at).isoformat(timespec="microseconds"),
        **{name: getattr(checkpoint, name).hex() for name in Checkpoint._fields[6:]},
    }


def read_checkpoint(line: dict[str, object]) -> Checkpoint:
    """The checkpoint of an export or anchor line. Raises KeyError, TypeError or ValueError when the line is not one."""
    numbers = [_whole(line[name]) for name in Checkpoint._fields[:5]]
    hashes = [bytes.fromhex(_text(line[name])) for name in Checkpoint._fields[6:]]
    return Checkpoint._make((*numbers, to_micros(datetime.fromisoformat(_text(line["at"]))), *hashes))


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value
