"""Money for advice: so much for a store and lane in one day (UTC), kept by reserving before a call and settling after it.

A call reserves the most that it can cost; a worker that dies in it leaves the reservation standing until the day is over,
which errs on the safe side: a spent budget only means that the scorecard answers.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import connection

from ordersops.advice.models import CallOutcome, Spend

MICROS = 1_000_000
# Answers that come before any work: nothing is billed for them.
TURNED_AWAY = frozenset({
    CallOutcome.BUSY, CallOutcome.UNREACHABLE, CallOutcome.KEY, CallOutcome.PAYMENT, CallOutcome.REQUEST, CallOutcome.REDIRECT,
    CallOutcome.FOREIGN,
})  # fmt: skip


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


def charge(*, store_id: UUID, lane: str, day: date, spent: int) -> None:
    """Money that was spent without a reservation, such as on a replay: the day's figure knows of it all the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO advice_spend AS s (store_id, lane, day, spent_micros, reserved_micros, calls) VALUES (%s, %s, %s, %s, 0, 1)
            ON CONFLICT (store_id, lane, day) DO UPDATE SET spent_micros = s.spent_micros + excluded.spent_micros, calls = s.calls + 1
            """,
            [store_id, lane, day, spent],
        )


def left(*, store_id: UUID, lane: str, day: date, budget: int) -> int:
    """What the day's budget still holds, in millionths of a US dollar."""
    row = Spend.objects.filter(store=store_id, lane=lane, day=day).values_list("spent_micros", "reserved_micros").first()
    return budget - sum(row or (0, 0))


def billed(code: str, *, usage_known: bool, cost: int, most: int) -> int:
    """What a call counts for: its cost where the service reported its use; else all that it may have cost, unless it was turned away."""
    if usage_known:
        return cost
    return 0 if code in TURNED_AWAY else most


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
