"""Identities that no earlier run of the simulated store has used."""

from __future__ import annotations

import time
import zlib

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BEYOND_DOUBLE = 5_000_000_000_000_000_000  # far above 2^53, where a float no longer holds every whole number
_FIRST_DAY = 1_756_684_800  # 2025-09-01; order numbers count tenths of seconds since, so that a restart never meets old ones


class Numbering:
    """Hands out ids above 2^53 and order numbers, both offset by the moment the run started."""

    def __init__(self, started: float | None = None) -> None:
        moment = time.time() if started is None else started
        self._key = _BEYOND_DOUBLE + int(moment * 100) * 10_000_000
        self._number = int((moment - _FIRST_DAY) * 10)

    def key(self) -> int:
        self._key += 1
        return self._key

    def number(self) -> int:
        self._number += 1
        return self._number


def customer_key(email: str) -> int:
    """A customer keeps the id over restarts: it follows from the e-mail address."""
    return _BEYOND_DOUBLE + (zlib.crc32(email.encode()) << 24 | zlib.adler32(email.encode()) & 0xFFFFFF)


def short(prefix: str, key: int) -> str:
    """The same id as the generic contract shows it: a prefix and base 36."""
    text = ""
    while key:
        key, rest = divmod(key, 36)
        text = _DIGITS[rest] + text
    return f"{prefix}_{text}"
