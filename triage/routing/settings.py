"""Weights, limits and tariffs of routing with their defaults (policies.md 4.6). Policy data: a policy version of the lane overrules any of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

TERMS = ("cost", "late", "speed", "load", "stockrisk", "dist", "split")


@dataclass(frozen=True, slots=True)
class Weights:
    """What each term counts in the score. The defaults are those of policies.md 4.6."""

    cost: float = 0.30
    late: float = 0.25
    speed: float = 0.10
    load: float = 0.10
    stockrisk: float = 0.10
    dist: float = 0.05
    split: float = 0.10

    def of(self, term: str) -> float:
        found: float = getattr(self, term)
        return found


@dataclass(frozen=True, slots=True)
class Tariff:
    """A carrier's service in a zone: what a parcel costs, and in how many days which share of them is there (days by percentile)."""

    parcel: Decimal
    per_kg: Decimal
    days: Mapping[int, float]

    @property
    def p90(self) -> float:
        return self.days[90]


def _tariff(parcel: str, per_kg: str, p50: float, p75: float, p90: float, p99: float) -> Tariff:
    return Tariff(Decimal(parcel), Decimal(per_kg), MappingProxyType({50: p50, 75: p75, 90: p90, 99: p99}))


# (service, zone) -> tariff. Ours: a store's own agreements belong into its policy.
TARIFFS: dict[tuple[str, str], Tariff] = {
    ("standard", "near"): _tariff("4.20", "0.30", 1, 1, 2, 3),
    ("standard", "domestic"): _tariff("4.90", "0.50", 2, 2, 3, 5),
    ("standard", "union"): _tariff("9.80", "1.10", 3, 4, 5, 8),
    ("standard", "abroad"): _tariff("18.50", "4.20", 6, 8, 10, 18),
    ("expedited", "near"): _tariff("8.90", "0.60", 1, 1, 1, 2),
    ("expedited", "domestic"): _tariff("11.50", "0.90", 1, 1, 2, 3),
    ("expedited", "union"): _tariff("19.00", "2.40", 2, 2, 3, 4),
    ("expedited", "abroad"): _tariff("34.00", "6.80", 3, 4, 5, 9),
}
# Inside it goods pass without customs.
CUSTOMS_UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" ")  # noqa: SIM905  a list of codes reads better
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a store routes. `mode` is `score` or `lexicographic` (then `criteria` decide one after the other, and the score only informs)."""

    weights: Weights = Weights()
    mode: str = "score"
    criteria: tuple[str, ...] = ("split", "market", "dist")
    max_split: int = 1  # parcels beyond the first
    split_from: Decimal = Decimal(40)  # an order worth less goes in one parcel
    hard_promise: bool = False
    late_at_most: float = 0.10  # with a hard promise
    near_km: float = 300.0
    pack_material: Decimal = Decimal("0.60")
    duty_share: Decimal = Decimal("0.12")  # of what goods are worth, where they pass customs
    open_within: int = 3  # days within which a node has to work again
    clear_margin: float = 0.03  # the winner is clear when the next plan is so much worse
    reroutes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({"standard": 2, "expedited": 1}))
    tariffs: Mapping[tuple[str, str], Tariff] = field(default_factory=lambda: TARIFFS)

    def tariff(self, service: str, zone: str) -> Tariff:
        return self.tariffs.get((service, zone)) or self.tariffs["standard", zone]


def read(stated: Mapping[str, Any] | None) -> Settings:
    """The settings that a policy version states, over the defaults. Unknown words are left out: the policy's schema refuses them before."""
    given = dict(stated or {})
    weights = {term: float(value) for term, value in (given.get("weights") or {}).items() if term in TERMS}
    plain: dict[str, Any] = {}
    for name in ("mode", "max_split", "hard_promise", "late_at_most", "near_km", "open_within", "clear_margin"):
        if name in given:
            plain[name] = given[name]
    for name in ("split_from", "pack_material", "duty_share"):
        if name in given:
            plain[name] = Decimal(str(given[name]))
    if "criteria" in given:
        plain["criteria"] = tuple(given["criteria"])
    return Settings(weights=Weights(**weights), **plain)
