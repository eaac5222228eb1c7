"""Money for advice: so much for a store and lane in one day (UTC), kept by reserving before a call and settling after it.

A call reserves the most that it can cost; a worker that dies in it leaves the reservation standing until the day is over,
which errs on the safe side: a spent budget only means that the scorecard answers.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import connection

MICROS = 1_000_000


def of_policy(budget: Decimal) -> int:
    """The day's budget in millionths of a US dollar: the policy's, else the setting's."""
    return int((budget or Decimal(settings.ADVICE_BUDGET)) * MICROS)


def reserve(*, store_id: UUID, lane: str, day: date, most: int, budget: int) -> bool:
    """Set aside the most that a call can cost. False where the budget does not hold that much any more; atomic among workers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO advice_spend AS s (store_id, lane, day, spent_micros, reserved_micros, calls)
            SELECT %(store)s, %(lane)s, %(day)s, 0, %(most)s, 0 WHERE %(most)s <= %(budget)s
            ON CONFLICT (store_id, lane, day) DO UPDATE SET reserved_micros = s.reserved_micros + %(most)s
            WHERE s.spent_micros + s.reserved_micros + %(most)s <= %(budget)s
            """,
            {"store": store_id, "lane": lane, "day": day, "most": most, "budget": budget},
        )
        return cursor.rowcount == 1


def settle(*, store_id: UUID, lane: str, day: date, reserved: int, spent: int) -> None:
    """What a call really cost, in place of what was set aside for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE advice_spend SET reserved_micros = greatest(reserved_micros - %s, 0), spent_micros = spent_micros + %s, calls = calls + 1
            WHERE store_id = %s AND lane = %s AND day = %s
            """,
            [reserved, spent, store_id, lane, day],
        )
