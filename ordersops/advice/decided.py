"""What people decided on advice, and what turned out to be true: what advice is measured against.

Decisions are review's rows; they are reached by name, since imports go one way.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

BAD, GOOD = "confirmed_fraud", "legitimate"
CONFIRMED = (BAD, GOOD)
# A dispute that the store won, or that was prevented, tells nothing about the order.
CLEARED = ("won", "prevented")


def decisions() -> "QuerySet[Any]":
    """People's decisions that stand: not undone, and no undoing themselves."""
    model = apps.get_model("review", "Decision")
    rows: QuerySet[Any] = model._default_manager.filter(source="person", superseded_by__isnull=True).exclude(outcome="undo")
    return rows.order_by()


def decided_on(snapshots: Collection[str]) -> dict[str, str]:
    """What was decided last on each of these snapshots."""
    rows = decisions().filter(recommendation__snapshot__in=snapshots).order_by("decided_at")
    return dict(rows.values_list("recommendation__snapshot_id", "outcome"))


def labels_of(orders: Collection[UUID]) -> dict[UUID, bool]:
    """Whether each order turned out bad, where that is known: a person confirmed it, or the card's owner disputed the payment as fraud.

    `suspected` and `inconclusive` are no labels: they say what somebody thought, which is what the advice is about.
    A dispute weighs more than a person's word.
    """
    rows = decisions().filter(recommendation__order__in=orders, label__in=CONFIRMED).order_by("decided_at")
    found = {order: label == BAD for order, label in rows.values_list("recommendation__order_id", "label")}
    disputes = apps.get_model("orders", "Dispute")._default_manager.filter(order__in=orders, reason__icontains="fraud")
    found.update(dict.fromkeys(disputes.exclude(status__in=CLEARED).values_list("order_id", flat=True), True))
    return found
