"""What holds in a lane stands still while automation decides on it.

Order of locks, the same everywhere: orders, their case, then the lane (here), then a scope's turn or the day's limit, and at
last the streams of the history. The lane comes after the case because a person's decision, which holds both, may take the
lane down in the same unit. No unit asks for a lane to stand still and then changes it: two of those would wait for each other.
"""

import zlib

from django.db import connection

LOCK_SPACE = 7204


def keep_still(lane: str) -> None:
    """What is read of the lane from here on holds until the unit ends. Several decisions may do so side by side."""
    _lock("pg_advisory_xact_lock_shared", lane)


def change(*lanes: str) -> None:
    """Wait for the decisions that are under way in these lanes. What is committed after this binds every later one."""
    for lane in sorted(lanes):
        _lock("pg_advisory_xact_lock", lane)


def _lock(function: str, lane: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [LOCK_SPACE, zlib.crc32(lane.encode()) - 2**31])
