"""The system takes down what must not stay, by itself and at once; what it only shows elsewhere it does here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.models import Breaker, Call, Prompt, Recommendation, Replay
from ordersops.audit.verbs import Verb
from ordersops.ids import uuid7
from ordersops.models import Heartbeat
from ordersops.rollout import jobs
from ordersops.rollout.models import PolicyVersion, Standing, Step, Trial
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, EffectFactory
from tests.kernel.history import events
from tests.rollout.measured import here, stand

pytestmark = pytest.mark.django_db


@pytest.fixture
def claude(settings: Any, in_force: Callable[..., PolicyVersion], store: Store) -> PolicyVersion:
    """A policy under which Claude is asked, in automation."""
    settings.CLAUDE = {**settings.CLAUDE, "key": "test-key"}
    policy = in_force(advisor="claude")
    stand("sampled")
    return policy


@pytest.fixture
def prompt() -> Prompt:
    return Prompt.objects.create(sha256="0" * 64, lane="fraud", name="fraud-test", text="What do you say?")


def call(store: Store, prompt: Prompt, *, latency: int = 900, outcome: str = "answered", minutes: int = 0) -> None:
    snapshot = Recommendation.objects.first() or CaseFactory(order__store=store).order.recommendations.get()
    with time_machine.travel(timezone.now() - timedelta(minutes=minutes), tick=False):
        Call.objects.create(
            id=uuid7(), trace_id="t", store=store, lane="fraud", snapshot_id=snapshot.snapshot_id, purpose="live", advisor="claude",
            model_requested="m", prompt=prompt, request_sha256="0", outcome=outcome, latency_ms=latency,
        )  # fmt: skip


def the_step() -> Step:
    return Step.objects.get()


def test_what_is_well_stays(store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    stand("auto")
    assert jobs.watch() == 0
    assert jobs.watch_scores() == 0
    assert here().in_force.mode == "auto"


# --- Changes ----------------------------------------------------------------------------------------------------------
def test_another_policy_is_a_fall_to_shadow_recorded_once(store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    stand("sampled")
    new = in_force()
    assert here().in_force.mode == "shadow"  # at once, before anybody has noticed
    assert jobs.watch() == 1
    assert jobs.watch() == 0
    step = the_step()
    assert (step.before, step.after, step.by.is_system, step.figures["changed"]) == ("sampled", "shadow", True, ["policy"])
    row = Standing.objects.get()
    assert (row.mode, row.policy_version) == ("shadow", new.version)
    assert [event.data["before"] for event in events(Verb.LANE_DEMOTED)] == ["sampled"]


def test_another_advisor_is_a_fall_to_shadow(store: Store) -> None:
    stand("assist", advisor="claude older-model")
    assert jobs.watch() == 1
    assert the_step().figures["changed"] == ["advisor"]


def test_a_change_is_back_tested_on_stored_questions(store: Store, fraud_reviewer: User) -> None:
    case = CaseFactory(order__store=store, advice__policy_version=here().in_force.version)
    DecisionFactory(case=case, by=fraud_reviewer)
    stand("assist", advisor="claude older-model")
    assert jobs.oldest_back_test() is None
    jobs.watch()
    assert jobs.oldest_back_test() is not None
    for _ in range(5):
        Heartbeat.objects.filter(name="round.back-test").delete()  # the pause between two looks
        if not jobs.back_test():
            break
    assert jobs.oldest_back_test() is None
    replay = Replay.objects.get()
    assert replay.finished_at is not None
    (trial,) = Trial.objects.all()
    assert (trial.source, trial.decided, trial.advisor) == ("replay", "decline", here().in_force.advisor_version)


def test_one_back_test_at_a_time(store: Store) -> None:
    stand("assist", advisor="claude older-model")
    jobs.watch()
    Heartbeat.objects.create(name="round.back-test", at=timezone.now())
    assert jobs.back_test() == 0
    assert not Replay.objects.exists()


# --- What goes wrong --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("dead", "falls"), [(2, False), (3, True)])
def test_failing_effects_of_automation(dead: int, falls: bool, store: Store, system: User, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    stand("auto")
    for _ in range(dead):
        case = CaseFactory(order__store=store)
        EffectFactory(decision=DecisionFactory(case=case, by=system, source="system"), state="dead", due_at=timezone.now())
    assert jobs.watch() == falls
    assert here().rung == ("assist" if falls else "auto")


def test_failing_effects_of_people_are_theirs(store: Store, fraud_reviewer: User, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    stand("auto")
    for _ in range(3):
        decision = DecisionFactory(case=CaseFactory(order__store=store), by=fraud_reviewer)
        EffectFactory(decision=decision, state="dead", due_at=timezone.now())
    assert jobs.watch() == 0


@pytest.mark.parametrize(("calls", "slow", "falls"), [(20, 1, False), (20, 2, True), (19, 19, False)])
def test_a_slow_advisor(calls: int, slow: int, falls: bool, claude: PolicyVersion, store: Store, prompt: Prompt) -> None:
    for number in range(calls):
        call(store, prompt, latency=31_000 if number < slow else 900)
    assert jobs.watch() == falls


@pytest.mark.parametrize(("minutes", "answered_since", "falls"), [(16, False, True), (14, False, False), (16, True, False)])
def test_a_silent_advisor(minutes: int, answered_since: bool, falls: bool, claude: PolicyVersion, store: Store, prompt: Prompt) -> None:
    Breaker.objects.create(advisor="claude", faults=5, open_until=timezone.now() + timedelta(minutes=1))
    call(store, prompt, outcome="busy", minutes=minutes)
    if answered_since:
        call(store, prompt, minutes=5)
    call(store, prompt, outcome="busy", minutes=1)
    assert jobs.watch() == falls
    if falls:
        assert the_step().because.startswith("The advisor has not answered for 16 minutes")


def test_scores_that_are_no_longer_those_it_was_earned_on(store: Store, in_force: Callable[..., PolicyVersion]) -> None:
    in_force()
    now = timezone.now()
    stand("sampled")
    Standing.objects.update(since=now - timedelta(days=2))
    name, _, version = here().in_force.advisor_version.partition(" ")
    first = CaseFactory(order__store=store).order.recommendations.get()

    def advised(score: int, days: int) -> None:
        Recommendation.objects.bulk_create(
            Recommendation(
                id=uuid7(), store=store, lane="fraud", order=first.order, snapshot=first.snapshot, advisor=name, advisor_version=version,
                policy_version=here().in_force.version, outcome="release", score=score, band="high", confidence="high", justification="",
                verified=True, advised_at=now - timedelta(days=days),
            )
            for _ in range(100)
        )  # fmt: skip

    advised(35, days=10)
    advised(35, days=1)
    assert jobs.watch_scores() == 0
    for _ in range(3):
        advised(85, days=1)
    assert jobs.watch_scores() == 1
    assert (the_step().figures["cause"], here().rung) == ("drift", "assist")
