"""How often somebody may do something, counted exactly over all processes: one statement on one row, by itself."""

import hashlib
import time

from django.conf import settings
from django.db import connection

_COUNT = """
INSERT INTO inquiries_usage AS used ("key", "window", "count") VALUES (%s, %s, 1)
ON CONFLICT ("key") DO UPDATE
SET "count" = CASE WHEN used."window" = excluded."window" THEN used."count" + 1 ELSE 1 END, "window" = excluded."window"
RETURNING "count"
"""


def within(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Whether `who` may do `what` once more in this window. Asking counts."""
    key = hashlib.sha256(f"{settings.SECRET_KEY}\0{what}\0{who}".encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, int(time.time()) // seconds])
        (count,) = cursor.fetchone() or (1,)
    return bool(count <= most)
