"""How far two judgements of the same cases agree beyond chance. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from ordersops.advice.calibration import Z95, Share

# Under so many pairs the large-sample interval says nothing. Ours.
LEAST = 20

Table = Mapping[tuple[str, str], int]  # (first answer, second answer) -> how often


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of a table, with its 95 % interval. Where one of them has no meaning it is None, and `why` says so in words."""

    agreed: Share
    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""

    @property
    def n(self) -> int:
        return self.agreed.whole

    @property
    def shown(self) -> str:
        return "–" if self.value is None else f"{self.value:.2f}".replace("-", "−")

    @property
    def interval(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return f"{self.low:.2f} to {self.high:.2f}".replace("-", "−")


def kappa(table: Table) -> Kappa:
    """Cohen's kappa: (po − pe) / (1 − pe), where po is the share on which both agree and pe what their own habits give by chance
    (Cohen 1960, Educational and Psychological Measurement 20:37-46).

    The interval is value ± 1.96 standard errors, cut at −1 and 1, with the large-sample variance for a kappa that is not 0
    (Fleiss, Cohen & Everitt 1969, Psychological Bulletin 72:323-327):

        {Σi pii [1 − (pi. + p.i)(1 − κ)]² + (1 − κ)² Σi≠j pij (p.i + pj.)² − [κ − pe (1 − κ)]²} / [n (1 − pe)²]

    Degenerate tables: under LEAST pairs there is only the share; where both always gave one and the same answer, kappa is 0 / 0;
    where nobody ever disagreed, the variance is 0, which is no certainty, so there is no interval.
    """
    pairs = {pair: count for pair, count in table.items() if count > 0}
    n = sum(pairs.values())
    agreed = Share(sum(count for (one, other), count in pairs.items() if one == other), n)
    if n < LEAST:
        return Kappa(agreed, why=f"too few: {n} of {LEAST} cases")
    first, second = _margin(pairs, 0), _margin(pairs, 1)
    chance = sum(first.get(answer, 0) * second.get(answer, 0) for answer in {*first, *second}) / (n * n)
    if chance == 1:
        return Kappa(agreed, why="everybody always gave one answer")
    value = (agreed.part / n - chance) / (1 - chance)
    if agreed.part == n:
        return Kappa(agreed, value, why="nobody disagreed: no interval")
    error = sqrt(max(_variance(pairs, n, chance, value), 0.0))
    return Kappa(agreed, value, max(value - Z95 * error, -1.0), min(value + Z95 * error, 1.0))


def _margin(pairs: Table, place: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for pair, count in pairs.items():
        found[pair[place]] = found.get(pair[place], 0) + count
    return found


def _variance(pairs: Table, n: int, chance: float, value: float) -> float:
    row = {answer: count / n for answer, count in _margin(pairs, 0).items()}
    column = {answer: count / n for answer, count in _margin(pairs, 1).items()}
    rest, found = 1 - value, 0.0
    for (one, other), count in pairs.items():
        if one == other:
            found += count / n * (1 - (row[one] + column[one]) * rest) ** 2
        else:
            found += count / n * (rest * (column.get(one, 0.0) + row.get(other, 0.0))) ** 2
    return (found - (value - chance * rest) ** 2) / (n * (1 - chance) ** 2)


def added(tables: Iterable[Table]) -> dict[tuple[str, str], int]:
    """Several tables as one."""
    found: dict[tuple[str, str], int] = {}
    for table in tables:
        for pair, count in table.items():
            found[pair] = found.get(pair, 0) + count
    return found


def turned(table: Table) -> dict[tuple[str, str], int]:
    """The table with the two judges in each other's place. Kappa and its interval are the same."""
    return {(other, one): count for (one, other), count in table.items()}
