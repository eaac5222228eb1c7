"""What every act on a Shopify store shares: its shape, and the order as it stands there now."""

from typing import TYPE_CHECKING, Any, Protocol

from ordersops.effects.connectors import Seen
from ordersops.errors import Invalid, Upstream
from ordersops.stores.platforms.reading import rows, table, text
from ordersops.stores.platforms.shopify.admin import Admin, gid, next_cursor

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

Row = dict[str, Any]
Writes = list[tuple[str, Row]]  # documents by name, with their variables, carried out in this order


class Act(Protocol):
    """`look` reads; `writes` is pure and raises Invalid where the act is impossible."""

    def look(self, admin: Admin, effect: "Effect") -> Seen: ...

    def writes(self, effect: "Effect", seen: Seen) -> Writes: ...


def order_id(effect: "Effect") -> str:
    return gid("Order", effect.order.external_id)


def order_state(admin: Admin, effect: "Effect") -> Row:
    """The order with all its fulfilment orders under `work`."""
    key = order_id(effect)
    order = there(admin.ask("order_state", id=key).fields.get("order"), f"order {effect.order}")
    found = table(order.get("fulfillmentOrders"))
    work = list(rows(found.get("nodes")))
    if after := next_cursor(found):
        work += admin.pages("fulfillment_orders", "order", "fulfillmentOrders", after=after, id=key)
    return {**order, "work": work}


def there(found: Any, what: str) -> Row:
    """What was asked for. Raises Upstream where the store does not have it."""
    row = table(found)
    if not row:
        raise Upstream(f"Shopify does not have the {what} (any more). Do what is left by hand.", permanent=True)
    return row


def not_cancelled(seen: Seen) -> None:
    if seen.found.get("cancelled"):
        raise Invalid("The order is cancelled in the store, so nothing of it can change any more.")


def supported(work: Row, action: str) -> bool:
    return any(found.get("action") == action for found in rows(work.get("supportedActions")))


# FulfillmentOrderAction in our words; what only the platform itself does is not named.
ACTIONS = {
    "CREATE_FULFILLMENT": "fulfil", "REQUEST_FULFILLMENT": "request fulfilment", "REQUEST_CANCELLATION": "ask for a cancellation",
    "CANCEL_FULFILLMENT_ORDER": "cancel", "HOLD": "hold", "RELEASE_HOLD": "release", "MOVE": "move", "SPLIT": "split", "MERGE": "merge",
    "MARK_AS_OPEN": "open", "REPORT_PROGRESS": "report progress",
}  # fmt: skip


def allowed(works: list[Row]) -> str:
    """What the store allows now for these fulfilment orders, as the end of a sentence."""
    offered = {text(found.get("action")) for work in works for found in rows(work.get("supportedActions"))}
    names = [name for action, name in ACTIONS.items() if action in offered]
    if names:
        return f"it allows: {', '.join(names)}"
    states = sorted({text(work.get("status")).lower().replace("_", " ") for work in works} - {""})
    return f"it allows nothing: {' and '.join(states) or 'there is none'}"


def same(one: Any, other: Any) -> bool:
    return text(one).casefold() == text(other).casefold()
