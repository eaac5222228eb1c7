"""The door: where webhooks come in.

`POST /hooks/<endpoint id>`, with or without a slash, handled before any session, sign-in or CSRF work and never
redirected. It verifies the signature over the raw bytes, inserts one row and asks for a worker, all in one statement,
and answers 2xx only when that is committed (law 1). Understanding the body is the workers' business.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone

from ordersops.ids import uuid7
from ordersops.intake.models import sealed_body
from ordersops.jobs import wake
from ordersops.stock.models import Location
from ordersops.stores.models import Store
from ordersops.stores.platforms import Envelope, Pings, Platform, platforms
from ordersops.stores.platforms.generic.node import NODE

log = logging.getLogger(__name__)
PATH = "/hooks/"
KEPT_SECONDS = 2.0
SIGNED_WITH = "signed-with"  # kept beside a delivery's headers where the sender still uses a secret that was replaced


@dataclass(frozen=True, slots=True)
class Connection:
    """What the door knows of a sender: a store, or the warehouse of one of its locations.

    Kept for two seconds, and read again at once when a signature does not fit.
    """

    store_id: UUID
    platform: Platform
    secrets: list[str]
    read_at: float
    location_id: UUID | None = None  # of a warehouse that answers; None: the store itself sends


class Door:
    """The first middleware: webhooks are answered here, everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(PATH):
            return receive(request)
        return self.get_response(request)


_known: dict[UUID, Connection] = {}


def receive(request: HttpRequest) -> HttpResponse:
    """Take in one webhook. 200 stored, 401 signature, 404 no such connection, 405 not a POST, 413 over 2 MB, 503 try again."""
    if request.method != "POST":
        answer = _refuse(405, "Webhooks are sent by POST.")
        answer["Allow"] = "POST"
        return answer
    try:
        endpoint = UUID(request.path_info.removeprefix(PATH).rstrip("/"))
    except ValueError:
        return _refuse(404, "There is no such connection.")
    try:
        body = request.body
    except RequestDataTooBig:
        return _too_big()
    except UnreadablePostError:
        return _refuse(400, "The body ended early; send it again.")
    if len(body) > settings.WEBHOOK_MAX_BYTES:
        return _too_big()
    headers = {name[5:].replace("_", "-").lower(): value for name, value in request.META.items() if name.startswith("HTTP_")}
    for attempt in (1, 2):
        try:
            return _take(endpoint, headers, body)
        except (OperationalError, InterfaceError):
            # A connection that died since its last use is replaced once; the row is the same row (its dedupe key), so twice is once.
            connection.close()
            if attempt == 2:
                log.warning("A webhook was refused with 503: the database is not reachable.")
        except DatabaseError:
            log.exception("A webhook was refused with 503: the database did not take it.")
            break
    answer = _refuse(503, "The delivery could not be stored; send it again.")
    answer["Retry-After"] = "5"
    return answer


def _take(endpoint: UUID, headers: dict[str, str], body: bytes) -> HttpResponse:
    known = _connection(endpoint)
    if known is None:
        return _refuse(404, "There is no such connection.")
    now = timezone.now()
    if not known.platform.is_genuine(headers=headers, body=body, secrets=known.secrets, now=now):
        if isinstance(known.platform, Pings) and known.platform.is_ping(headers=headers, body=body):
            return _taken()
        fresh = _connection(endpoint, fresh=True)
        if fresh is None or not fresh.platform.is_genuine(headers=headers, body=body, secrets=fresh.secrets, now=now):
            _count_bad_signature(known.store_id)
            return _refuse(401, "The signature does not fit the body and the secret of this connection.")
        known = fresh
    envelope = known.platform.envelope(headers=headers, body=body)
    headers.pop(SIGNED_WITH, None)
    if len(known.secrets) > 1 and not known.platform.is_genuine(headers=headers, body=body, secrets=known.secrets[:1], now=now):
        headers[SIGNED_WITH] = "the previous secret"
    _store(known, envelope, headers, body)
    return _taken()


