"""What is open in each lane, as the first page tells it: a short queue is added up when it is asked for, a long one every few seconds."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, F, Min, Q, Sum
from django.utils import timezone

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import lanes
from ordersops.cases.models import Case, Tally
from ordersops.lists import CAP

if TYPE_CHECKING:
    from ordersops.accounts.models import User

# One reading of the index `cases_added_up`. Only what is different is written, and what has no open case any more is taken out.
_ADD_UP = """
    WITH now_open AS MATERIALIZED (
        SELECT store_id, lane, currency, count(*) AS open, count(*) FILTER (WHERE due_at < %(now)s) AS overdue,
            sum(amount) AS amount, min(opened_at) AS oldest
        FROM cases_case WHERE state = 'open' AND snoozed_until IS NULL GROUP BY store_id, lane, currency
    ), gone AS (
        DELETE FROM cases_tally t WHERE NOT EXISTS (
            SELECT FROM now_open n WHERE (n.store_id, n.lane, n.currency) = (t.store_id, t.lane, t.currency))
    )
    INSERT INTO cases_tally (store_id, lane, currency, open, overdue, amount, oldest)
    SELECT store_id, lane, currency, open, overdue, amount, oldest FROM now_open
    ON CONFLICT (store_id, lane, currency) DO UPDATE SET
        open = EXCLUDED.open, overdue = EXCLUDED.overdue, amount = EXCLUDED.amount, oldest = EXCLUDED.oldest
    WHERE (cases_tally.open, cases_tally.overdue, cases_tally.amount, cases_tally.oldest)
        IS DISTINCT FROM (EXCLUDED.open, EXCLUDED.overdue, EXCLUDED.amount, EXCLUDED.oldest)
"""


def add_up() -> None:
    """The sweeper's round."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP, {"now": timezone.now()})


def overview(user: "User") -> list[dict[str, Any]]:
    """Each lane with what is open in it: how many, how many are the person's or late, the money by currency, the oldest.

    A store's queue of more than CAP cases is told as its tally has it, some seconds old; every other one as it is.
    """
    stores, now = store_ids(user, Perm.VIEW_CASES), timezone.now()
    tallies: list[Any] = list(
        Tally.objects.filter(store__in=stores).values("store", "lane", "currency", "open", "overdue", "amount", "oldest")
    )
    queues: dict[tuple[Any, str], int] = {}
    for row in tallies:
        queues[row["store"], row["lane"]] = queues.get((row["store"], row["lane"]), 0) + row["open"]
    long = {queue for queue, count in queues.items() if count > CAP}
    groups = [row for row in tallies if (row["store"], row["lane"]) in long] + _short(stores, long, now)
    groups.sort(key=lambda row: -(row["amount"] or 0))
    held = Case.objects.filter(store__in=stores).open().awake().filter(leased_by=user, lease_until__gt=now)
    mine = {row["lane"]: row["cases"] for row in held.order_by().values("lane").annotate(cases=Count("pk"))}
    return [_lane(lane, [row for row in groups if row["lane"] == key], mine.get(key, 0), now) for key, lane in lanes().items()]


def _short(stores: list[Any], long: set[tuple[Any, str]], now: datetime) -> list[dict[str, Any]]:
    cases = Case.objects.filter(store__in=stores).open().awake()
    for store, lane in long:
        cases = cases.exclude(store=store, lane=lane)
    found: Any = cases.order_by().values("lane", "currency")
    return list(
        found.annotate(
            open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)), amount=Sum("amount"), oldest=Min("opened_at")
        ).order_by(F("amount").desc(nulls_last=True))
    )


def _lane(lane: Any, groups: list[dict[str, Any]], mine: int, now: datetime) -> dict[str, Any]:
    amounts: dict[str, Any] = {}
    for row in groups:
        if row["amount"]:
            amounts[row["currency"]] = amounts.get(row["currency"], 0) + row["amount"]
    oldest = min((row["oldest"] for row in groups), default=None)
    return {
        "lane": lane, "open": sum(row["open"] for row in groups), "mine": mine, "overdue": sum(row["overdue"] for row in groups),
        "amount_by_currency": list(amounts.items()), "oldest": oldest, "oldest_age": now - oldest if oldest else None,
    }  # fmt: skip
