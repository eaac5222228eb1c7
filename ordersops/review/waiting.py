"""Reads of the second-approval queue: what waits for a second person, the most urgent first."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from ordersops.accounts.access import can_anywhere, store_ids
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import lanes
from ordersops.effects.models import Effect, EffectState
from ordersops.lists import CAP, SIZE, capped, read_cursor, write_cursor
from ordersops.orders.queries import WIDE
from ordersops.review.models import Bulk, Proposal, Words

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.review.models.proposals import ProposalQuerySet

# A case that waits changes with new advice, and each of a store is read from the newest end of its index. The count goes with the
# times because a transaction may commit after a later one.
_VERSION = """
    SELECT
        (SELECT count(*) FROM (
            SELECT FROM review_proposal WHERE store_id = ANY(%(stores)s) AND state = 'waiting' LIMIT %(most)s) AS counted),
        (SELECT max(newest.changed_at) FROM unnest(%(stores)s::uuid[]) AS store (id) CROSS JOIN LATERAL (
            SELECT c.changed_at FROM cases_case c WHERE c.store_id = store.id AND c.state = 'waiting' ORDER BY c.changed_at DESC LIMIT 1) AS newest),
        (SELECT max(newest.settled_at) FROM unnest(%(stores)s::uuid[]) AS store (id) CROSS JOIN LATERAL (
            SELECT p.settled_at FROM review_proposal p WHERE p.store_id = store.id AND p.settled_at IS NOT NULL
            ORDER BY p.settled_at DESC LIMIT 1) AS newest)
"""

URGENT = ("-case__priority", "proposed_at", "pk")
BULKS_SHOWN = 20


def page(user: "User", view: str, cursor: str = "") -> dict[str, Any]:
    """The context of review/second.html. Views: what the person may judge, what they decided first, and all."""
    approves = can_anywhere(user, Perm.APPROVE_SECOND)
    view = view if view in {"for_you", "yours", "all"} else "for_you" if approves else "all"
    at = version(user)  # before the rows: what changes in between is asked for again
    proposals, next_cursor = _rows(_of(user, view).filter(bulk=None), cursor)
    return {
        "view": view,
        "approves": approves,
        "proposals": proposals,
        "bulks": _bulks(user, view) if not cursor else [],
        "counts": {one: capped(_of(user, one)[: CAP + 1].count()) for one in ("for_you", "yours", "all")},
        "next_cursor": next_cursor,
        "query": f"view={view}",
        "version": at,
        "money": _money(user) if approves else "",
    }


def _of(user: "User", view: str) -> "ProposalQuerySet":
    if view == "for_you":
        return Proposal.objects.for_second(user)
    waits = Proposal.objects.waiting().visible_to(user)
    return waits.filter(by=user) if view == "yours" else waits


def _rows(found: "ProposalQuerySet", cursor: str) -> tuple[list[Proposal], str]:
    if after := read_cursor(cursor, int, datetime.fromisoformat, UUID):
        priority, at, pk = after
        later = Q(proposed_at__gt=at) | Q(proposed_at=at, pk__gt=pk)
        found = found.filter(Q(case__priority__lt=priority) | Q(case__priority=priority) & later)
    shown = found.select_related("case__order", "case__store", "by").defer(*(f"case__order__{column}" for column in WIDE))
    words = Words()
    rows = [dressed(row, words) for row in shown.order_by(*URGENT)[: SIZE + 1]]
    if len(rows) <= SIZE:
        return rows, ""
    last = rows[SIZE - 1]
    return rows[:SIZE], write_cursor(last.case.priority, last.proposed_at.isoformat(), str(last.pk))


def dressed(row: Proposal, words: Words) -> Proposal:
    """Set the words of the outcome and reason, and whether advice arrived since it was decided."""
    about = lanes().get(row.case.lane)
    outcome = about.outcomes.get(row.outcome) if about else None
    row.outcome_of = outcome
    row.reason_sentence = words.of(row.case.lane, row.reason)
    row.changed_since = row.case.version > row.case_version
    return row


def _bulks(user: "User", view: str) -> list[Bulk]:
    """Bulk decisions of which some row still waits."""
    waiting = _of(user, view).exclude(bulk=None)
    found = list(Bulk.objects.filter(pk__in=waiting.values("bulk")).select_related("by").order_by("at")[:BULKS_SHOWN])
    sums = {row["bulk"]: row["rows"] for row in waiting.filter(bulk__in=found).order_by().values("bulk").annotate(rows=Count("pk"))}
    for bulk in found:
        about = lanes().get(bulk.lane)
        bulk.outcome_of = about.outcomes.get(bulk.outcome) if about else None
        bulk.rows_waiting = sums.get(bulk.pk, 0)
    return found


def count_for(user: "User") -> int:
    """How many decisions wait for this person, none counted past the cap."""
    return Proposal.objects.for_second(user)[: CAP + 1].count()


def first_for(user: "User") -> Proposal | None:
    return Proposal.objects.for_second(user).filter(bulk=None).order_by(*URGENT).first()


def version(user: "User") -> str:
    """Names the state of the queue: it changes when one more waits, one is settled, or new advice arrives for one.

    One plain statement that reads the ends of three indexes, because every open page asks it every two seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, {"stores": store_ids(user, Perm.VIEW_CASES), "most": CAP + 1})
        rows, *times = cursor.fetchone() or (0,)
    return "-".join([str(rows), *(str(int(at.timestamp() * 1_000_000)) if at else "0" for at in times)])


def _money(user: "User") -> str:
    """How many acts that send money back wait for a second person; "" for none."""
    waits = Effect.objects.filter(store__in=store_ids(user, Perm.APPROVE_SECOND), state=EffectState.WAITING)[: CAP + 1].count()
    return capped(waits) if waits else ""
