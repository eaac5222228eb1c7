"""Step 1: candidate plans. Single nodes that cover everything, then splits over two nodes and more, as many as the policy allows."""

from itertools import permutations

from triage.routing.model import Ask, Node, Parcel, Plan, Wanted
from triage.routing.settings import Settings

MOST_NODES = 12  # tried in splits, the first by priority: plans grow with their power


def candidates(ask: Ask, nodes: tuple[Node, ...], settings: Settings) -> tuple[Plan, ...]:
    """Every plan once. A small order is never split: a second parcel would eat what it earns (policies.md 4.6, step 1)."""
    if not ask.lines:
        return ()
    found = [Plan((Parcel(node, tuple((wanted, wanted.units) for wanted in ask.lines)),)) for node in nodes if _covers(ask, node)]
    extra = settings.max_split if ask.value >= settings.split_from else 0
    seen: set[tuple[tuple[str, tuple[tuple[str, int], ...]], ...]] = set()
    for count in range(2, extra + 2):
        for order in permutations(nodes[:MOST_NODES], count):
            plan = _split(ask, order)
            if plan is None:
                continue
            shape = tuple(sorted((p.node.id, tuple((wanted.line, units) for wanted, units in p.lines)) for p in plan.parcels))
            if shape not in seen:
                seen.add(shape)
                found.append(plan)
    return tuple(found)


def _covers(ask: Ask, node: Node) -> bool:
    """Whether the node has all of it: two lines of one SKU ask for it twice."""
    left = dict(node.free)
    for wanted in ask.lines:
        left[wanted.sku] = left.get(wanted.sku, 0) - wanted.units
    return all(left[wanted.sku] >= 0 for wanted in ask.lines)


def _split(ask: Ask, order: tuple[Node, ...]) -> Plan | None:
    """Whole lines from the first node that has them; a line that nobody has in full is filled from one after the other.

    None where something is left over, or where a node would send nothing.
    """
    left = {node.id: dict(node.free) for node in order}
    sends: dict[str, list[tuple[Wanted, int]]] = {node.id: [] for node in order}
    for wanted in ask.lines:
        whole = next((node for node in order if left[node.id].get(wanted.sku, 0) >= wanted.units), None)
        todo = wanted.units
        for node in (whole,) if whole else order:
            units = min(left[node.id].get(wanted.sku, 0), todo)
            if units > 0:
                left[node.id][wanted.sku] -= units
                sends[node.id].append((wanted, units))
                todo -= units
        if todo:
            return None
    if not all(sends.values()):
        return None
    return Plan(tuple(Parcel(node, tuple(sends[node.id])) for node in order))


def shortages(ask: Ask, nodes: tuple[Node, ...]) -> dict[str, int]:
    """Units of each SKU that are missing over all these nodes together."""
    needed: dict[str, int] = {}
    for wanted in ask.lines:
        needed[wanted.sku] = needed.get(wanted.sku, 0) + wanted.units
    return {sku: missing for sku, units in needed.items() if (missing := units - sum(max(node.free.get(sku, 0), 0) for node in nodes)) > 0}
