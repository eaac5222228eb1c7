"""Checkpoints: each minute, a signed Merkle root over what was written since, handed to an anchor outside the database.

The watermark is the oldest transaction that is still open here: every transaction below it is over, so nothing can be added
later to a range that was signed, and no writer ever waits. An open transaction delays the checkpoint, never falsifies it.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from ordersops.audit import anchors, chain
from ordersops.audit.keys import public_bytes, signing_key
from ordersops.audit.models import Checkpoint

log = logging.getLogger(__name__)
_LOCK = 0x61756469745F6370  # "audit_cp": one writer of checkpoints at a time

# The oldest transaction that is open in this database, else the next one to come; and the cluster's own number.
# A snapshot lists the open transactions of the whole cluster. One whose lock says that it belongs to another database cannot
# write here and does not count; one that ended meanwhile, or was prepared, has no such lock and counts, to be safe.
WATERMARK = """
WITH now AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot),
open AS (SELECT xid::text::bigint AS xid FROM now, pg_snapshot_xip(snapshot) AS xid)
SELECT
    coalesce(
        min(xid) FILTER (WHERE NOT EXISTS (
            SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted AND transactionid::text::bigint = xid & 4294967295
            AND datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
        )),
        (SELECT pg_snapshot_xmax(snapshot)::text::bigint FROM now)
    ),
    (SELECT system_identifier FROM pg_control_system())
FROM open
"""


class AnchorMismatch(Exception):
    """The database disagrees with the anchor. Nothing is signed or anchored until a person has looked: `manage.py audit_verify`."""


def checkpoint() -> Checkpoint | None:
    """Sign everything whose transaction is over and hand it to the anchor file. None when there was nothing new.

    The row is committed first and anchored then. A crash in between leaves a checkpoint without a line in the anchor file;
    the next call writes that line before it goes on. Raises AnchorMismatch when the newest anchored checkpoint is not the
    database's own, and OSError when the anchor file cannot be written: the rows are safe and the next call tries again.
    """
    with anchors.writing(settings.ANCHOR_FILE) as append:
        append(_unanchored())
        with transaction.atomic():
            made = _sign_all()
        append(as_signed(row) for row in made)
    return made[-1] if made else None


def as_signed(row: Checkpoint) -> chain.Checkpoint:
    """The row as the arithmetic knows it."""
    numbers = row.number, row.epoch, row.low, row.high, row.size, chain.to_micros(row.at)
    return chain.Checkpoint(*numbers, *map(bytes, (row.root, row.prev, row.hash, row.public_key, row.signature)))


def _unanchored() -> Iterator[chain.Checkpoint]:
    """The committed checkpoints that a crash kept from the anchor file, checked before they are vouched for."""
    newest = anchors.last(settings.ANCHOR_FILE)
    if newest is not None:
        row = Checkpoint.objects.filter(pk=newest.number).first()
        if row is None or as_signed(row) != newest:
            raise AnchorMismatch(f"Checkpoint {newest.number} in the database is not the one that was anchored.")
    for row in Checkpoint.objects.filter(number__gt=newest.number if newest else 0).order_by("number"):
        signed = as_signed(row)
        if chain.checkpoint_hash(signed) != signed.hash or not chain.is_signed(signed):
            raise AnchorMismatch(f"Checkpoint {signed.number} in the database is not as it was signed.")
        yield signed


def _sign_all() -> list[Checkpoint]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        # A statement of its own after the lock: its snapshot, and that of every later statement, sees all below the watermark.
        cursor.execute(WATERMARK)
        watermark, epoch = cursor.fetchone()
        last = Checkpoint.objects.order_by("-number").first()
        made = []
        for its_epoch, low, high in _ranges(cursor, last, epoch, watermark):
            row = _sign(cursor, last, its_epoch, low, high)
            if row is not None:
                made.append(row)
                last = row
        return made


def _ranges(cursor: Any, last: Checkpoint | None, epoch: int, watermark: int) -> list[tuple[int, int, int]]:
    """(epoch, low, high) of what is to be signed now.

    After a restore into a new cluster, transaction ids start again: the old epochs are closed, whatever in them was not signed yet.
    """
    ends = dict(Checkpoint.objects.order_by("number").values_list("epoch", "high")) if last is None or last.epoch != epoch else {}
    closing: list[tuple[int, int, int]] = []
    if last is None or last.epoch != epoch:
        cursor.execute("SELECT DISTINCT epoch FROM audit_event WHERE epoch <> %s ORDER BY epoch", [epoch])
        closing = [(old, ends.get(old, 0), chain.FOREVER) for (old,) in cursor.fetchall() if ends.get(old) != chain.FOREVER]
    low = last.high if last is not None and last.epoch == epoch else ends.get(epoch, 0)
    return [*closing, (epoch, low, watermark)]


def _sign(cursor: Any, last: Checkpoint | None, epoch: int, low: int, high: int) -> Checkpoint | None:
    """Sign the events of one range; None when it is empty, and the next range begins where it began."""
    tree = chain.Merkle()
    for leaf in _leaves(cursor, epoch, low, high):
        tree.add(leaf)
    if not tree.size:
        return None
    key = signing_key(settings.CHECKPOINT_KEY_FILE)
    number, prev = (last.number + 1, bytes(last.hash)) if last else (1, chain.ZERO)
    at = datetime.now(UTC)
    draft = chain.Checkpoint(
        number, epoch, low, high, tree.size, chain.to_micros(at), tree.root(), prev, b"", public_bytes(key.public_key()), b""
    )
    digest = chain.checkpoint_hash(draft)
    signed = draft._replace(hash=digest, signature=key.sign(digest))
    return Checkpoint.objects.create(**{**signed._asdict(), "at": at})


def _leaves(cursor: Any, epoch: int, low: int, high: int) -> Iterator[bytes]:
    """The hashes of the range by transaction id, then event id; fetched in pieces, so that memory does not grow with the range."""
    cursor.execute(
        "DECLARE leaves NO SCROLL CURSOR FOR SELECT hash FROM audit_event WHERE epoch = %s AND xid >= %s AND xid < %s ORDER BY xid, id",
        [epoch, low, high],
    )
    while True:
        cursor.execute("FETCH 10000 FROM leaves")
        rows = cursor.fetchall()
        if not rows:
            break
        for (leaf,) in rows:
            yield bytes(leaf)
    cursor.execute("CLOSE leaves")
