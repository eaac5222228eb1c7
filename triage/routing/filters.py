"""Step 0: the hard filters. A node that is out is out for the first reason in this order, and the reason is kept."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from ordersops.stores.goods import NEEDS
from triage.routing.model import Ask, Node
from triage.routing.settings import CUSTOMS_UNION, Settings


@dataclass(frozen=True, slots=True)
class Excluded:
    """A node that cannot serve the order. `code` is a word of the filter, `says` the sentence for people."""

    node: Node
    code: str
    says: str


def sift(ask: Ask, nodes: tuple[Node, ...], settings: Settings) -> tuple[tuple[Node, ...], tuple[Excluded, ...]]:
    """The nodes that can serve at least a line, and the others with their reasons."""
    fit, out = [], []
    for node in sorted(nodes, key=lambda one: (one.priority, one.id)):
        found = _reason(ask, node, settings)
        if found is None:
            fit.append(node)
        else:
            out.append(Excluded(node, *found))
    return tuple(fit), tuple(out)


def _reason(ask: Ask, node: Node, settings: Settings) -> tuple[str, str] | None:
    if not node.active:
        return "inactive", "The store says that it is not active."
    leaves = ships_on(node, ask, settings)
    if leaves is None:
        return "closed", f"It does not work within the next {settings.open_within} days."
    needed = ask.needs | ({"customs"} if crosses(node.country, ask.country) else frozenset())
    if missing := [need for need in NEEDS if need in needed and need not in node.capabilities]:
        return "capability", f"It cannot handle {', '.join(NEEDS[need].lower() for need in missing)}."
    if node.serves and ask.country not in node.serves:
        return "destination", f"It does not serve {ask.country or 'an unknown country'}."
    if not any(node.free.get(wanted.sku, 0) >= wanted.units for wanted in ask.lines):
        return "stock", _short(ask, node)
    if node.capacity is not None and node.queued >= node.capacity:
        return "capacity", f"It works on {node.queued} orders already and can do {node.capacity} in a day."
    if node.paused:
        return "paused", f"It is paused: {node.paused}"
    if node.channels and ask.channel not in node.channels:
        return "contract", f"It does not work for the channel “{ask.channel or 'unknown'}”."
    if node.id in ask.not_from:
        return "refused", "It has said no to this order."
    return None


def _short(ask: Ask, node: Node) -> str:
    least = min(ask.lines, key=lambda wanted: wanted.units - node.free.get(wanted.sku, 0), default=None)
    if least is None:
        return "The order has nothing to send."
    return f"No line is there in full: {least.sku or 'an item without SKU'} {node.free.get(least.sku, 0)} of {least.units}."


def ships_on(node: Node, ask: Ask, settings: Settings) -> date | None:
    """The day on which work on the order begins: today before the cut-off where the node works today, else its next working day."""
    local = ask.now.astimezone(ZoneInfo(node.calendar.zone))
    day = local.date()
    if node.cut_off is not None and local.time() >= node.cut_off:
        day += timedelta(days=1)
    for step in range(settings.open_within + 1):
        if node.calendar.works_on(day + timedelta(days=step)):
            return day + timedelta(days=step)
    return None


def leaves_on(node: Node, ask: Ask, settings: Settings) -> date:
    """The day on which the parcel is handed to the carrier: after its handling days, counted in the node's working days.

    One handling day means the same day.
    """
    day = ships_on(node, ask, settings) or ask.now.date()
    left = max(node.handling_days - 1, 0)
    for _ in range(60 + left * 3):
        if not left:
            break
        day += timedelta(days=1)
        left -= node.calendar.works_on(day)
    return day


def crosses(origin: str, destination: str) -> bool:
    """Whether goods pass customs on the way. Unknown ends tell nothing."""
    if not origin or not destination or origin == destination:
        return False
    return not {origin, destination} <= CUSTOMS_UNION