def _taken() -> HttpResponse:
    return HttpResponse(headers={"Content-Length": "0"})  # else the server sends an empty chunk after the head


def _store(known: Connection, envelope: Envelope, headers: dict[str, str], body: bytes) -> None:
    pk, now = uuid7(), timezone.now()
    kept = {name: headers[name][:500] for name in (*known.platform.kept_headers, SIGNED_WITH) if name in headers}
    wanted = known.platform.wants(envelope.topic)
    key = (
        f"{known.location_id}:{envelope.dedupe_key}" if known.location_id else envelope.dedupe_key
    )  # a warehouse uses up no id of the store's
    row = [
        pk, known.store_id, known.location_id, envelope.topic[:120], envelope.resource[:220], key[:300], envelope.delivery_id[:200],
        envelope.event_id[:200], sealed_body(pk, body), hashlib.sha256(body).hexdigest(), json.dumps(kept), envelope.source_at, now,
        "pending" if wanted else "ignored", now,
    ]  # fmt: skip
    must_wake = _insert(row)
    if must_wake:
        wake("intake.drain")


def _insert(row: list[Any]) -> bool:
    """Run the statement, planned once for each connection, with the parameters beside it and not written into it."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        found = cursor.execute(_INSERT, row, prepare=settings.PREPARED_STATEMENTS).fetchone()
    return bool(found and found[0])


# One statement: the delivery, or the count of its duplicate, and the flag that says that a worker is asked for.
_INSERT = """
    WITH delivery AS (
        INSERT INTO intake_delivery AS d (id, store_id, location_id, topic, resource, dedupe_key, delivery_id, event_id, body, body_sha256, headers,
            source_at, received_at, duplicates, state, attempts, not_before, last_error)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, %s, 0, %s, '')
        ON CONFLICT (store_id, dedupe_key) DO UPDATE SET duplicates = d.duplicates + 1
        RETURNING state, duplicates
    ), flag AS (
        INSERT INTO ordersops_wakeup (kind, at) SELECT 'intake.drain', clock_timestamp() FROM delivery WHERE state = 'pending' AND duplicates = 0
        ON CONFLICT DO NOTHING RETURNING kind
    )
    SELECT EXISTS (SELECT FROM flag)
"""


def _connection(endpoint: UUID, *, fresh: bool = False) -> Connection | None:
    known = _known.get(endpoint)
    if known is not None and not fresh and time.monotonic() - known.read_at < KEPT_SECONDS:
        return known
    store = Store.objects.filter(endpoint_id=endpoint, is_active=True).first()
    found = _of_store(store) if store else _of_node(Location.objects.filter(node_endpoint=endpoint, store__is_active=True).first())
    if found is None:
        _known.pop(endpoint, None)
        return None
    _known[endpoint] = found
    return found


def _of_store(store: Store) -> Connection | None:
    if store.platform not in platforms():
        return None
    return Connection(store.pk, platforms()[store.platform], store.active_secrets(), time.monotonic())


def _of_node(location: Location | None) -> Connection | None:
    if location is None or not location.has_node:
        return None
    return Connection(location.store_id, NODE, [location.node_secret], time.monotonic(), location.pk)


def _count_bad_signature(store_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO intake_pulse AS p (store_id, counted_until, bad_signatures, last_bad_signature_at) VALUES (%s, now(), 1, now())
            ON CONFLICT (store_id) DO UPDATE SET bad_signatures = p.bad_signatures + 1, last_bad_signature_at = now()
            """,
            [store_id],
        )


def _too_big() -> HttpResponse:
    return _refuse(413, f"The body is over {settings.WEBHOOK_MAX_BYTES // 1024 // 1024} MB.")


def _refuse(status: int, why: str) -> JsonResponse:
    data: dict[str, Any] = {"error": why}
    return JsonResponse(data, status=status)
