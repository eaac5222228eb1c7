"""Replay: old questions asked again. It finds what flipped, stays within its bounds, goes on where it was cut off, and changes nothing."""

import io
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice import breaker
from ordersops.advice import replay as replays
from ordersops.advice.answers import Answer, Unregistered
from ordersops.advice.models import Call, Prompt, Recommendation, Replay, Spend
from ordersops.advice.replay_report import report
from ordersops.advice.verify import Claim
from ordersops.cases.lanes import lane
from ordersops.rollout.models import Switch, Trial
from ordersops.stores.models import Store
from tests.advice.advisors.stub import Plain, answering
from tests.advice.replay.old import CALM, WILD, advised, decided, everything
from tests.factories import OrderFactory, RecommendationFactory, ReplayFactory

pytestmark = pytest.mark.django_db
WRITTEN_BY_A_REPLAY = ("advice_replay", "advice_replayanswer", "advice_call", "advice_callbody", "advice_spend")
RELEASE = Answer("release", 5, "high", [Claim("good_orders", "ge", 1, "against", "")], missing=[], prose="")


def begin(system: User, **more: Any) -> Replay:
    return replays.start(**{"lane": lane("fraud"), "store": None, "by": system, "because": "a test", "advisor_key": "scorecard", **more})


@pytest.fixture
def old(store: Store) -> list[Recommendation]:
    """Two calm orders and a wild one, the newest last."""
    return [advised(OrderFactory(store=store), **facts) for facts in (CALM, {**CALM, "good_orders": 9}, WILD)]


def test_the_scorecard_says_the_same_to_the_bit(old: list[Recommendation], system: User) -> None:
    run = begin(system)
    assert replays.run(run) == ""
    found = report(run)
    assert {one.outcome for one in old} == {"release", "decline"}
    assert (found.asked, found.flipped.part, found.compared) == (3, 0, 3)
    assert found.identical == "Bit-identical: all 3 answers are what they were."
    assert run.finished_at is not None


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        ({"advisor_version": "1/older"}, "weights changed"),
        ({"policy_version": "older"}, "policy changed"),
        ({}, "the same weights and policy, so this must not be"),
    ],
)
def test_a_difference_is_told_with_its_reason(store: Store, system: User, kept: dict[str, str], says: str) -> None:
    advised(OrderFactory(store=store), {"score": 1, **kept}, **WILD)
    run = begin(system)
    replays.run(run)
    found = report(run)
    assert found.identical.startswith("NOT IDENTICAL: 1 of 1 answers differ")
    assert says in found.identical
    assert "score" in found.identical


def test_nothing_else_changes(old: list[Recommendation], system: User) -> None:
    decided(old[0])
    with answering([RELEASE, Plain(529, {}, b"{}"), RELEASE]):
        before = everything(*WRITTEN_BY_A_REPLAY)
        run = begin(system, advisor_key="claude")
        replays.run(run)
        after = everything(*WRITTEN_BY_A_REPLAY)
    assert run.answers.count() == 3
    assert after == before


def test_a_kill_switch_and_an_open_breaker_stop_a_replay(old: list[Recommendation], system: User) -> None:
    with answering(RELEASE) as service:
        run = begin(system, advisor_key="claude")
        switch = Switch.objects.create(lane="fraud", why="It misreads dates", by=system)
        assert "It misreads dates" in replays.run(run)
        switch.delete()
        breaker.fault("claude", alert="The key was refused.")
        assert "left alone" in replays.run(run)
        assert not service.asked
        breaker.success("claude")
        assert replays.run(run) == ""


def test_a_replay_that_nobody_asked_for_leaves_money_for_the_orders_of_the_day(
    old: list[Recommendation], system: User, store: Store
) -> None:
    for one in old:
        decided(one)
    with answering(RELEASE, ADVICE_BUDGET=1) as service:
        Spend.objects.create(store=store, lane="fraud", day=timezone.now().date(), spent_micros=500_000)
        run = replays.back_test(lane=lane("fraud"), store=store, because="The model has changed.", by=system, at_once=1)
        assert (len(service.asked), run.finished_at) == (0, None)
        assert "kept for the orders of the day" in replays.run(run, by_itself=True)
        assert replays.run(run) == "", "a person may spend it"
        assert Spend.objects.get().calls == len(service.asked) == 3


def test_what_a_model_would_have_said(old: list[Recommendation], system: User) -> None:
    decided(old[2], "decline", reason="D1")
    decided(old[0])
    with answering(RELEASE) as service:
        run = begin(system, advisor_key="claude")
        assert replays.run(run) == ""
    found = report(run)
    assert len(service.asked) == 3
    assert [(flip.number, flip.then, flip.now, flip.better) for flip in found.flips] == [(old[2].order.number, "Decline", "Release", False)]
    assert found.flips[0].url.endswith(f"/cases/{old[2].order.cases.get().pk}/")
    assert found.matrix == {("release", "release"): 2, ("decline", "release"): 1}
    assert (found.agreed_then.part, found.agreed_now.part, found.agreed_now.whole) == (2, 1, 2)
    assert (found.claims.part, found.claims.whole) == (2, 3)  # the wild one has no good orders
    assert found.cost_micros == sum(Call.objects.values_list("cost_micros", flat=True)) > 0
    assert set(Call.objects.values_list("purpose", flat=True)) == {"replay"}
    assert found.identical == ""


def test_it_goes_on_where_it_was_cut_off(old: list[Recommendation], system: User) -> None:
    with answering(RELEASE) as service:
        run = begin(system, advisor_key="claude")
        assert "time" in replays.run(run, seconds=0)
        assert (run.finished_at, service.asked) == (None, [])
        assert replays.run(run) == ""
        assert replays.run(run) == ""
    assert len(service.asked) == 3


