"""Automatic decisions: where a policy of two people allows it, and measured agreement has earned it."""

from datetime import datetime


def automate() -> int:
    return 0


def oldest_ready() -> datetime | None:
    return None
