"""What routing knows: what is asked for, the nodes, and what a plan is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from ordersops.stores.worktime import Calendar

ALWAYS = Calendar()  # works every day
Point = tuple[float, float]  # latitude, longitude in degrees


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a line that are still to be sent. `worth` is what all of them cost."""

    line: str
    sku: str
    units: int
    worth: Decimal = Decimal(0)
    grams: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """One order as routing sees it. `needs` is what a node must be able to do for any part of it (policies.md 4.6, step 0)."""

    lines: tuple[Wanted, ...]
    country: str
    now: datetime
    needs: frozenset[str] = frozenset()
    point: Point | None = None
    channel: str = ""
    value: Decimal = Decimal(0)
    service: str = "standard"
    promised: date | None = None
    not_from: frozenset[str] = frozenset()  # nodes that have said no to this order


@dataclass(frozen=True, slots=True)
class Node:
    """A place that goods can leave from, with what is free of each SKU there: on hand, less kept, less safety stock."""

    id: str
    name: str
    country: str
    free: Mapping[str, int] = field(default_factory=dict)
    active: bool = True
    paused: str = ""  # why, where it is
    capabilities: frozenset[str] = frozenset()
    serves: frozenset[str] = frozenset()  # empty: everywhere
    channels: frozenset[str] = frozenset()  # empty: all
    calendar: Calendar = ALWAYS
    cut_off: time | None = None
    handling_days: int = 1
    capacity: int | None = None
    queued: int = 0
    point: Point | None = None
    pick_pack: Decimal = Decimal(0)
    priority: int = 100
    demand: Mapping[str, int] = field(default_factory=dict)  # units of each SKU that left or were asked for in seven days


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one node sends: (line, units) pairs in the order of the lines."""

    node: Node
    lines: tuple[tuple[Wanted, int], ...]

    @property
    def grams(self) -> int:
        return sum(wanted.grams * units for wanted, units in self.lines)

    @property
    def worth(self) -> Decimal:
        return sum((wanted.worth * units / wanted.units for wanted, units in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Plan:
    """Every line from somewhere."""

    parcels: tuple[Parcel, ...]

    @property
    def key(self) -> str:
        return "+".join(sorted(parcel.node.id for parcel in self.parcels))

    @property
    def name(self) -> str:
        return " + ".join(parcel.node.name for parcel in self.parcels)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a plan before they are normalised. `dist` is None where a place is not known well enough."""

    cost: float
    speed: float
    late: float
    dist: float | None
    load: float
    stockrisk: float
    split: int
