"""WooCommerce's REST interface, version 3: one question, one answer. The reading interface and the writing connector both ask here."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from django.conf import settings

from ordersops.errors import Upstream
from ordersops.line import Fault, Line
from ordersops.stores.callbacks import is_private
from ordersops.stores.models import Store
from ordersops.stores.platforms.reading import number, shown, table, text

SECONDS = 20.0  # for one question, answer included: shops run on small machines
PAGE = 50
MOST_PAGES = 200
LONGEST_WAIT = 3600.0

# What a shop says about our key with an HTTP status; none of these is mended by waiting.
STATUSES = {
    401: "does not take our consumer key and secret. Make new ones under WooCommerce, Settings, Advanced, REST API",
    403: "does not let our key do this. It needs the permission “Read/Write”, and a security plugin may be in the way",
}
# Codes of errors that are final whatever their HTTP status is: the payment gateway said no.
FINAL = frozenset({"woocommerce_rest_cannot_create_order_refund", "woocommerce_rest_invalid_order_refund_amount"})


class NotThere(Upstream):
    """The interface answered that it has no such thing."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`value` is the answer read, `body` as it came. `pages`: how many there are, where the shop says so."""

    value: Any
    body: str
    status: int
    pages: int | None
    milliseconds: int


class Rest:
    """The way to one shop. Every fault is Upstream, and none of its sentences holds the key."""

    def __init__(self, store: Store, *, whole: float | None = None) -> None:
        """`whole`: the seconds within which all questions together have to be answered."""
        self.store = store
        self._until = None if whole is None else time.monotonic() + whole

    def url(self, path: str, **query: Any) -> str:
        found = f"{self.store.api_url.rstrip('/')}/wp-json/wc/v3/{path}"
        return f"{found}?{urlencode(query)}" if query else found

    def get(self, path: str, **query: Any) -> Reply:
        return self.send("GET", self.url(path, **query))

    def rows(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """The rows of a list, over all its pages."""
        for page in range(1, MOST_PAGES + 1):
            reply = self.get(path, **query, per_page=PAGE, page=page)
            found = listed(reply)
            yield from found
            if not goes_on(reply, page, len(found)):
                return
        raise Upstream(f"The shop's answer has more than {MOST_PAGES} pages.", permanent=True)

    def send(self, method: str, url: str, content: str = "") -> Reply:
        """Ask, by Basic authentication. The key goes to this store's own address and to no other, and never in the clear."""
        self._refuse_address(url)
        left = SECONDS if self._until is None else min(SECONDS, self._until - time.monotonic())
        line = Line(left, secrets={"Authorization": self._authorization()})
        headers = {"accept": "application/json", "user-agent": "ordersops"} | ({"content-type": "application/json"} if content else {})
        try:
            with httpx2.Client(transport=line, trust_env=False, follow_redirects=False) as client:
                client.request(method, url, content=content.encode() if content else None, headers=headers)
        except (httpx2.TransportError, httpx2.InvalidURL):
            pass  # the line knows what happened
        return self._read(line)

    def _refuse_address(self, url: str) -> None:
        base, host = self.store.api_url.rstrip("/"), urlsplit(url).hostname or ""
        if not base or not url.startswith(f"{base}/"):
            raise Upstream("The address is not that of the store's interface. Plan the effect again.", permanent=True)
        if not url.startswith("https://") and not (settings.ALLOW_PRIVATE_CALLBACKS and is_private(host)):
            raise Upstream("The address of the shop's interface has to start with https://, so that the key is not read.", permanent=True)

    def _authorization(self) -> str:
        key, secret = str(self.store.api_key or ""), str(self.store.api_secret or "")
        if not key or not secret or not (key + secret).isascii() or any(char <= " " for char in key + secret) or ":" in key:
            raise Upstream("The shop's consumer key or secret is missing. Enter both in the store's settings.", permanent=True)
        return f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"

    def _read(self, line: Line) -> Reply:
        host = urlsplit(self.store.api_url).hostname or "?"
        if line.fault is not None:
            raise Upstream(f"The shop ({host}) gave no whole answer: {line.why}", permanent=line.fault in {Fault.REQUEST, Fault.PRIVATE})
        status = line.status
        if status is None:
            raise Upstream(f"The address of the shop's interface ({host}) is not one that can be called.", permanent=True)
        try:
            value = json.loads(line.received or b"")
        except (ValueError, RecursionError):
            value = None
        if not 200 <= status < 300:
            self._refuse(status, table(value), line.headers.get("retry-after", ""), host)
        if not isinstance(value, dict | list):
            # A page of HTML with 200: maintenance, a cache in front, or a notice of PHP before the answer.
            raise Upstream(f"The shop ({host}) answered with something that is not JSON.", permanent=False)
        pages = number(line.headers.get("x-wp-totalpages", ""))
        return Reply(
            value, (line.received or b"").decode("utf-8", "replace"), status, None if pages is None else int(pages), line.milliseconds
        )

    def _refuse(self, status: int, said: dict[str, Any], wait: str, host: str) -> None:
        code, message = text(said.get("code"))[:100], shown(said.get("message") or "", 200)
        if status == 404 and code.endswith(("_invalid_id", "_invalid_order_id")):
            raise NotThere(f"The shop ({host}) does not have it: {message}", permanent=True)
        if status in STATUSES:
            raise Upstream(f"The shop ({host}) {STATUSES[status]} (HTTP {status}).", permanent=True)
        if 300 <= status < 400:
            raise Upstream(f"The shop ({host}) sends us elsewhere (HTTP {status}). Correct its address in the settings.", permanent=True)
        if status == 404:
            raise Upstream(f"The shop ({host}) has no REST interface at this address. Switch on permalinks, or correct it.", permanent=True)
        permanent = code in FINAL or (status < 500 and status not in {408, 409, 425, 429})
        seconds = number(wait)
        says = f"The shop ({host}) answered HTTP {status}{f': {message}' if message else ''}."
        raise Upstream(says, permanent=permanent, retry_after=None if seconds is None else min(max(float(seconds), 0.0), LONGEST_WAIT))


def listed(reply: Reply) -> list[dict[str, Any]]:
    if not isinstance(reply.value, list):
        raise Upstream("The shop's answer is not a list.", permanent=False)
    return [row for row in reply.value if isinstance(row, dict)]


def goes_on(reply: Reply, page: int, found: int) -> bool:
    """Whether there is a page after this one; a shop behind a proxy that drops headers is read until a page is not full."""
    return page < reply.pages if reply.pages is not None else found >= PAGE
