"""Connectors: how an effect reaches the outside. One file (or folder) for each way; no other code of ours calls out.

`effect.arguments` is what the kind's model in effects/kinds/arguments.py takes, as JSON. A decision's cancellation carries
{} where no connector could cancel when it was planned.

Every write is read before it is made and read back afterwards, so that it happens once even where the platform knows no
idempotency key: what is there already is settled without writing, and what was accepted is never written again.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from ordersops.errors import Upstream

if TYPE_CHECKING:
    from ordersops.effects.models import Effect
    from ordersops.stock.models import Location
    from ordersops.stores.models import Store


SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Request:
    """One write, exactly as it will leave, but for secrets: those are added by the connector when it sends."""

    method: str
    url: str
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    hides: tuple[str, ...] = ()  # words in it that nobody is shown afterwards: a link that opens something


@dataclass(frozen=True, slots=True)
class Seen:
    """What the other side shows of the thing that an effect is about. `differs`: field -> (now, after the effect), in words."""

    done: bool
    differs: dict[str, tuple[str, str]] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)  # ids and states that `prepare` needs; `id`: what was made is called there
    before: dict[str, Any] = field(default_factory=dict)  # what its inverse needs, as read before the write and after it
    says: tuple[str, ...] = ()  # what a person should know before it is written, in sentences


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said to an accepted effect."""

    status: int
    body: str = ""
    request_id: str = ""
    latency_ms: int = 0


class NotSeenYet(Upstream):
    """Accepted, or perhaps accepted, and not to be seen yet: only looking again helps, and the other side is well."""

    def __init__(self, says: str = "The store accepted it, but does not show it yet.") -> None:
        super().__init__(says, permanent=False)


class Connector(Protocol):
    """One way out. Network errors and refusals are Upstream: `permanent` where trying again cannot help.

    One call takes at most SECONDS; a connector has no state between calls.
    """

    key: str
    kinds: frozenset[str]  # the kinds of effect that it can do by itself
    keyed: frozenset[str]  # of these, the ones whose write carries a key by which the other side drops a repetition

    def look(self, effect: "Effect") -> Seen:
        """Read what is there now. Before a write, after it, and for a dry run."""

    def prepare(self, effect: "Effect", seen: Seen) -> Request:
        """The write that follows from what was seen. Pure. Raises Invalid where it is impossible, saying why."""

    def send(self, effect: "Effect", request: Request) -> Answer:
        """Make the write. Returns when the other side has accepted it."""


# By platform: the connector of a store that gave us a key to its interface.
CONNECTORS: dict[str, str] = {
    "shopify": "ordersops.effects.connectors.shopify.ShopifyConnector",
    "woocommerce": "ordersops.effects.connectors.woocommerce.WooCommerceConnector",
}


# Kinds that reach somebody else than the store, whatever its platform is.
PARTNERS: dict[str, str] = {
    "message.send": "ordersops.effects.connectors.mail.Mail",
    "ticket.create": "ordersops.effects.connectors.helpdesk.Helpdesk",
    "node.request": "ordersops.effects.connectors.node.Node",
    "node.cancel": "ordersops.effects.connectors.node.Node",
}


def connector(store: "Store") -> "Connector | None":
    """The way by which we write to the store ourselves; None where there is none."""
    if not store.has_api or store.platform not in CONNECTORS:
        return None
    found: Connector = import_string(CONNECTORS[store.platform])()
    return found


def _reached(effect: "Effect") -> bool:
    """Whether we know where the partner is."""
    match effect.kind:
        case "message.send":
            return bool(settings.MAIL_LEAVES)
        case "node.request" | "node.cancel":
            place = node_of(effect)
            return place is not None and place.has_node
        case _:
            return bool(effect.store.helpdesk_url and effect.store.helpdesk_secret)


def node_of(effect: "Effect") -> "Location | None":
    """The location whose warehouse the effect is for."""
    from ordersops.stock.models import Location

    return Location.objects.filter(store=effect.store_id, external_id=effect.arguments.get("location", "")).first()


def way(effect: "Effect") -> "Connector | None":
    """How this effect leaves: a partner, the platform's own interface, else the store's callback; None where a person has to do it."""
    from ordersops.effects.connectors.callback import Callback

    if effect.kind in PARTNERS:
        partner: Connector | None = import_string(PARTNERS[effect.kind])() if _reached(effect) else None
        return partner
    found = connector(effect.store)
    if found is not None and effect.kind in found.kinds:
        return found
    return Callback() if effect.store.callback_url else None
