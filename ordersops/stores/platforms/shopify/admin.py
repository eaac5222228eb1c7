"""Shopify's Admin API: one question, one answer. The reading interface and the writing connector both ask here.

Shopify counts by cost: a bucket that refills by `restoreRate` points a second. What it says of the bucket stays with this
object, so that the next question waits for its points instead of being refused; no question waits longer than PATIENCE.
"""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

from ordersops.errors import Upstream
from ordersops.line import Fault, Line
from ordersops.stores.models import Store
from ordersops.stores.platforms.reading import number, shown, table, text
from ordersops.stores.platforms.shopify.documents import document

VERSION = "2026-07"
SECONDS = 20.0  # for one question, answer included
PATIENCE = 8.0  # seconds that one question may wait for its points, all told
MOST_PAGES = 200

# What a store says about itself or our key with an HTTP status, and whether waiting can mend it.
STATUSES = {
    401: ("does not take our access token. Replace it in the store's settings", True),
    402: ("is frozen until its bill is paid", True),
    403: ("does not let our access token do this. Grant the app its scopes again", True),
    404: ("has no Admin API at this address. Correct it in the store's settings", True),
    423: ("is locked", True),
}
# Codes of errors and user errors after which the same question may be asked again.
PASSING = frozenset(
    {"THROTTLED", "INTERNAL_SERVER_ERROR", "TIMEOUT", "CHANGE_FROM_QUANTITY_STALE", "IDEMPOTENCY_CONCURRENT_REQUEST", "INTERNAL_ERROR"}
)


class Throttled(Upstream):
    """Nothing was done: too much was asked within a short time. `wait` is how long it takes to mend."""

    def __init__(self, wait: float) -> None:
        super().__init__("Shopify asks us to slow down.", permanent=False, retry_after=wait)
        self.wait = wait


class Denied(Upstream):
    """The app was not given the scope for what was asked."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`fields` is what stands under `data`; `body` the answer as it came."""

    fields: dict[str, Any]
    body: str
    status: int
    request_id: str
    milliseconds: int


class Admin:
    """The way to one store. Every fault is Upstream, and none of its sentences holds the token.

    `seconds`: all that is asked through this object has to be done by then, waiting included.
    """

    def __init__(self, store: Store, *, seconds: float | None = None) -> None:
        self.store = store
        self._last = math.inf if seconds is None else time.monotonic() + seconds
        self._until = 0.0  # the bucket holds enough again (monotonic)

    def ask(self, name: str, **variables: Any) -> Reply:
        """Send a document by its name."""
        return self.send(self.url, body(name, variables))

    def pages(self, name: str, *path: str, after: str | None = None, **variables: Any) -> Iterator[dict[str, Any]]:
        """The rows of the connection that stands at `path` of the answer, over all its pages from `after` on."""
        for _ in range(MOST_PAGES):
            connection = self.ask(name, **variables, after=after).fields
            for step in path:
                connection = table(connection.get(step))
            yield from (row for row in connection.get("nodes") or [] if isinstance(row, dict))
            after = next_cursor(connection) or None
            if after is None:
                return
        raise Upstream(f"Shopify's answer has more than {MOST_PAGES} pages.", permanent=True)

    @property
    def url(self) -> str:
        return f"{self.store.api_url.rstrip('/')}/admin/api/{VERSION}/graphql.json"

    def send(self, url: str, content: str) -> Reply:
        """Send a prepared question. What is throttled was not done, so it is asked again, writes too, while patience lasts."""
        patient_until = min(time.monotonic() + PATIENCE, self._last)
        while True:
            self._wait(patient_until)
            try:
                return self._once(url, content)
            except Throttled as refused:
                if time.monotonic() + refused.wait > patient_until:
                    raise
                self._until = time.monotonic() + refused.wait

    def _wait(self, patient_until: float) -> None:
        until = min(self._until, patient_until)
        if (pause := until - time.monotonic()) > 0:
            time.sleep(pause)

    def _once(self, url: str, content: str) -> Reply:
        if not url.startswith("https://") and not settings.ALLOW_PRIVATE_CALLBACKS:
            raise Upstream(
                "The address of the store's Admin API has to start with https://, so that the token is not read.", permanent=True
            )
        line = Line(min(SECONDS, self._last - time.monotonic()), secrets={"X-Shopify-Access-Token": self._token()})
        try:
            with httpx2.Client(transport=line, trust_env=False, follow_redirects=False) as client:
                client.post(url, content=content.encode(), headers={"content-type": "application/json", "accept": "application/json"})
        except (httpx2.TransportError, httpx2.InvalidURL):
            pass  # the line knows what happened
        self._refuse_broken(line)
        answer = _parsed(line.received or b"")
        self._count(table(table(answer.get("extensions")).get("cost")))
        _refuse_errors(answer)
        fields = table(answer.get("data"))
        _refuse_user_errors(fields)
        return Reply(
            fields, (line.received or b"").decode("utf-8", "replace"), line.status or 0,
            shown(line.headers.get("x-request-id", ""), 100), line.milliseconds,
        )  # fmt: skip

    def _token(self) -> str:
        token = str(self.store.api_key)
        if not token or not token.isascii() or any(char <= " " for char in token):
            raise Upstream("The store's access token is not one that can be sent. Replace it in the store's settings.", permanent=True)
        return token

    def _refuse_broken(self, line: Line) -> None:
        host = urlsplit(self.store.api_url).hostname or "?"
        if line.fault is not None:
            raise Upstream(
                f"Shopify ({host}) gave no whole answer: {line.why}", permanent=line.fault in {Fault.REQUEST, Fault.PRIVATE}
            )  # fmt: skip
        status = line.status
        if status is None:
            raise Upstream(f"The address of the store's Admin API ({host}) is not one that can be called.", permanent=True)
        if status in {429, 430}:
            raise Throttled(_seconds(line.headers.get("retry-after", "")))
        if status in STATUSES:
            why, permanent = STATUSES[status]
            raise Upstream(f"Shopify ({host}) {why} (HTTP {status}).", permanent=permanent)
        if status != 200:
            raise Upstream(f"Shopify ({host}) answered HTTP {status}.", permanent=300 <= status < 500 and status != 408)

    def _count(self, cost: dict[str, Any]) -> None:
        """Remember when the bucket can bear as dear a question again."""
        bucket = table(cost.get("throttleStatus"))
        there, rate, needed = (
            number(bucket.get("currentlyAvailable")),
            number(bucket.get("restoreRate")),
            number(cost.get("requestedQueryCost")),
        )
        if there is not None and rate and needed is not None and needed > there:
            self._until = time.monotonic() + float((needed - there) / rate)


