"""Asking advisors over the network: claim, count the attempt and commit; call out with no transaction open; then settle."""

from datetime import datetime


def consult() -> int:
    return 0


def oldest_ready() -> datetime | None:
    return None
