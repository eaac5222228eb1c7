"""What a decision measures: each advisor on its own answers; and harm, which takes a scope down at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ordersops.accounts.models import User
from ordersops.advice.models import Recommendation, Replay, ReplayAnswer
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden
from ordersops.review.models import Decision
from ordersops.rollout.actions import observe, observe_replay, report_harm, void
from ordersops.rollout.figures import agreement
from ordersops.rollout.gates import gates, missing
from ordersops.rollout.models import Consideration, Harm, PolicyVersion, Step, Trial
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, RecommendationFactory
from tests.kernel.history import events
from tests.rollout.measured import here, measure, stand

pytestmark = pytest.mark.django_db


def decided(store: Store, by: User, *, outcome: str = "decline", source: str = "person", **advice: Any) -> Decision:
    """A decision on advice of the scorecard as it is in force."""
    name, _, version = here().in_force.advisor_version.partition(" ")
    given = {"advisor": name, "advisor_version": version, "policy_version": here().in_force.version, **advice}
    case = CaseFactory(order__store=store, **{f"advice__{key}": value for key, value in given.items()})
    found: Decision = DecisionFactory(case=case, by=by, outcome=outcome, source=source)
    return found


def beside(decision: Decision, **fields: Any) -> Recommendation:
    """Another answer on the same evidence."""
    first = decision.recommendation
    row: Recommendation = RecommendationFactory(
        order=first.order, snapshot=first.snapshot, **{"policy_version": first.policy_version, "shown": False, **fields}
    )
    return row


# --- Observing --------------------------------------------------------------------------------------------------------
def test_every_advisor_is_measured_on_its_own_answer(fraud_reviewer: User, store: Store) -> None:
    decision = decided(store, fraud_reviewer)
    beside(decision, advisor="claude", advisor_version="m/fraud-1", outcome="release")
    trials = {trial.advisor: trial for trial in observe(decision=decision)}
    assert {name: trial.agreed for name, trial in trials.items()} == {here().in_force.advisor_version: True, "claude m/fraud-1": False}
    assert {trial.source for trial in trials.values()} == {"person"}
    assert trials["claude m/fraud-1"].advised == "release"


def test_of_two_answers_of_the_same_advisor_the_newer_counts(fraud_reviewer: User, store: Store) -> None:
    decision = decided(store, fraud_reviewer)
    beside(decision, advisor="claude", advisor_version="m", outcome="release")
    beside(decision, advisor="claude", advisor_version="m", outcome="decline")
    observe(decision=decision)
    assert [trial.agreed for trial in Trial.objects.filter(advisor="claude m")] == [True]


def test_advice_on_other_evidence_is_not_measured(fraud_reviewer: User, store: Store) -> None:
    decision = decided(store, fraud_reviewer)
    RecommendationFactory(order=decision.recommendation.order, advisor="claude", advisor_version="m")
    assert len(observe(decision=decision)) == 1


def test_observing_twice_measures_once(fraud_reviewer: User, store: Store) -> None:
    decision = decided(store, fraud_reviewer)
    observe(decision=decision)
    observe(decision=decision)
    assert Trial.objects.count() == 1


def test_what_automation_decided_measures_nothing(system: User, store: Store) -> None:
    assert observe(decision=decided(store, system, source="system")) == []


def test_a_drawn_check_is_measured_as_one(fraud_reviewer: User, store: Store) -> None:
    decision = decided(store, fraud_reviewer)
    Consideration.objects.create(recommendation=decision.recommendation, result="sampled")
    (trial,) = observe(decision=decision)
    assert trial.source == "sampled"


def test_an_undone_decision_measures_nothing_any_more(fraud_reviewer: User, store: Store) -> None:
    first, *_ = measure(store, 3)
    void(decision=first.decision)
    void(decision=first.decision)
    assert agreement(here().in_force, ["person"]).n == 2


def test_a_measurement_never_changes(store: Store) -> None:
    measure(store, 1)
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Trial.objects.update(agreed=False)


# --- Falling ----------------------------------------------------------------------------------------------------------
def test_checks_that_cannot_be_kept_take_the_scope_down_at_once(
    fraud_reviewer: User, store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    in_force()
    stand("sampled")
    measure(store, 60, wrong=1, source="sampled")
    decision = decided(store, fraud_reviewer, outcome="release")
    Consideration.objects.create(recommendation=decision.recommendation, result="sampled")
    with atomic():  # in the unit of the decision
        observe(decision=decision)
        assert here().in_force.mode == "assist"
    (step,) = Step.objects.all()
    assert (step.before, step.after, step.by.is_system, step.figures["cause"]) == ("sampled", "assist", True, "agreement")
    (event,) = events(Verb.LANE_DEMOTED)
    assert event.data["because"].startswith("People disagreed with 2 of the last 61 checks")


def test_one_disagreement_is_borne(fraud_reviewer: User, store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    stand("sampled")
    decision = decided(store, fraud_reviewer, outcome="release")
    Consideration.objects.create(recommendation=decision.recommendation, result="sampled")
    observe(decision=decision)
    assert here().rung == "sampled"


# --- Replay -----------------------------------------------------------------------------------------------------------
def replayed(decision: Decision, outcome: str, *, version: str = "") -> Replay:
    name, _, now = here().in_force.advisor_version.partition(" ")
    replay = Replay.objects.create(lane="fraud", advisor=name, advisor_version=version or now, because="A change", by=decision.by)
    ReplayAnswer.objects.create(
        replay=replay, recommendation=decision.recommendation, decided=decision.outcome, outcome=outcome, code="answered"
    )
    return replay


def test_a_replay_counts_for_the_advisor_in_force(fraud_reviewer: User, store: Store) -> None:
    decision = decided(store, fraud_reviewer)
    replay = replayed(decision, "decline")
    assert observe_replay(replay) == 1
    observe_replay(replay)
    (trial,) = Trial.objects.all()
    assert (trial.source, trial.agreed, trial.policy_version) == ("replay", True, here().in_force.version)


def test_the_same_replay_counts_again_under_another_policy(
    fraud_reviewer: User, store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    decision = decided(store, fraud_reviewer)
    observe_replay(replayed(decision, "decline"))
    in_force()
    observe_replay(replayed(decision, "release"))
    assert {trial.policy_version: trial.agreed for trial in Trial.objects.all()} == {
        "fraud-policy-1 (built in)": True,
        here().in_force.version: False,
    }


def test_a_replay_of_another_advisor_measures_nothing_here(fraud_reviewer: User, store: Store) -> None:
    assert observe_replay(replayed(decided(store, fraud_reviewer), "decline", version="older")) == 0


# --- Harm -------------------------------------------------------------------------------------------------------------
def test_harm_takes_the_scope_down_at_once_and_for_good(
    supervisor: User, system: User, store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    in_force()
    stand("auto")
    decision = decided(store, system, outcome="release", source="system")
    harm = report_harm(decision=decision, why="The bank disputed it", by=supervisor)
    assert (harm.severity, here().in_force.mode) == ("S1", "assist")
    assert [event.data["why"] for event in events(Verb.HARM_REPORTED)] == ["The bank disputed it"]
    measure(store, 200)
    assert missing(gates(here().in_force, "sampled")) == [
        "An automatic decision under this policy did harm; it takes a new version to climb."
    ]


def test_lesser_harm_is_noted_and_no_more(supervisor: User, system: User, store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    stand("auto")
    report_harm(decision=decided(store, system, source="system"), why="It was late", by=supervisor, severity="S2")
    assert here().rung == "auto"


def test_harm_is_reported_once_of_automatic_decisions_by_those_who_may(
    supervisor: User, fraud_reviewer: User, system: User, store: Store
) -> None:
    mine, its = decided(store, fraud_reviewer), decided(store, system, source="system")
    with pytest.raises(Forbidden):
        report_harm(decision=its, why="The bank disputed it", by=fraud_reviewer)
    with pytest.raises(Conflict, match="A person made"):
        report_harm(decision=mine, why="The bank disputed it", by=supervisor)
    report_harm(decision=its, why="The bank disputed it", by=supervisor)
    with pytest.raises(Conflict, match="already"):
        report_harm(decision=its, why="The bank disputed it", by=supervisor)
    assert Harm.objects.count() == 1
