"""Limits of the rules with their defaults, and the deadlines of exceptions (policies.md 4.7). Policy data: a policy version overrules any of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

LIMITS: dict[str, Any] = {
    "high_value": Decimal(500),  # in the order's currency; ours
    "oversize_grams": 20_000,
    "complex_lines": 8,
    "duplicate_minutes": 60,  # policies.md 4.5
    "declined_cancel_hours": 168,  # seven days
    "payment_wait_hours": 24,  # ST-1
    "authorisation_left_hours": 48,  # the last two of seven days (PAYMENT_HOLD)
    "unanswered_hours": 4,  # ST-4, working hours of the node
    "unanswered_hours_express": 1,
    "unshipped_hours": 48,  # ST-5
    "unshipped_hours_express": 24,
    "unscanned_days": 4,  # ST-9, working days
    "silent_days": 3,  # ST-10
    "silent_days_abroad": 5,
    "lost_days": 7,  # ST-12
    "lost_days_abroad": 20,
    "inbound_soon_days": 7,
    "group_from": 5,  # orders that share a warehouse or carrier become one group
}


def read(stated: Mapping[str, Any] | None) -> dict[str, Any]:
    """The limits in force: what a policy version states, over the defaults; words that are no limit are left out."""
    given = {
        name: type(LIMITS[name])(str(value) if isinstance(LIMITS[name], Decimal) else value)
        for name, value in (stated or {}).items()
        if name in LIMITS
    }
    return {**LIMITS, **given}
