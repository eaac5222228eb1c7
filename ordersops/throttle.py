"""How often somebody who is not signed in may do something, counted exactly over all processes: one statement on one row, by itself.

Kept is a digest, so that no address of anybody is. Whoever may do nothing more is told so in the same words, whatever was asked.
"""

import hashlib
import time

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from ordersops.models import Usage

_COUNT = """
INSERT INTO ordersops_usage AS used ("key", "window", "count") VALUES (%s, %s, 1)
ON CONFLICT ("key") DO UPDATE
SET "count" = CASE WHEN used."window" = excluded."window" THEN used."count" + 1 ELSE 1 END, "window" = excluded."window"
RETURNING "count"
"""


def within(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Whether `who` may do `what` once more in this window. Asking counts."""
    window_ends = (int(time.time()) // seconds + 1) * seconds
    key = hashlib.sha256(f"{settings.SECRET_KEY}\0{what}\0{who}".encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, window_ends])
        (count,) = cursor.fetchone() or (1,)
    return bool(count <= most)


def forget_old_counts() -> int:
    """What was counted in windows that are over."""
    gone, _ = Usage.objects.filter(window__lte=int(time.time())).delete()
    return gone


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, for counting alone: what the trusted proxy saw where there is one, or everybody would be one."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    behind = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    return hops[-behind] if behind and hops[-1] and len(hops) >= behind else str(request.META.get("REMOTE_ADDR", ""))
