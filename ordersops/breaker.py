"""What fails again and again is left alone for a while, and somebody is told where trying again mends nothing.

Advisors and connectors rest by the same rule; each app keeps its own rows (`faults open_until alert changed_at`, by a name).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

FAULTS = 5  # in a row
FIRST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)  # doubled from fault to fault


@dataclass(frozen=True, slots=True)
class Breakers:
    """The breakers in one table, named by one column. Both names are our own text."""

    table: str
    column: str

    def open_until(self, name: str) -> datetime | None:
        """Until when it is left alone; None while it may be asked."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT open_until FROM {self.table} WHERE {self.column} = %s AND open_until > clock_timestamp()",  # noqa: S608
                [name],
            )
            row = cursor.fetchone()
        return row[0] if row else None

    def success(self, name: str) -> None:
        """It answered: all is forgotten. No write where there is nothing to forget."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE {self.table} SET faults = 0, open_until = NULL, alert = '', changed_at = now()
                WHERE {self.column} = %s AND NOT (faults = 0 AND open_until IS NULL AND alert = '')
                """,  # noqa: S608
                [name],
            )

    def fault(self, name: str, *, pause: timedelta | None = None, alert: str = "") -> None:
        """It failed. From the fifth fault in a row it rests, longer each time; `pause` is what it asked for itself.

        An `alert` says what somebody has to look at, and opens the breaker at once.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                INSERT INTO {self.table} AS b ({self.column}, faults, open_until, alert, changed_at)
                VALUES (%(name)s, 1, NULL, %(alert)s, now())
                ON CONFLICT ({self.column}) DO UPDATE SET faults = b.faults + 1, changed_at = now(),
                    alert = CASE WHEN excluded.alert = '' THEN b.alert ELSE excluded.alert END
                RETURNING faults
                """,  # noqa: S608
                {"name": name, "alert": alert[:300]},
            )
            (faults,) = cursor.fetchone() or (1,)
            rest = timedelta(0)
            if alert:
                rest = LONGEST
            elif faults >= FAULTS:
                rest = min(FIRST * 2 ** min(faults - FAULTS, 10), LONGEST)
            rest = max(rest, min(pause or timedelta(0), LONGEST))
            if rest:
                cursor.execute(
                    f"UPDATE {self.table} SET open_until = clock_timestamp() + make_interval(secs => %s) WHERE {self.column} = %s",  # noqa: S608
                    [rest.total_seconds(), name],
                )
