"""What the lanes declare as playbooks: every condition, outcome, reason and word has a meaning in its lane."""

import pytest

from fraud.weights import WEIGHTS
from ordersops.cases.lanes import Lane, Play, lanes
from ordersops.review.actions import Said
from ordersops.review.actions.playbooks import checked
from ordersops.review.playbooks import SAW
from ordersops.wording import leaks

pytestmark = pytest.mark.django_db
PLAYS = [pytest.param(lane, play, id=f"{lane.key}/{play.key}") for lane in lanes().values() for play in lane.playbooks]


@pytest.mark.parametrize(("lane", "play"), PLAYS)
def test_every_declared_playbook_has_a_meaning_in_its_lane(lane: Lane, play: Play) -> None:
    said = Said(play.name, play.when, play.steps, play.outcome, play.reason, play.against, play.terms, play.note)
    found = checked(lane, said)
    assert found["terms"] == play.terms
    assert len(found["steps"]) == len(play.steps) >= 2
    assert leaks(" ".join(play.terms.values())) == []
    signals = {value for fact, _, value in play.when if fact == SAW}
    assert signals <= set(WEIGHTS), "a signal that no rule gives"


@pytest.mark.parametrize("lane", lanes().values(), ids=lambda lane: lane.key)
def test_keys_and_names_are_said_once(lane: Lane) -> None:
    assert len({play.key for play in lane.playbooks}) == len({play.name for play in lane.playbooks}) == len(lane.playbooks)
