"""What went over the wire in an attempt: without secrets, compressed, sealed, and forgotten after RAW_BODY_DAYS."""

import json
import re
import zlib
from dataclasses import asdict

from django.conf import settings
from django.db import connection

from ordersops.effects.connectors import Answer, Request
from ordersops.effects.models import Attempt
from ordersops.sealing import seal, unseal
from ordersops.stores.models import Store

MOST = 100_000  # characters of a body that are kept
GONE = "[secret]"
_SECRET_HEADERS = re.compile(r"authori[sz]ation|token|secret|signature|cookie|api-?key|password", re.I)
_SECRET_VALUES = re.compile(
    r'("[^"]*(?:token|secret|password|authori[sz]ation|api_?key|signature)[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"'
    r"|([?&](?:consumer_key|consumer_secret|access_token|token|key|signature)=)[^&\s\"]+",
    re.I,
)


def keep_request(attempt: Attempt, request: Request, store: Store) -> None:
    """Put the request on the attempt, as it will be shown."""
    said = asdict(shown(request, store))
    attempt.request = _sealed(attempt, "request", json.dumps(said, ensure_ascii=False))


def keep_response(attempt: Attempt, answer: Answer, store: Store) -> None:
    """Put what was answered on the attempt."""
    attempt.status, attempt.request_id, attempt.latency_ms = answer.status, stripped(answer.request_id, store)[:120], answer.latency_ms
    attempt.response = _sealed(attempt, "response", stripped(answer.body[:MOST], store))


def shown(request: Request, store: Store) -> Request:
    """The request as a person may see it."""
    headers = {name: GONE if _SECRET_HEADERS.search(name) else stripped(value, store) for name, value in request.headers.items()}
    body = request.body[:MOST]
    for word in request.hides:
        body = body.replace(word, GONE)
    return Request(request.method, stripped(request.url, store), stripped(body, store), headers)


def stripped(text: str, store: Store) -> str:
    """The text without the store's secrets, and without what is named like one."""
    for secret in (store.api_key, store.api_secret, store.webhook_secret, store.previous_webhook_secret, store.helpdesk_secret):
        if secret and len(secret) >= 6:
            text = text.replace(secret, GONE)
    return _SECRET_VALUES.sub(lambda found: f'{found.group(1)}"{GONE}"' if found.group(1) else f"{found.group(2)}{GONE}", text)


def opened(attempt: Attempt) -> tuple[Request | None, str | None]:
    """Request and response of an attempt; None for what was not kept, or is forgotten. Raises ValueError where it cannot be opened."""
    request = _unsealed(attempt, "request", attempt.request)
    return Request(**json.loads(request)) if request is not None else None, _unsealed(attempt, "response", attempt.response)


def forget_old() -> int:
    """Forget bodies older than the retention time, in bounded steps. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE effects_attempt SET request = NULL, response = NULL WHERE id IN (
                SELECT id FROM effects_attempt
                WHERE request IS NOT NULL AND at < statement_timestamp() - make_interval(days => %s) LIMIT 5000)
            """,
            [settings.RAW_BODY_DAYS],
        )
        return cursor.rowcount


def _sealed(attempt: Attempt, column: str, plain: str) -> bytes:
    return seal(zlib.compress(plain.encode("utf-8", "replace"), 6), context=f"effects_attempt.{attempt.pk}.{column}")


def _unsealed(attempt: Attempt, column: str, kept: bytes | memoryview | None) -> str | None:
    if kept is None:
        return None
    return zlib.decompress(unseal(bytes(kept), context=f"effects_attempt.{attempt.pk}.{column}")).decode("utf-8", "replace")
