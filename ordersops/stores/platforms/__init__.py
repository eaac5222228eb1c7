"""Adapters: one file for each platform, named in settings.PLATFORMS. A vendor's name occurs only in its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string

from ordersops.stores.facts import OrderFacts


@dataclass(frozen=True, slots=True)
class Envelope:
    """What can be said of a delivery before it is understood.

    `dedupe_key` is unique per store and event; `resource` (such as `order:1001`) groups what one worker must apply.
    """

    topic: str
    dedupe_key: str
    resource: str = ""
    delivery_id: str = ""
    event_id: str = ""
    source_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One order as the platform's interface gives it when it is read. `facts(topic=POLLED, ...)` understands the payload."""

    external_id: str
    changed_at: datetime
    payload: Any


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the orders that changed in a window, the oldest change first. `cursor` is "" on the last page."""

    documents: list[Document]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook that the platform sends us, or should. `state`: active, missing, disabled, elsewhere (it goes to another address)."""

    topic: str
    state: str
    id: str = ""
    address: str = ""


POLLED = "orders/polled"


class Interface(Protocol):
    """The platform's own interface, for a store that gave us a key. Everything here is network; all errors are Upstream."""

    def changed(self, store: Any, *, since: datetime, until: datetime, cursor: str = "") -> Page:
        """A page of the orders that changed in the window, politely: it waits as the platform asks."""

    def order(self, store: Any, external_id: str) -> Document | None:
        """One order as it is now; None where there is none."""

    def subscriptions(self, store: Any, *, address: str) -> list[Subscription]:
        """Every topic that we need, and what the platform has of it."""

    def subscribe(self, store: Any, *, address: str) -> list[Subscription]:
        """Create what is missing, repair what is disabled or goes elsewhere; returns what there is now."""


class Platform(Protocol):
    """What intake needs to know of a platform. Functions are pure; none of them reaches for the network or database."""

    key: str
    label: str
    kept_headers: tuple[str, ...]  # lower-case names of the headers that are stored with the delivery
    interface: Interface | None  # None: orders come by webhook alone

    def new_secret(self) -> str:
        """A fresh webhook secret in the form that this platform's sender takes."""

    def is_genuine(self, *, headers: Mapping[str, str], body: bytes, secrets: list[str], now: datetime) -> bool:
        """Whether the signature over the raw body was made with one of the secrets. Constant time, all secrets tried. Header names are lower-case."""

    def envelope(self, *, headers: Mapping[str, str], body: bytes) -> Envelope:
        """Never raises: a body that does not parse gets a resource of its own and fails later, where a person sees it."""

    def wants(self, topic: str) -> bool:
        """Whether we use the topic; others are stored as ignored."""

    def facts(self, *, topic: str, payload: Any, at: datetime) -> OrderFacts:
        """The payload as facts. `at` is the source time of the delivery, used where the payload states none.

        Total over the platform's documented payloads, whatever is null. Raises Invalid, saying which field, for anything else.
        """


@runtime_checkable
class Pings(Protocol):
    """An adapter whose sender asks, before it sends, whether the address answers."""

    def is_ping(self, *, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this is such a question and nothing else. It is not signed: it is answered with 200, and nothing is stored."""


@runtime_checkable
class Silent(Protocol):
    """An adapter whose platform has no interface for something that others tell, so that nobody waits for it."""

    never_tells: tuple[str, ...]  # in sentences, with where to look instead


@lru_cache(maxsize=1)
def platforms() -> dict[str, Platform]:
    """All adapters by key."""
    found = [import_string(path)() for path in settings.PLATFORMS]
    return {platform.key: platform for platform in found}
