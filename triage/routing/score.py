"""Step 2: the terms of each plan, normalised over the candidates, weighted, summed, and put in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from triage.routing.filters import crosses, leaves_on
from triage.routing.model import Ask, Node, Parcel, Plan, Point, Terms
from triage.routing.settings import CUSTOMS_UNION, TERMS, Settings, Tariff

EARTH_KM = 6371.0
HALF = 0.5  # an unknown distance, where others are known: neither near nor far


@dataclass(frozen=True, slots=True)
class Ranked:
    """A plan with its terms, what each contributes to the score, and the score. Lower is better."""

    plan: Plan
    terms: Terms
    normal: Mapping[str, float]
    contributions: Mapping[str, float]
    score: float
    rejected: str = ""  # why a hard promise rules it out


def rank(ask: Ask, plans: Sequence[Plan], settings: Settings) -> tuple[Ranked, ...]:
    """The plans, the best first; those that a hard promise rules out stand last."""
    measured = [(plan, _terms(ask, plan, settings)) for plan in plans]
    columns = {term: [value for _, terms in measured if (value := getattr(terms, term)) is not None] for term in TERMS}
    keeps = settings.hard_promise and any(terms.late <= settings.late_at_most for _, terms in measured)
    found = []
    for plan, terms in measured:
        normal = {term: _normal(term, getattr(terms, term), columns[term]) for term in TERMS}
        contributions = {term: settings.weights.of(term) * normal[term] for term in TERMS}
        late = f"It would be late with a chance of {terms.late:.0%}." if keeps and terms.late > settings.late_at_most else ""
        found.append(Ranked(plan, terms, normal, contributions, round(sum(contributions.values()), 6), late))
    return tuple(sorted(found, key=lambda one: (bool(one.rejected), *_order(ask, one, settings))))


def _order(ask: Ask, one: Ranked, settings: Settings) -> tuple[object, ...]:
    """By score, or by one criterion after the other; then fewer parcels, lower cost, the node's priority, the node's id."""
    first: tuple[object, ...] = (
        (one.score,) if settings.mode == "score" else tuple(_criterion(ask, one, name) for name in settings.criteria)
    )
    nodes = sorted((parcel.node.priority, parcel.node.id) for parcel in one.plan.parcels)
    return (*first, len(one.plan.parcels), round(one.terms.cost, 2), [node[0] for node in nodes], [node[1] for node in nodes])


def _criterion(ask: Ask, one: Ranked, name: str) -> float:
    if name == "market":  # nodes outside the market of the destination
        return sum(parcel.node.country != ask.country for parcel in one.plan.parcels)
    value = getattr(one.terms, name)
    return float("inf") if value is None else round(float(value), 6)


def _normal(term: str, value: float | None, column: Sequence[float]) -> float:
    """late is a chance and counts as it is, split/(1+split) as the policy has it; the others go from 0 to 1 over the candidates."""
    if term == "late":
        return value or 0.0
    if term == "split":
        return (value or 0) / (1 + (value or 0))
    if not column:
        return 0.0
    low, high = min(column), max(column)
    if value is None:
        return HALF if high > low else 0.0
    return (value - low) / (high - low) if high > low else 0.0


def _terms(ask: Ask, plan: Plan, settings: Settings) -> Terms:
    parcels = [(parcel, settings.tariff(ask.service, zone(ask, parcel.node, settings))) for parcel in plan.parcels]
    taken = _taken(plan)
    dists = [distance_km(parcel.node.point, ask.point) for parcel, _ in parcels]
    return Terms(
        cost=sum(_cost(ask, parcel, tariff, settings) for parcel, tariff in parcels),
        speed=max(tariff.p90 + (leaves_on(parcel.node, ask, settings) - ask.now.date()).days for parcel, tariff in parcels),
        late=_late(ask, parcels, settings),
        dist=None if None in dists else sum(dist for dist in dists if dist is not None),
        load=max((parcel.node.queued + 1) / parcel.node.capacity if parcel.node.capacity else 0.0 for parcel, _ in parcels),
        stockrisk=max(
            parcel.node.demand.get(wanted.sku, 0) / (parcel.node.free.get(wanted.sku, 0) - taken[parcel.node.id, wanted.sku] + 1)
            for parcel, _ in parcels
            for wanted, _ in parcel.lines
        ),
        split=len(parcels) - 1,
    )


def _taken(plan: Plan) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for parcel in plan.parcels:
        for wanted, units in parcel.lines:
            found[parcel.node.id, wanted.sku] = found.get((parcel.node.id, wanted.sku), 0) + units
    return found


def _cost(ask: Ask, parcel: Parcel, tariff: Tariff, settings: Settings) -> float:
    """Rate, picking and packing, material, and duties where the parcel passes customs. Transfers between nodes are not planned."""
    rate = tariff.parcel + tariff.per_kg * parcel.grams / 1000
    duties = parcel.worth * settings.duty_share if crosses(parcel.node.country, ask.country) else 0
    return float(rate + parcel.node.pick_pack + settings.pack_material + duties)


def _late(ask: Ask, parcels: Sequence[tuple[Parcel, Tariff]], settings: Settings) -> float:
    """The chance that something arrives after the promised day: parcels travel by themselves. Nothing is late where nothing was promised."""
    if ask.promised is None:
        return 0.0
    in_time = 1.0
    for parcel, tariff in parcels:
        in_time *= arrived_within(tariff, (ask.promised - leaves_on(parcel.node, ask, settings)) / timedelta(days=1))
    return 1.0 - in_time


def arrived_within(tariff: Tariff, days: float) -> float:
    """The share of parcels that are there within so many days: between the carrier's percentiles in a straight line.

    Nothing arrives before it left; after the last percentile its share stays.
    """
    if days < 0:
        return 0.0
    points = [(0.0, 0.0), *((within, share / 100) for share, within in sorted(tariff.days.items()))]
    found = 0.0
    for (low, before), (high, share) in pairwise(points):
        if days >= high:
            found = share
        elif days >= low:
            return before + (share - before) * (days - low) / (high - low)
    return found


def zone(ask: Ask, node: Node, settings: Settings) -> str:
    """How far it is in the words of tariffs: near, domestic, union (customs union) or abroad."""
    if node.country == ask.country:
        km = distance_km(node.point, ask.point)
        return "near" if km is not None and km <= settings.near_km else "domestic"
    return "union" if {node.country, ask.country} <= CUSTOMS_UNION else "abroad"


def distance_km(one: Point | None, other: Point | None) -> float | None:
    """Along the great circle (haversine)."""
    if one is None or other is None:
        return None
    (lat1, lon1), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(h, 1.0)))
