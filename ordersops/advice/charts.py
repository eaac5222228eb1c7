"""Drawings of figures as plain coordinates; the templates make SVG of them. A table with the same figures lies beside each."""

from dataclasses import dataclass
from math import sqrt

from ordersops.advice.calibration import Calibration

LEFT, TOP, SIZE = 40, 12, 300  # of the square in which the curve lies, in units of the drawing
TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Dot:
    """One bin: where it lies, how sure that is, and how many orders it stands for."""

    x: float
    y: float
    top: float  # of the interval
    bottom: float
    radius: float
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    dots: tuple[Dot, ...]
    line: str  # the points of a polyline
    ticks: tuple[Tick, ...]
    left: int = LEFT
    top: int = TOP
    size: int = SIZE
    right: int = LEFT + SIZE
    bottom: int = TOP + SIZE


def curve(calibration: Calibration) -> Curve:
    """Mean score of each bin across, share that turned out bad upwards. On the diagonal a score means what it says."""
    most = max((one.bad.whole for one in calibration.bins), default=1)
    dots = tuple(
        Dot(
            _across(one.mean / 100), _up(one.bad.value or 0), _up(one.bad.high), _up(one.bad.low), round(3 + 5 * sqrt(one.bad.whole / most), 1),
            f"Score {one.low} to {one.high}: {one.bad.part} of {one.bad.whole} turned out bad ({one.bad.percent}; {one.bad.interval})",
        )
        for one in calibration.bins
    )  # fmt: skip
    ticks = tuple(Tick(_across(tick / 100), _up(tick / 100), str(tick)) for tick in TICKS)
    return Curve(dots, " ".join(f"{dot.x},{dot.y}" for dot in dots), ticks)


def _across(share: float) -> float:
    return round(LEFT + share * SIZE, 1)


def _up(share: float) -> float:
    return round(TOP + (1 - share) * SIZE, 1)
