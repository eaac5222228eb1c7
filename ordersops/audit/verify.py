"""Recompute the whole history in the database: chains, heads, checkpoints, signatures and anchors, in constant memory."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from ordersops.audit import anchors
from ordersops.audit.actions import own_connection
from ordersops.audit.chain import Checkpoint, Event
from ordersops.audit.findings import Report, check_anchors, check_chains, check_checkpoints, check_roots

# As the bytes that are hashed, so that nothing is converted on the way; micros are since 2000, as PostgreSQL keeps them.
EVENTS = """
SELECT id, epoch, xid, seq, timestamptz_send(at), uuid_send(actor_id), uuid_send(store_id), uuid_send(order_id), uuid_send(case_id),
       convert_to(stream, 'UTF8'), convert_to(actor_name, 'UTF8'), convert_to(verb, 'UTF8'), convert_to(payload, 'UTF8'),
       convert_to(request_id, 'UTF8'), prev, hash
FROM audit_event
"""
CHECKPOINTS = """
SELECT number, epoch, low, high, size, timestamptz_send(at), root, prev, hash, public_key, signature FROM audit_checkpoint
"""

_names = count()


def verify(anchor_file: Path | None = None) -> Report:
    """Check everything in one snapshot of the database, while it is being written to.

    `anchor_file` is the copy of the anchors to hold it against, by default settings.ANCHOR_FILE; a copy from elsewhere proves more.
    """
    report = Report()
    path = anchor_file or settings.ANCHOR_FILE
    # What is anchored by now is in the snapshot that is taken next; what is anchored later need not be.
    size = path.stat().st_size if path.exists() else 0
    with snapshot() as connection:
        heads = stream(connection, "SELECT convert_to(stream, 'UTF8'), seq, hash FROM audit_head ORDER BY stream")
        check_chains(report, read_events(connection, EVENTS + "ORDER BY stream, seq"), heads)
        check_checkpoints(report, read_checkpoints(connection, "ORDER BY number"))
        for (epoch,) in stream(
            connection, "SELECT DISTINCT epoch FROM audit_event UNION SELECT DISTINCT epoch FROM audit_checkpoint ORDER BY 1"
        ):
            leaves = stream(connection, "SELECT xid, id, hash FROM audit_event WHERE epoch = %s ORDER BY xid, id", [epoch])
            check_roots(report, read_checkpoints(connection, "WHERE epoch = %s ORDER BY low, number", [epoch]), leaves)
        try:
            check_anchors(report, read_checkpoints(connection, "ORDER BY number"), anchors.read(path, size))
        except anchors.BadAnchor as error:
            report.found("anchor", str(error))
    return report


def snapshot() -> psycopg.Connection[Any]:
    """A connection that sees the database at one instant and cannot write."""
    connection = own_connection()
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def stream(connection: psycopg.Connection[Any], query: str, parameters: Any = None) -> Iterator[Any]:
    """The rows of a query through a cursor on the server, a few thousand at a time."""
    with connection.cursor(f"rows_{next(_names)}", binary=True) as cursor:
        cursor.itersize = 5000
        cursor.execute(query, parameters)
        yield from cursor


def read_events(connection: psycopg.Connection[Any], query: str, parameters: Any = None) -> Iterator[Event]:
    for row in stream(connection, query, parameters):
        yield Event._make((*row[:4], int.from_bytes(row[4], signed=True), *row[5:]))


def read_checkpoints(connection: psycopg.Connection[Any], which: str, parameters: Any = None) -> Iterator[Checkpoint]:
    for row in stream(connection, CHECKPOINTS + which, parameters):
        yield Checkpoint._make((*row[:5], int.from_bytes(row[5], signed=True), *row[6:]))
