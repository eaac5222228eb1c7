"""What was said in a call, word for word: compressed, sealed, and forgotten after a time. The hash of the request stays."""

import zlib

from django.conf import settings
from django.db import connection

from ordersops.advice.models import CallBody
from ordersops.sealing import seal, unseal


def sealed(call_id: object, column: str, plain: bytes) -> bytes:
    """How a body is kept. `column` is request or response."""
    return seal(zlib.compress(plain, 6), context=context(call_id, column))


def opened(body: CallBody) -> tuple[bytes, bytes | None]:
    """Request and response as they went over the wire. Raises ValueError where they cannot be opened."""
    request, response = (
        None if kept is None else zlib.decompress(unseal(bytes(kept), context=context(body.call_id, column)))
        for column, kept in (("request", body.request), ("response", body.response))
    )
    return request or b"", response


def context(call_id: object, column: str) -> str:
    """The additional data under which a body is sealed."""
    return f"advice_callbody.{call_id}.{column}"


def forget_old() -> int:
    """Forget bodies older than the retention time, in bounded steps. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM advice_callbody WHERE call_id IN (
                SELECT call_id FROM advice_callbody WHERE kept_at < statement_timestamp() - make_interval(days => %s) LIMIT 5000)
            """,
            [settings.CALL_BODY_DAYS],
        )
        return cursor.rowcount
