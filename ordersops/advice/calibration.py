"""How good a number is: intervals of shares, and scores held against what turned out to be true. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

Z95 = 1.959964  # two-sided, 95 %
BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % Wilson interval: it stays within 0 and 1 and is honest about few observations."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def low(self) -> float:
        return wilson(self.part, self.whole)[0]

    @property
    def high(self) -> float:
        return wilson(self.part, self.whole)[1]

    @property
    def percent(self) -> str:
        """To a whole percent, but never 100 where one is missing, nor 0 where there is one."""
        if self.value is None:
            return "–"
        if 0 < self.part < self.whole:
            return f"{min(max(self.value * 100, 0.1), 99.9):.{0 if 1 <= self.value * 100 <= 99 else 1}f} %"
        return f"{self.value * 100:.0f} %"

    @property
    def interval(self) -> str:
        return f"{self.low * 100:.0f} to {self.high * 100:.0f} %"

    # Of 100, for drawings.
    @property
    def value_percent(self) -> float:
        return round((self.value or 0) * 100, 1)

    @property
    def low_percent(self) -> float:
        return round(self.low * 100, 1)

    @property
    def range_percent(self) -> float:
        return round((self.high - self.low) * 100, 1)

    def __bool__(self) -> bool:
        return self.whole > 0

    def as_json(self) -> dict[str, float | int | None]:
        return {
            "part": self.part, "whole": self.whole, "share": _rounded(self.value), "low": _rounded(self.low), "high": _rounded(self.high),
        }  # fmt: skip


NOTHING = Share(0, 0)


def wilson(part: int, whole: int, z: float = Z95) -> tuple[float, float]:
    """The score interval of Wilson (1927) for a share. Without observations it is everything: 0 to 1."""
    if whole <= 0:
        return 0.0, 1.0
    share, square = part / whole, z * z
    centre = (share + square / (2 * whole)) / (1 + square / whole)
    half = z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class Bin:
    """The scores from `low` up to, and without, `high` (the last with it): how many there were, their mean, and how many turned out bad."""

    low: int
    high: int
    mean: float
    bad: Share


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores of 0 to 100 read as the chance that an order is bad, held against labels.

    `brier` is the mean squared distance (Brier 1950): 0 is perfect, 0.25 is what a constant 50 would get.
    """

    count: int
    bad: int
    brier: float | None
    bins: tuple[Bin, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "count": self.count, "bad": self.bad, "brier": _rounded(self.brier),
            "bins": [{"from": one.low, "to": one.high, "mean": _rounded(one.mean), **one.bad.as_json()} for one in self.bins],
        }  # fmt: skip


UNKNOWN = Calibration(0, 0, None, ())


def calibrate(pairs: Iterable[tuple[int, bool]], bins: int = BINS) -> Calibration:
    """Out of (score, was it bad). Bins without a score are left out."""
    kept = [(score, bad) for score, bad in pairs]
    if not kept:
        return UNKNOWN
    width = 100 // bins
    found = []
    for low in range(0, 100, width):
        inside = [(score, bad) for score, bad in kept if low <= score < low + width or (score == 100 and low + width == 100)]
        if inside:
            found.append(
                Bin(low, low + width, sum(score for score, _ in inside) / len(inside), Share(sum(bad for _, bad in inside), len(inside)))
            )
    brier = sum((score / 100 - bad) ** 2 for score, bad in kept) / len(kept)
    return Calibration(len(kept), sum(bad for _, bad in kept), brier, tuple(found))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which this share lies, taken from the values themselves (nearest rank); None without any."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(ceil(round(share * len(ordered), 9)) - 1, 0)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
