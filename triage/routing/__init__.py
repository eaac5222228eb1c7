"""Where an order ships from, exactly as policies.md 4.6: hard filters, candidate plans, a score of seven terms, and why the winner won.

Pure: plain frozen values in, plain frozen values out, no database and no clock. `route` reads like the page of the policy.
"""

from triage.routing.explain import Flip, flips
from triage.routing.filters import Excluded, sift
from triage.routing.model import Ask, Node, Parcel, Plan, Terms, Wanted
from triage.routing.plans import candidates, shortages
from triage.routing.score import Ranked, rank
from triage.routing.settings import Settings, Tariff, Weights
from triage.routing.solve import Routing, route

__all__ = [
    "Ask", "Excluded", "Flip", "Node", "Parcel", "Plan", "Ranked", "Routing", "Settings", "Tariff", "Terms", "Wanted", "Weights",
    "candidates", "flips", "rank", "route", "shortages", "sift",
]  # fmt: skip
