"""The time zones of the IANA list, which Python looks for on the disk each time that it is asked."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zones() -> frozenset[str]:
    """All names, read once a process."""
    return frozenset(available_timezones())
