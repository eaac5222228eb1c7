"""Cohen's kappa and its interval, against the books, against others' code, and against an independent way to the same number."""

import random
from itertools import product
from math import sqrt

import pytest
from sklearn.metrics import cohen_kappa_score

from ordersops.insights.kappa import LEAST, added, kappa, turned

Table = dict[tuple[str, str], int]
# Fleiss, Levin & Paik, Statistical Methods for Rates and Proportions, 3rd ed., table 18.1: two raters, 100 subjects.
BOOK: Table = {
    ("psychotic", "psychotic"): 75, ("psychotic", "neurotic"): 1, ("psychotic", "organic"): 4,
    ("neurotic", "psychotic"): 5, ("neurotic", "neurotic"): 4, ("neurotic", "organic"): 1, ("organic", "organic"): 10,
}  # fmt: skip


def values(table: Table) -> tuple[float, float, float]:
    found = kappa(table)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return found.value, found.low, found.high


def test_the_worked_example_of_fleiss() -> None:
    value, low, high = values(BOOK)
    assert value == pytest.approx(0.676, abs=0.001)
    assert (high - low) / 2 / 1.96 == pytest.approx(0.088, abs=0.001)
    assert (low, high) == (pytest.approx(0.50, abs=0.01), pytest.approx(0.85, abs=0.01))


@pytest.mark.parametrize("seed", range(20))
def test_the_value_is_that_of_scikit_learn(seed: int) -> None:
    table = some_table(seed)
    one = [pair[0] for pair, count in table.items() for _ in range(count)]
    other = [pair[1] for pair, count in table.items() for _ in range(count)]
    assert values(table)[0] == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_the_error_is_that_of_the_delta_method(seed: int) -> None:
    """The variance of a smooth function of multinomial shares, with its gradient taken numerically."""
    table = some_table(seed)
    n = sum(table.values())
    keys = sorted(set(product("abc", "abc")))
    shares = [table.get(key, 0) / n for key in keys]

    def of(cells: list[float]) -> float:
        whole = sum(cells)
        at = {key: cell / whole for key, cell in zip(keys, cells, strict=True)}
        chance = sum(sum(at[one, x] for x in "abc") * sum(at[x, one] for x in "abc") for one in "abc")
        return (sum(at[one, one] for one in "abc") - chance) / (1 - chance)

    step = 1e-6
    slope = []
    for place in range(len(keys)):
        up, down = list(shares), list(shares)
        up[place] += step
        down[place] -= step
        slope.append((of(up) - of(down)) / (2 * step))
    mean = sum(share * one for share, one in zip(shares, slope, strict=True))
    error = sqrt((sum(share * one**2 for share, one in zip(shares, slope, strict=True)) - mean**2) / n)
    value, low, high = values(table)
    assert low == pytest.approx(max(value - 1.959964 * error, -1), abs=1e-5)
    assert high == pytest.approx(min(value + 1.959964 * error, 1), abs=1e-5)


def some_table(seed: int) -> Table:
    draw = random.Random(seed)
    return {key: draw.randint(1, 40) for key in product("abc", "abc")}


def test_few_cases_give_a_share_and_no_kappa() -> None:
    found = kappa({("a", "a"): LEAST - 2, ("a", "b"): 1})
    assert found.value is None
    assert "too few" in found.why
    assert found.agreed.percent == "95 %"


def test_one_answer_for_all_has_no_kappa() -> None:
    found = kappa({("a", "a"): 500})
    assert (found.value, found.low) == (None, None)
    assert "one answer" in found.why


def test_full_agreement_has_no_interval() -> None:
    found = kappa({("a", "a"): 30, ("b", "b"): 20})
    assert (found.value, found.low) == (1.0, None)
    assert "nobody disagreed" in found.why


def test_nobody_agrees_by_more_than_chance() -> None:
    assert values({("a", "a"): 25, ("a", "b"): 25, ("b", "a"): 25, ("b", "b"): 25})[0] == pytest.approx(0)


def test_nothing_is_no_kappa() -> None:
    assert kappa({}).value is None


def test_judges_in_each_others_place_agree_as_much() -> None:
    assert values(BOOK) == pytest.approx(values(turned(BOOK)))
    assert kappa(added([BOOK, BOOK])).n == 200