def test_what_may_come_later_is_asked_again_and_what_was_refused_is_not(old: list[Recommendation], system: User) -> None:
    with answering([Plain(529, {}, b"{}"), "no JSON at all", RELEASE, RELEASE]) as service:
        run = begin(system, advisor_key="claude")
        replays.run(run)
        assert report(run).failed == {"busy": 1, "unreadable": 1}
        replays.run(run)
    assert len(service.asked) == 4
    assert report(run).failed == {"unreadable": 1}


def test_a_refused_key_stops_it(old: list[Recommendation], system: User) -> None:
    with answering(Plain(401, {}, b"{}")) as service:
        run = begin(system, advisor_key="claude")
        assert "until somebody looks (key)" in replays.run(run)
    assert len(service.asked) == 1
    assert run.finished_at is None


def test_it_never_exceeds_its_money(old: list[Recommendation], system: User) -> None:
    with answering(RELEASE) as service:
        run = begin(system, advisor_key="claude")
        assert "dollars" in replays.run(run, most_dollars=Decimal("0.0001"))
    assert service.asked == []
    free = begin(system)
    assert replays.run(free, most_dollars=Decimal(0)) == ""


def test_an_unregistered_prompt_is_refused_and_nothing_leaves(old: list[Recommendation], system: User) -> None:
    with answering(RELEASE, registering=False) as service:
        with pytest.raises(Unregistered):
            replays.run(begin(system, advisor_key="claude"))
        with pytest.raises(Unregistered, match="fraud-7"):
            begin(system, advisor_key="claude", prompt="fraud-7")
    assert service.asked == []


def test_another_registered_prompt_is_asked_in_its_place(old: list[Recommendation], system: User) -> None:
    with answering(RELEASE) as service:
        Prompt.objects.create(sha256=replace(lane("fraud").prompt, text="Be brief.").sha256, lane="fraud", name="fraud-9", text="Be brief.")
        run = begin(system, advisor_key="claude", prompt="fraud-9", limit=1)
        replays.run(run)
    assert "Be brief." in service.asked[0].text
    assert "fraud-9" in run.advisor_version
    assert lane("fraud").prompt.name != "fraud-9"


def test_which_questions(old: list[Recommendation], system: User, other_store: Store) -> None:
    elsewhere = advised(OrderFactory(store=other_store), **CALM)
    decided(old[1])
    ancient = advised(OrderFactory(store=other_store), **{**CALM, "good_orders": 3})
    early = RecommendationFactory(order=ancient.order, advised_at=timezone.now() - timedelta(days=200))
    assert set(replays.questions(begin(system))) == {*(one.pk for one in old), elsewhere.pk, ancient.pk}
    assert replays.questions(begin(system, store=old[0].store)) == [one.pk for one in reversed(old)]
    assert replays.questions(begin(system, decided_only=True)) == [old[1].pk]
    assert len(replays.questions(begin(system, limit=2))) == 2
    assert early.pk in replays.questions(begin(system, since=timezone.now() - timedelta(days=300)))


def test_one_question_for_a_snapshot_and_the_advisors_own_answer_first(old: list[Recommendation], system: User) -> None:
    model = RecommendationFactory(order=old[0].order, snapshot=old[0].snapshot, advisor="claude", outcome="decline")
    assert old[0].pk in replays.questions(begin(system))
    assert model.pk not in replays.questions(begin(system))
    with answering(RELEASE):
        asked = replays.questions(begin(system, advisor_key="claude"))
    assert model.pk in asked
    assert old[0].pk not in asked


def test_only_what_was_possible_then_may_be_answered(store: Store, system: User) -> None:
    then = advised(OrderFactory(store=store), **WILD)
    narrow = RecommendationFactory(order=then.order, snapshot__facts=then.snapshot.evidence, outcome="decline", alternatives=[])
    with answering(replace(RELEASE, outcome="release")):
        run = begin(system, advisor_key="claude")
        replays.run(run)
    assert run.answers.get(recommendation=then).outcome == "release"
    assert run.answers.get(recommendation=narrow).outcome == ""  # only declining was possible, so the answer is none


def test_a_back_test_asks_decided_questions_and_becomes_trials(old: list[Recommendation], system: User, store: Store) -> None:
    decision = decided(old[0])
    with answering(RELEASE) as service:
        run = replays.back_test(lane=lane("fraud"), store=store, because="The model has changed.", by=system, at_once=1)
        again = replays.back_test(lane=lane("fraud"), store=store, because="The model has changed.", by=system, at_once=1, seconds=0)
    assert len(service.asked) == 1
    assert run.finished_at is not None
    trial = Trial.objects.get()
    assert (trial.decision, trial.source, trial.agreed) == (decision, "replay", True)
    assert again.pk != run.pk  # the first was finished


def test_the_command(old: list[Recommendation], system: User) -> None:
    out = io.StringIO()
    call_command("advice_replay", "--lane", "fraud", "--advisor", "scorecard", "--days", "7", stdout=out)
    assert "Bit-identical: all 3 answers are what they were." in out.getvalue()
    assert "release -> release" in out.getvalue()
    out = io.StringIO()
    with answering(RELEASE):
        call_command("advice_replay", "--advisor", "claude", "--at-once", "1", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["asked"], told["flipped"]["part"], told["finished"]) == (3, 1, True)
    assert f"/advisors/replays/{told['replay']}/" in told["url"]


@pytest.mark.parametrize(
    "wrong",
    [["--lane", "none"], ["--store", "none"], ["--days", "1", "--since", "2026-01-01"], ["--resume", str(ReplayFactory.build().pk)]],
)
def test_the_command_refuses(system: User, wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("advice_replay", *wrong)
    assert not Replay.objects.exists()
