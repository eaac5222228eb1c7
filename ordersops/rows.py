"""Taking rows of work: our own rows are the queue, and every kind of work is taken from its table in the same way.

Such a table has `attempts not_before lease_until` and a state. A row is ready when its time has come and nobody holds it.
Taking one counts the attempt and sets a lease, committed before the work starts: a worker that dies is seen, and the row is
taken again when its lease has run out. Workers never wait for each other's rows.
"""

import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

PENDING = (
    "r.state = 'pending' AND r.not_before <= statement_timestamp() AND (r.lease_until IS NULL OR r.lease_until <= statement_timestamp())"
)
_LOCK_SPACE = 7202
_CLAIM = """
    WITH ready AS ({ready})
    UPDATE {table} r SET attempts = r.attempts + 1, lease_until = statement_timestamp() + make_interval(secs => %(lease)s) {sets}
    FROM ready WHERE r.id = ready.id RETURNING r.id
"""
_READY = "SELECT r.id, r.not_before FROM {table} r WHERE {where} ORDER BY r.not_before, r.id LIMIT {most}"
# Of each group as many as may still be under way, and of all of them the oldest.
_READY_OF_EACH = """
    SELECT one.id, one.not_before FROM {groups} g CROSS JOIN LATERAL (
        SELECT r.id, r.not_before FROM {table} r WHERE r.{group} = g.id AND {where} ORDER BY r.not_before, r.id
        LIMIT greatest(0, {of_each} - (SELECT count(*) FROM {table} b WHERE b.{group} = g.id AND b.lease_until > statement_timestamp()))
        {locking}
    ) one ORDER BY one.not_before, one.id LIMIT {most}
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """Work in one table. All parts are our own SQL about a row `r`.

    `ready` says what makes a row ready; `free`, besides, that nobody is at what it is about; `sets` is what taking it writes.
    With `group` (a foreign key) and its table `groups`, no more than `of_each` rows of a group are under way at once.
    """

    table: str
    ready: str = PENDING
    free: str = ""
    sets: str = ""
    group: str = ""
    groups: str = ""
    of_each: int = 0
    _claim: str = field(init=False, repr=False)
    _oldest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        where = f"({self.ready})"
        if self.group:  # at its limit a group has nothing that is ready
            parts = {"table": self.table, "groups": self.groups, "group": self.group, "of_each": self.of_each}
            where += f" AND {self.free}" if self.free else ""
            taking = _READY_OF_EACH.format(**parts, where=where, most="%(most)s", locking="FOR UPDATE OF r SKIP LOCKED")
            looking = _READY_OF_EACH.format(**parts, where=where, most=1, locking="")
        else:
            looking = _READY.format(table=self.table, where=where, most=1)
            where += f" AND {self.free}" if self.free else ""
            taking = _READY.format(table=self.table, where=where, most="%(most)s") + " FOR UPDATE OF r SKIP LOCKED"
        sets = f", {self.sets}" if self.sets else ""
        object.__setattr__(self, "_claim", _CLAIM.format(ready=taking, table=self.table, sets=sets))
        object.__setattr__(self, "_oldest", looking)

    def claim(self, most: int, lease: timedelta) -> list[Any]:
        """Take up to `most` of what is ready, the oldest first: the attempt is counted, and committed, when this returns."""
        given = {"most": most, "lease": lease.total_seconds()}
        if not self.group:
            return [key for (key,) in _all(self._claim, given)]
        with transaction.atomic():
            # One at a time, so that two workers do not both count the same group as free.
            _all(
                "SELECT pg_advisory_xact_lock(%(space)s, %(lock)s)", {"space": _LOCK_SPACE, "lock": zlib.crc32(self.table.encode()) - 2**31}
            )
            return [key for (key,) in _all(self._claim, given)]

    def oldest(self) -> datetime | None:
        """Since when the oldest row has been ready."""
        found: list[tuple[Any, datetime]] = _all(self._oldest, {})
        return found[0][1] if found else None


def _all(sql: str, given: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
