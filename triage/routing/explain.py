"""Why the winner won: which term decided, and the smallest change of a weight or of the stock that would have made another plan win."""

from dataclasses import dataclass, replace

from triage.routing.filters import sift
from triage.routing.model import Ask, Node
from triage.routing.plans import candidates
from triage.routing.score import Ranked, rank
from triage.routing.settings import TERMS, Settings
from triage.routing.solve import Routing

WORDS = {
    "cost": "cost", "late": "the chance of being late", "speed": "speed", "load": "the node's load", "stockrisk": "scarce stock",
    "dist": "distance", "split": "splitting",
}  # fmt: skip
# The same as the head of a column.
HEADS = {"cost": "Cost", "late": "Late", "speed": "Speed", "load": "Load", "stockrisk": "Scarcity", "dist": "Distance", "split": "Splits"}
MOST_UNITS = 50  # more is no small change of the stock


@dataclass(frozen=True, slots=True)
class Flip:
    """A change after which another plan wins. `size` compares changes: a weight's relative change, or units by what the order wants."""

    kind: str  # weight or stock
    plan: str
    size: float
    says: str


def decided_by(routing: Routing) -> str:
    """The sentence that says what decided between the first two plans."""
    plans = [one for one in routing.plans if not one.rejected]
    if not plans:
        return "No plan covers the order."
    if len(plans) == 1:
        return f"{plans[0].plan.name} is the only plan that covers the order."
    first, second = plans[0], plans[1]
    gains = {term: second.contributions[term] - first.contributions[term] for term in TERMS}
    best = max(TERMS, key=lambda term: gains[term])
    if gains[best] <= 0:
        return f"{first.plan.name} and {second.plan.name} score the same; parcels, cost and priority decide, in this order."
    against = [WORDS[term] for term in TERMS if gains[term] < 0]
    but = f", although {' and '.join(against)} speak{'s' if len(against) == 1 else ''} for the other" if against else ""
    return f"{first.plan.name} wins over {second.plan.name} by {WORDS[best]}{but}."


def flips(ask: Ask, nodes: tuple[Node, ...], settings: Settings, routing: Routing) -> tuple[Flip, ...]:
    """The nearest flip by a weight and the nearest by stock, the smaller change first."""
    winner = routing.winner
    if winner is None or settings.mode != "score":
        return ()
    found = [flip for flip in (_weight_flip(routing, winner, settings), _stock_flip(ask, nodes, settings, winner)) if flip]
    return tuple(sorted(found, key=lambda flip: flip.size))


def _weight_flip(routing: Routing, winner: Ranked, settings: Settings) -> Flip | None:
    """The smallest relative change of one weight, the others as they are, with which another plan scores lower."""
    best: Flip | None = None
    for other in routing.plans[1:]:
        if other.rejected:
            continue
        gap = other.score - winner.score
        for term in TERMS:
            apart, weight = winner.normal[term] - other.normal[term], settings.weights.of(term)
            if not apart or not weight:
                continue
            to = weight + gap / apart
            size = abs(to - weight) / weight
            if 0 <= to <= 1 and (best is None or size < best.size - 1e-9):
                more = "more" if to > weight else "less"
                says = f"{other.plan.name} would win if {WORDS[term]} counted {more}: {to:.2f} instead of {weight:.2f}."
                best = Flip("weight", other.plan.name, round(size, 6), says)
    return best


def _stock_flip(ask: Ask, nodes: tuple[Node, ...], settings: Settings, winner: Ranked) -> Flip | None:
    """The fewest units that have to lie at one node more, or at the winner less, for another plan to win."""
    wanted = sum(one.units for one in ask.lines)
    tries: list[tuple[int, Node, dict[str, int], str]] = []
    for node in nodes:
        short = {one.sku: max(one.units - node.free.get(one.sku, 0), 0) for one in ask.lines}
        units = sum(short.values())
        if 0 < units <= MOST_UNITS:
            what = ", ".join(f"{count} more of {sku or 'an item without SKU'}" for sku, count in short.items() if count)
            tries.append((units, node, {sku: node.free.get(sku, 0) + count for sku, count in short.items()}, f"had {what}"))
    for parcel in winner.plan.parcels:
        for one, units in parcel.lines:
            spare = parcel.node.free.get(one.sku, 0) - units
            if 0 <= spare < MOST_UNITS:
                what = f"had {spare + 1} fewer of {one.sku or 'an item without SKU'}"
                tries.append((spare + 1, parcel.node, {one.sku: units - 1}, what))
    for units, node, free, what in sorted(tries, key=lambda one: (one[0], one[1].id, one[3])):
        changed = tuple(replace(one, free={**one.free, **free}) if one.id == node.id else one for one in nodes)
        ranked = rank(ask, candidates(ask, sift(ask, changed, settings)[0], settings), settings)
        if ranked and not ranked[0].rejected and ranked[0].plan.key != winner.plan.key:
            return Flip(
                "stock", ranked[0].plan.name, round(units / max(wanted, 1), 6), f"{ranked[0].plan.name} would win if {node.name} {what}."
            )
    return None
