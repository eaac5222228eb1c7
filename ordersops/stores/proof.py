"""Proof of completeness: since when every change of a store's orders is here, and what the last comparisons showed."""

from datetime import datetime
from typing import Any

from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED, Interface, Silent, platforms

WINDOWS_SHOWN = 10
WALKED = 2000  # windows that are looked at for a gap, at most: a week of them
COUNTED = 1000
STATES = {"active": "good", "missing": "bad", "disabled": "bad", "elsewhere": "warn"}


def interface(store: Store) -> Interface | None:
    """The store's own interface, if its platform has one and we were given a key for it."""
    platform = platforms().get(store.platform)
    return platform.interface if platform is not None and store.has_api else None


def proof(store: Store) -> dict[str, Any]:
    """A constant number of queries for any history."""
    platform = platforms().get(store.platform)
    windows = list(store.windows.order_by("-planned_at")[:WINDOWS_SHOWN])
    spans = list(store.windows.filter(state="done").order_by("-planned_at").values_list("since", "until")[:WALKED])
    last = next((window for window in windows if window.state == "done"), None)
    pulse = getattr(store, "pulse", None)
    found: list[dict[str, str]] = pulse.subscriptions if pulse else []
    return {
        "never_told": platform.never_tells if isinstance(platform, Silent) else (),
        "offered": platform is not None and platform.interface is not None,
        "readable": interface(store) is not None,
        "windows": windows,
        "last": last,
        "open": next((window for window in windows if window.state == "open"), None),
        "newest": next((window for window in windows if window.state != "open"), None),
        "since": unbroken(spans),
        "until": max((until for _, until in spans), default=None),
        "stuck": store.deliveries.filter(state="dead", topic=POLLED)[:COUNTED].count(),
        "pulse": pulse,
        "subscriptions": [{**one, "tone": STATES.get(one["state"], "")} for one in found],
        "inactive": sum(one["state"] != "active" for one in found),
    }


def unbroken(spans: list[tuple[datetime, datetime]]) -> datetime | None:
    """From when on the compared windows lie without a gap, up to the newest end."""
    reach: datetime | None = None
    for since, until in sorted(spans, key=lambda span: span[1], reverse=True):
        if reach is not None and until < reach:
            break
        reach = since if reach is None else min(reach, since)
    return reach


def with_the_old_secret(store: Store) -> int:
    """Deliveries since the last rotation that were still signed with the secret before it; counted up to a thousand."""
    rotated = Event.objects.filter(stream=f"store:{store.pk}", verb=Verb.STORE_SECRET_ROTATED).order_by("-seq").first()
    if rotated is None:
        return 0
    since = store.deliveries.filter(received_at__gte=rotated.at).order_by("-received_at").values("headers")[:COUNTED]
    return sum("signed-with" in row["headers"] for row in since)
