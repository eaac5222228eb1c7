"""How often a token may ask: requests in a minute, counted exactly over all processes and hosts."""

import time
from typing import Any

from django.conf import settings
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

_COUNT = """
INSERT INTO api_usage AS used (token_id, minute, count) VALUES (%s, %s, 1)
ON CONFLICT (token_id) DO UPDATE
SET count = CASE WHEN used.minute = excluded.minute THEN used.count + 1 ELSE 1 END, minute = excluded.minute
RETURNING count
"""


class PerToken(BaseThrottle):
    """One statement on an unlogged table, committed by itself."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        minute = int(time.time()) // 60
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [request.auth.pk, minute])
            (count,) = cursor.fetchone() or (1,)
        token: Any = request.auth
        token.left = max(settings.API_RATE - count, 0)
        return bool(count <= settings.API_RATE)

    def wait(self) -> float:
        return seconds_left()


def seconds_left() -> int:
    """Until the minute is over."""
    return 60 - int(time.time()) % 60
