"""The formulas against known values, and each gate just below and just above."""

from collections.abc import Callable

import pytest

from ordersops.rollout.figures import Agreement, people_decisions
from ordersops.rollout.gates import cannot_be_kept, drifted, gates, lower_bound, missing, next_rung, percentile_95, stability
from ordersops.rollout.models import PolicyVersion, TrialSource, Void
from ordersops.stores.models import Store
from tests.rollout.measured import here, measure

pytestmark = pytest.mark.django_db


# Newcombe, Statistics in Medicine 17 (1998), table I, method 3, to four decimals.
@pytest.mark.parametrize(("agreed", "n", "bound"), [(81, 263, 0.2553), (15, 148, 0.0624), (0, 20, 0.0), (1, 29, 0.0061)])
def test_the_wilson_bound_is_that_of_the_books(agreed: int, n: int, bound: float) -> None:
    assert lower_bound(agreed, n) == pytest.approx(bound, abs=5e-5)


def test_the_wilson_bound_of_nothing_is_nothing() -> None:
    assert lower_bound(0, 0) == 0


# Of 98 in 100 the bound is 0.929996: just below.
@pytest.mark.parametrize(
    ("n", "agreed", "lost"), [(100, 100, False), (100, 99, False), (100, 98, True), (2, 0, True), (1, 0, False), (0, 0, False)]
)
def test_a_hundred_checks_bear_one_disagreement_and_no_more(n: int, agreed: int, lost: bool) -> None:
    assert cannot_be_kept(Agreement(n, agreed)) is lost


@pytest.mark.parametrize(("values", "found"), [([], None), ([7], 7), (list(range(1, 101)), 95), (list(range(1, 21)), 19)])
def test_the_95th_percentile_is_the_nearest_rank(values: list[int], found: int | None) -> None:
    assert percentile_95(values) == found


def test_the_same_scores_have_not_drifted_and_others_have() -> None:
    assert stability([10, 50, 90] * 40, [10, 50, 90] * 80) == pytest.approx(0, abs=0.01)
    # Two bins, half and half against nine to one: (0.9 - 0.5) * ln(0.9 / 0.5) + (0.1 - 0.5) * ln(0.1 / 0.5) = 0.879.
    assert stability([5] * 5000 + [95] * 5000, [5] * 9000 + [95] * 1000) == pytest.approx(0.879, abs=0.005)


def test_drift_needs_a_hundred_scores_on_either_side() -> None:
    assert drifted([5] * 100, [95] * 100)
    assert not drifted([5] * 99, [95] * 100)
    assert not drifted([5] * 100, [95] * 99)
    assert not drifted([5, 95] * 100, [5, 95] * 100)


def test_the_rungs_in_their_order() -> None:
    assert [next_rung(mode) for mode in ("off", "shadow", "assist", "sampled", "auto")] == ["shadow", "assist", "sampled", "auto", ""]


TWO_PEOPLE = "2 people must have decided, neither the policy's author nor who promotes; nobody has so far."
NOBODY_YET = [
    "200 more decisions by people.", "No agreement is measured yet.", TWO_PEOPLE, "200 more decisions by people in this scope, ever.",
]  # fmt: skip


@pytest.mark.parametrize(
    ("to", "n", "wrong", "source", "lacking"),
    [
        ("assist", 99, 0, "replay", ["1 more decisions."]),
        ("assist", 100, 8, "replay", []),
        ("assist", 100, 9, "person", ["Agreement is at least 83.7 % with 95 % confidence; 85 % is needed."]),
        ("sampled", 200, 1, "person", []),
        ("sampled", 200, 2, "person", ["Agreement is at least 96.4 % with 95 % confidence; 97 % is needed."]),
        ("sampled", 200, 0, "replay", NOBODY_YET),
        ("sampled", 138, 0, "person", ["62 more decisions by people.", "62 more decisions by people in this scope, ever."]),
        ("auto", 200, 0, "sampled", []),
        ("auto", 200, 0, "person", ["200 more checks of automatic decisions.", "No agreement is measured yet.", TWO_PEOPLE]),
    ],
)  # fmt: skip
def test_what_is_missing_to_climb(
    to: str, n: int, wrong: int, source: str, lacking: list[str], store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    in_force()
    measure(store, n, wrong=wrong, source=source)
    assert missing(gates(here().in_force, to)) == lacking


def test_the_policy_must_allow_the_rung(store: Store) -> None:
    assert "The policy allows assist at most; a new version must allow sampled." in missing(gates(here().in_force, "sampled"))


def test_what_was_undone_does_not_count(store: Store) -> None:
    first, *_ = measure(store, 100)
    Void.objects.create(decision=first.decision)
    assert missing(gates(here().in_force, "assist")) == ["1 more decisions."]


def test_another_advisor_or_policy_does_not_count(store: Store) -> None:
    measure(store, 100, advisor="claude another")
    measure(store, 100, policy_version="fraud/everything/9")
    assert "100 more decisions." in missing(gates(here().in_force, "assist"))


def test_a_decision_counts_once_whoever_measured_it(store: Store) -> None:
    for trial in measure(store, 60):
        trial.pk, trial.source = None, TrialSource.REPLAY
        trial.save(force_insert=True)
    assert "40 more decisions." in missing(gates(here().in_force, "assist"))


def test_the_first_decisions_are_those_of_the_scope_itself(store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    """A store's own scope and everybody's of the same name are two."""
    in_force()
    in_force(store)
    measure(store, 7, at=here(store))
    assert (people_decisions(here(store).in_force), people_decisions(here().in_force)) == (7, 0)
    measure(store, 5)
    assert people_decisions(here().in_force) == 5
