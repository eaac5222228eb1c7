"""Once: a POST is done at most once for each Idempotency-Key, however often a client repeats it after a lost answer.

The answer is written in the same transaction as what was done, so a crash leaves both or neither. Only what was done is
kept: a refusal changed nothing, and the same key may be tried again after it. (draft-ietf-httpapi-idempotency-key-header)
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.http import Http404
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from ordersops.accounts.access import can, rights
from ordersops.accounts.roles import Perm
from ordersops.api.actions import KEPT
from ordersops.api.models import KeptAnswer
from ordersops.api.problems import Problem
from ordersops.audit.actions import atomic
from ordersops.errors import Forbidden
from ordersops.sealing import seal, unseal

if TYPE_CHECKING:
    from ordersops.api.view import Asked

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
SHAPE = re.compile(r"[\x21-\x7e]{8,120}")
_LOCK_SPACE = 7301


def once(request: "Asked", act: Callable[[], Response], about: Callable[[], tuple[UUID | None, str]]) -> Response:
    """What `act` answers, or what it answered before under this key. `about`: the store of what was done, and the right to see it."""
    key = key_of(request)
    fingerprint = _fingerprint(request)
    with atomic():
        _alone(request.auth.pk, key)
        kept = KeptAnswer.objects.filter(token=request.auth, key=key).first()
        if kept is not None and kept.at < timezone.now() - KEPT + timedelta(minutes=1):
            kept.delete()
            kept = None
        if kept is not None:
            return _again(request, kept, fingerprint)
        response = act()
        _keep(request, key, fingerprint, response, *about())
    return response


def key_of(request: "Asked") -> str:
    key = request.headers.get(HEADER, "")
    if not key:
        raise Problem("key-missing", f"Every POST carries the header {HEADER}. Nothing was done.")
    if not SHAPE.fullmatch(key):
        raise Problem("key-missing", f"{HEADER} takes 8 to 120 visible ASCII characters, a UUID for example. Nothing was done.")
    return str(key)


def _fingerprint(request: "Asked") -> str:
    """What makes two requests the same one."""
    parts = [request.method or "", request.get_full_path(), request.headers.get("If-Match", ""), json.dumps(request.data, sort_keys=True)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _alone(token: UUID, key: str) -> None:
    """Never wait for the same request: it is told that it is under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, %s))", [f"{token}/{key}", _LOCK_SPACE])
        (free,) = cursor.fetchone() or (False,)
    if not free:
        raise Problem("in-flight", "A request with this Idempotency-Key is under way.", headers={"Retry-After": "1"})


def _again(request: "Asked", kept: KeptAnswer, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise Problem("key-reused", "This Idempotency-Key was used for another request, which was done. Nothing was done now.")
    if kept.store_id is not None:
        if not rights(request.user).get(kept.store_id):
            raise Http404
        if kept.needs and not can(request.user, Perm[kept.needs.upper()], kept.store_id):
            raise Forbidden("It was done, but you no longer have the right to see it.")
    try:
        data = json.loads(unseal(bytes(kept.body), context=_context(kept)))
    except ValueError:
        raise Problem("key-reused", "This request was done already; its answer can no longer be read. Read the thing itself.") from None
    headers = {REPLAYED: "true", **({"ETag": kept.etag} if kept.etag else {})}
    return Response(data, status=kept.status, headers=headers)


def _keep(request: "Asked", key: str, fingerprint: str, response: Response, store: UUID | None, needs: str) -> None:
    kept = KeptAnswer(
        token=request.auth, key=key, fingerprint=fingerprint, status=response.status_code, store_id=store, needs=needs,
        etag=response.headers.get("ETag", ""),
    )  # fmt: skip
    kept.body = seal(json.dumps(response.data, cls=JSONEncoder).encode(), context=_context(kept))
    kept.save(force_insert=True)


def _context(kept: KeptAnswer) -> str:
    return f"api_keptanswer.{kept.pk}.body"
