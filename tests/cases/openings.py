"""Openings, as a lane gives them when an order needs a person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic
from ordersops.cases.actions import Opening, open_cases
from ordersops.cases.lanes import Priority, lane
from ordersops.cases.models import Case
from ordersops.ids import uuid7
from ordersops.orders.models import Order


def opening(order: Order, **more: Any) -> Opening:
    told: dict[str, Any] = {
        "subject": order, "recommendation_id": uuid7(), "advisor": "scorecard", "outcome": "decline", "band": "high", "score": 70,
        "headline": "Seven orders from one address", "attack_key": "", "due_at": timezone.now() + timedelta(hours=1),
        "priority": Priority(60, ("120.00 at risk", "score 70")),
    }  # fmt: skip
    return Opening(**(told | more))


def opened(openings: Sequence[Opening], by: User) -> list[Case]:
    """The open cases after these openings, the oldest first."""
    with atomic():
        open_cases(lane=lane("fraud"), openings=openings, by=by)
    return list(Case.objects.open().order_by("opened_at", "id"))