def body(name: str, variables: dict[str, Any]) -> str:
    """What is posted: the document and its variables."""
    return json.dumps({"query": document(name), "variables": variables}, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def next_cursor(connection: dict[str, Any]) -> str:
    """Where the next page of a connection begins, "" after the last."""
    info = table(connection.get("pageInfo"))
    return text(info.get("endCursor")) if info.get("hasNextPage") is True else ""


def gid(kind: str, key: str) -> str:
    """Shopify's global id of a thing; what is one already stays as it is."""
    return key if key.startswith("gid://") else f"gid://shopify/{kind}/{key}"


def plain(value: Any) -> str:
    """The number in a global id, which is what webhooks call the thing by."""
    return text(value).rpartition("/")[2].partition("?")[0]


def _parsed(received: bytes) -> dict[str, Any]:
    try:
        found = json.loads(received)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Upstream("Shopify's answer is not JSON.", permanent=False)
    return found


def _refuse_errors(answer: dict[str, Any]) -> None:
    errors = answer.get("errors")
    if not errors:
        if not isinstance(answer.get("data"), dict):
            raise Upstream("Shopify's answer holds neither data nor an error.", permanent=False)
        return
    found = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    codes = [text(table(error.get("extensions")).get("code")) for error in found]
    if "THROTTLED" in codes:
        raise Throttled(_missing(table(table(answer.get("extensions")).get("cost"))))
    said = " ".join(shown(error.get("message"), 200) for error in found[:3]) or shown(errors, 200)
    if codes and set(codes) == {"ACCESS_DENIED"}:
        raise Denied(f"The app may not read this in Shopify: {said}"[:480], permanent=True)
    raise Upstream(f"Shopify refused the question: {said}"[:480], permanent=not codes or not set(codes) <= PASSING)


def _refuse_user_errors(fields: dict[str, Any]) -> None:
    for payload in fields.values():
        for key in ("userErrors", "orderCancelUserErrors"):
            errors = [error for error in table(payload).get(key) or [] if isinstance(error, dict)]
            if errors:
                said = " ".join(shown(error.get("message"), 200) for error in errors[:3])
                passing = {text(error.get("code")) for error in errors} <= PASSING
                raise Upstream(f"Shopify did not do it: {said}"[:480], permanent=not passing)


def _missing(cost: dict[str, Any]) -> float:
    """Seconds until the bucket bears the question; one, where Shopify does not say."""
    bucket = table(cost.get("throttleStatus"))
    there, rate, needed = (
        number(bucket.get("currentlyAvailable")),
        number(bucket.get("restoreRate")),
        number(cost.get("requestedQueryCost")),
    )
    return max(0.01, float((needed - there) / rate)) if there is not None and rate and needed is not None else 1.0


def _seconds(stated: str) -> float:
    found = number(stated)
    return max(0.01, float(found)) if found is not None else 1.0
