"""Every signal fires on what it is about, stays quiet otherwise, and never counts what is missing."""

from dataclasses import replace

import pytest

from fraud.catalogue import FACTS
from fraud.signals import GROUPS, SIGNALS, see
from fraud.weights import WEIGHTS
from ordersops.advice.facts import Evidence
from ordersops.advice.verify import Claim, verify
from ordersops.advice.verify.prose import loose_in_sentence
from tests.fraud.cases_of_signals import CASES, Facts
from tests.fraud.sheets import evidence

FIRING = [(key, facts, level) for key, (fires, _) in CASES.items() for facts, level in fires]
QUIET = [(key, facts) for key, (_, quiet) in CASES.items() for facts in quiet]


def _name(value: object) -> str:
    return value if isinstance(value, str) else ""


def test_every_signal_is_in_the_table_of_cases_and_has_weights() -> None:
    assert set(SIGNALS) == set(CASES) == set(WEIGHTS)
    assert len(SIGNALS) >= 25


def test_every_level_of_every_weight_is_reached() -> None:
    for key, weights in WEIGHTS.items():
        assert {level for _, level in CASES[key][0]} == set(range(len(weights))), key


def test_entries_name_known_groups_and_facts() -> None:
    for signal in SIGNALS.values():
        assert signal.group in GROUPS
        assert signal.needs
        assert set(signal.needs) <= set(FACTS)
        assert signal.label
        assert signal.source.startswith("fraud.md")


@pytest.mark.parametrize(("key", "facts", "level"), FIRING, ids=_name)
def test_a_signal_fires(key: str, facts: Facts, level: int) -> None:
    seen = SIGNALS[key].see(evidence(**facts))
    assert seen is not None
    assert seen.points == WEIGHTS[key][level]
    assert seen.state == ("fired" if seen.points > 0 else "clearing")
    assert seen.says
    assert len(seen.says) <= 300


@pytest.mark.parametrize(("key", "facts"), QUIET, ids=_name)
def test_a_signal_stays_quiet(key: str, facts: Facts) -> None:
    assert SIGNALS[key].see(evidence(**facts)) is None


@pytest.mark.parametrize(("key", "facts", "level"), FIRING, ids=_name)
def test_what_is_missing_adds_no_points(key: str, facts: Facts, level: int) -> None:
    """Law 8: blank any one fact that the signal needs, in either way of being missing."""
    whole = evidence(**facts)
    for needed in SIGNALS[key].needs:
        for state in ("unavailable", "not_collected"):
            blanked = Evidence(replace(fact, value=None, state=state) if fact.key == needed else fact for fact in whole)
            points = {one.key: one.points for one in see(blanked)}
            assert points.get(key, 0) == 0
            assert points.get(f"no_{needed}", 0) == 0


def test_nothing_known_is_no_risk() -> None:
    assert sum(one.points for one in see(evidence())) == 0
    assert {one.state for one in see(evidence())} == {"unavailable"}


@pytest.mark.parametrize(("key", "facts", "level"), FIRING, ids=_name)
def test_its_claims_hold_and_its_numbers_are_cited(key: str, facts: Facts, level: int) -> None:
    known = evidence(**facts)
    seen = SIGNALS[key].see(known)
    assert seen is not None
    checked = verify([Claim(fact, op, value, "for", "") for fact, op, value in seen.claims], known)
    assert checked
    assert all(claim.verified for claim in checked), checked
    assert not loose_in_sentence(replace(checked[0], sentence=seen.says), known.facts[checked[0].fact])


def test_a_full_window_says_or_more() -> None:
    seen = SIGNALS["email_velocity"].see(evidence(orders_by_email_1h=50))
    assert seen is not None
    assert seen.says.startswith("50 or more")
