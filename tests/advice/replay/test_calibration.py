"""Intervals, Brier score and percentiles against figures worked out elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordersops.advice.calibration import NOTHING, Share, calibrate, percentile, wilson
from ordersops.advice.charts import LEFT, SIZE, TOP, curve


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # R 4.3, prop.test(part, whole, correct = FALSE)$conf.int, and Wilson's limits at the ends
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962), (1, 10, 0.0179, 0.4042), (81, 263, 0.2553, 0.3662)],
)
def test_wilson(part: int, whole: int, low: float, high: float) -> None:
    found = wilson(part, whole)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_an_interval_holds_its_share(of: tuple[int, int]) -> None:
    share = Share(*of)
    assert 0 <= share.low <= share.value + 1e-9 <= share.high + 2e-9 <= 1 + 2e-9


def test_without_observations_nothing_is_known() -> None:
    assert (NOTHING.value, NOTHING.low, NOTHING.high, NOTHING.percent, bool(NOTHING)) == (None, 0.0, 1.0, "–", False)


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(0, 9, "0 %"), (9, 9, "100 %"), (999, 1000, "99.9 %"), (1, 5000, "0.1 %"), (2, 3, "67 %")]
)
def test_a_share_in_words_never_rounds_to_all_or_nothing(part: int, whole: int, words: str) -> None:
    assert Share(part, whole).percent == words


def test_the_brier_score() -> None:
    assert calibrate([(100, True), (0, False)]).brier == 0
    assert calibrate([(50, True), (50, False)]).brier == 0.25
    assert calibrate([(100, False), (80, True)]).brier == pytest.approx((1 + 0.04) / 2)
    assert calibrate([]).brier is None


def test_every_score_is_in_one_bin() -> None:
    found = calibrate([(score, score >= 50) for score in range(101)])
    assert sum(one.bad.whole for one in found.bins) == 101
    assert [one.bad.whole for one in found.bins] == [10] * 9 + [11]
    assert (found.bins[0].mean, found.bins[-1].mean) == (4.5, 95.0)
    assert [one.bad.part for one in found.bins] == [0] * 5 + [10] * 4 + [11]


def test_the_curve_lies_within_its_square() -> None:
    drawn = curve(calibrate([(0, False), (100, True), (55, False), (55, True)]))
    assert [(dot.x, dot.y) for dot in drawn.dots] == [(LEFT, TOP + SIZE), (LEFT + 0.55 * SIZE, TOP + SIZE / 2), (LEFT + SIZE, TOP)]
    assert all(TOP <= dot.top <= dot.y <= dot.bottom <= TOP + SIZE for dot in drawn.dots)
    assert "1 of 2 turned out bad" in drawn.dots[1].title


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([7], 0.95, 7), (list(range(1, 21)), 0.95, 19), ([3, 1, 2], 0.5, 2), ([3, 1, 2], 0.0, 1)],
)
def test_percentile(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected
