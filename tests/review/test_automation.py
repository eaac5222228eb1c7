"""Automatic decisions: only what two people allowed and people's own decisions have earned, never past a doubt, always to be undone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.actions import ask
from ordersops.advice.models import Question, Recommendation
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import claim
from ordersops.cases.models import Case, Member
from ordersops.effects.models import Effect
from ordersops.orders.changes import Change
from ordersops.orders.models import Order
from ordersops.review import automation
from ordersops.review.actions import approve, deciding, undo
from ordersops.review.automation import automate, oldest_ready
from ordersops.review.models import Decision
from ordersops.rollout.models import Consideration, Harm, Standing, Switch
from ordersops.stores.models import Store
from tests.factories import RecommendationFactory, SignalFactory
from tests.kernel.history import events, told
from tests.people import MakePerson
from tests.review.automated import advised, allowed, earned
from tests.review.scene import held

pytestmark = pytest.mark.django_db


@dataclass
class Desk:
    """A store whose clear cases are decided automatically."""

    store: Store
    system: User
    author: User
    approver: User
    version: str = ""

    def allow(self, **content: Any) -> str:
        self.version = allowed(self.store, self.author, self.approver, **content)
        return self.version

    def case(self, **advice: Any) -> Case:
        return advised(self.store, self.system, self.version, **advice)


@pytest.fixture
def people_only(store: Store, system: User, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """With a policy that allows automation, and nothing measured yet. Chance draws nobody."""
    monkeypatch.setattr("ordersops.rollout.mandate.secrets.randbelow", lambda most: most - 1)
    desk = Desk(store, system, make_person(Role.SUPERVISOR, store), make_person(Role.SUPERVISOR, store))
    desk.allow()
    return desk


@pytest.fixture
def desk(people_only: Desk, fraud_reviewer: User) -> Desk:
    earned(people_only.store, people_only.system, fraud_reviewer, people_only.version)
    return people_only


def automatic() -> list[Decision]:
    return list(Decision.objects.filter(source="system"))


def left(case: Case) -> Consideration:
    """Why the case was left to a person. Nothing about it has changed."""
    before = (case.state, case.version)
    case.refresh_from_db()
    assert (case.state, case.version) == before == ("open", case.version)
    assert automatic() == []
    assert not Effect.objects.exists()
    assert case.order.holds.open().count() == 1
    found = Consideration.objects.get(recommendation__order=case.order)
    (event,) = events(Verb.CASE_LEFT_TO_PERSON, case=case)
    assert (event.data["why"], event.data["sampled"]) == (found.why, found.result == "sampled")
    assert found.decision is None
    return found


def test_a_clear_case_is_decided_as_advised(desk: Desk) -> None:
    case = desk.case()
    assert automate() == 1
    (decision,) = automatic()
    assert (decision.case, decision.by, decision.outcome, decision.overrides) == (case, desk.system, "release", False)
    assert (decision.reason, decision.recommendation) == ("A0", Recommendation.objects.get(order=case.order))
    case.refresh_from_db()
    order = Order.objects.get(pk=case.order_id)
    assert (case.state, order.risk, order.on_hold, order.holds.open().count()) == ("decided", "approved", False, 0)
    assert order.holds.get().decision == decision
    effect = Effect.objects.get()
    assert (effect.kind, effect.state, effect.can_be_undone) == ("order.release", "planned", True)
    consideration = Consideration.objects.get()
    assert (consideration.result, consideration.decision) == ("decided", decision)


def test_it_is_told_with_policy_and_mode(desk: Desk) -> None:
    case = desk.case()
    automate()
    assert sorted(told(order=case.order)) == sorted([Verb.CASE_DECIDED, Verb.EFFECT_PLANNED, Verb.HOLD_RELEASED, Verb.RISK_CHANGED])
    (event,) = events(Verb.CASE_DECIDED)
    assert (event.data["policy"], event.data["mode"], event.actor_id) == (desk.version, "auto", desk.system.pk)


def test_each_piece_of_advice_is_considered_once(desk: Desk) -> None:
    desk.case()
    desk.case(verified=False)
    assert oldest_ready() is not None
    assert automate() == 2
    assert (automate(), oldest_ready()) == (0, None)
    assert (len(automatic()), Consideration.objects.count()) == (1, 2)


# --- Who decides instead --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("doubt", "why"),
    [
        ({"verified": False}, "Not every claim"),
        ({"rests_on_customer": True}, "rests on what the customer wrote"),
        ({"confidence": "low"}, "confidence is low"),
        ({"outcome": "decline"}, "always a person's"),
        ({"outcome": "nonsense"}, "always a person's"),
        ({"policy_version": "fraud/everything/0"}, "policy has changed"),
        ({"advisor_version": "of yesterday"}, "not the advice of the advisor in force"),
        ({"scope": "domestic"}, "policy has changed"),
    ],
)
def test_doubtful_advice_is_left_to_a_person(desk: Desk, doubt: dict[str, Any], why: str) -> None:
    case = desk.case(**doubt)
    assert automate() == 1
    assert why in left(case).why


@pytest.mark.parametrize("content", [{"automatic": ()}, {"most_amount": Decimal("119.99")}, {"most_a_day": 0}, {"highest_mode": "assist"}])
def test_what_the_policy_does_not_allow_is_left_to_a_person(desk: Desk, content: dict[str, Any]) -> None:
    desk.allow(number=2, **content)
    case = desk.case()
    assert automate() == 1
    assert left(case).why


def test_the_first_200_decisions_are_a_persons(people_only: Desk, fraud_reviewer: User) -> None:
    earned(people_only.store, people_only.system, fraud_reviewer, people_only.version, count=199)
    case = people_only.case()
    automate()
    assert "The first 200 decisions" in left(case).why
    earned(people_only.store, people_only.system, fraud_reviewer, people_only.version, count=1)
    people_only.case()
    automate()
    assert len(automatic()) == 1


@pytest.mark.parametrize("mode", ["off", "shadow", "assist"])
def test_below_sampled_nothing_is_even_considered(desk: Desk, mode: str) -> None:
    desk.case(mode=mode)
    assert (automate(), oldest_ready()) == (0, None)
    assert not Consideration.objects.exists()


def test_advice_that_is_only_measured_is_not_considered(desk: Desk) -> None:
    desk.case(shown=False)
    assert automate() == 0


def test_a_case_that_somebody_holds_is_theirs(desk: Desk, fraud_reviewer: User) -> None:
    case = claim(case=desk.case(), by=fraud_reviewer)
    automate()
    assert "at work on the case" in left(case).why


def test_an_attack_is_never_decided(desk: Desk) -> None:
    case = desk.case()
    Member.objects.create(case=case, order=held(desk.store, desk.system))
    Case.objects.filter(pk=case.pk).update(group_key="ip:7", orders_count=2)
    case.refresh_from_db()
    automate()
    assert "several orders" in left(case).why


def test_a_block_list_hit_needs_a_right_that_the_system_never_has(desk: Desk) -> None:
    case = desk.case()
    SignalFactory(recommendation=case.order.recommendations.get(), key="block_list")
    automate()
    assert "needs the right" in left(case).why


def test_a_kill_switch_thrown_after_the_advice_stops_it(desk: Desk) -> None:
    case = desk.case()
    Switch.objects.create(lane="fraud", store=desk.store, why="Odd releases this morning.", by=desk.author)
    automate()
    assert "Odd releases this morning." in left(case).why


def test_a_kill_switch_of_the_effect_stops_it_too(desk: Desk) -> None:
    case = desk.case()
    Switch.objects.create(effect="order.release", why="The store's release is broken.", by=desk.author)
    automate()
    assert "broken" in left(case).why


def test_a_fall_down_the_ladder_after_the_advice_counts(desk: Desk) -> None:
    case = desk.case()
    Standing.objects.update(mode="assist")
    automate()
    assert "mode is assist" in left(case).why


def test_the_days_limit_holds(desk: Desk) -> None:
    desk.allow(number=2, most_a_day=2)
    for _ in range(4):
        desk.case()
    assert automate() == 4
    assert len(automatic()) == 2
    assert [row.why for row in Consideration.objects.filter(result="person")] == [
        "The policy allows 2 automatic decisions a day in this store, and they are used up."
    ] * 2


def test_a_drawn_case_waits_for_a_persons_check(desk: Desk) -> None:
    desk.allow(number=2, sampling_share=Decimal(1))
    case = desk.case()
    automate()
    assert left(case).result == "sampled"


def test_when_sampling_begins_the_first_twenty_of_a_week_are_checked(desk: Desk) -> None:
    desk.allow(number=2, mode="sampled")
    for _ in range(21):
        desk.case(mode="sampled")
    while automate():
        pass
    assert Consideration.objects.filter(result="sampled").count() == 20
    assert len(automatic()) == 1


# --- What comes in between ------------------------------------------------------------------------------------------
def test_newer_facts_are_waited_for(desk: Desk) -> None:
    case = desk.case()
    question = Question.objects.create(
        store=desk.store, lane="fraud", order=case.order, because="address", asked_at=timezone.now(), not_before=timezone.now()
    )
    assert (automate(), oldest_ready()) == (0, None)
    Question.objects.filter(pk=question.pk).update(state="dead")
    automate()
    assert "Newer facts" in left(case).why


def test_older_advice_is_never_followed(desk: Desk) -> None:
    case = desk.case()
    RecommendationFactory(order=case.order, outcome="decline", mode="assist")
    assert automate() == 0
    assert automatic() == []


def test_advice_that_nobody_considered_for_a_day_is_a_persons(desk: Desk) -> None:
    desk.case(advised_at=timezone.now() - timedelta(hours=25))
    assert (automate(), oldest_ready()) == (0, None)


def test_a_case_that_a_person_decides_first_is_left_alone(desk: Desk, fraud_reviewer: User) -> None:
    case = desk.case()
    approve(case=case, by=fraud_reviewer, version=case.version)
    assert automate() == 0
    assert automatic() == []


def test_an_order_that_has_left_is_not_decided(desk: Desk) -> None:
    case = desk.case()
    Order.objects.filter(pk=case.order_id).update(commercial="cancelled", cancelled_at=timezone.now())
    automate()
    assert "no longer possible" in left(case).why


# --- Taking it back -------------------------------------------------------------------------------------------------
def test_a_person_takes_an_automatic_decision_back(desk: Desk, fraud_reviewer: User) -> None:
    case = desk.case()
    automate()
    (decision,) = automatic()
    undo(decision=decision, by=fraud_reviewer)
    case.refresh_from_db()
    order = Order.objects.get(pk=case.order_id)
    assert (case.state, order.risk, order.on_hold) == ("open", "needs_review", True)
    assert Effect.objects.get().state == "undone"
    assert automate() == 0  # the same advice is not followed a second time


def test_after_a_person_has_spoken_the_case_stays_a_persons(desk: Desk, fraud_reviewer: User) -> None:
    case = desk.case()
    automate()
    undo(decision=automatic()[0], by=fraud_reviewer)
    old = Recommendation.objects.get(order=case.order)
    again = {key: getattr(old, key) for key in ("policy_version", "mode", "outcome", "score", "advisor_version", "snapshot")}
    new = RecommendationFactory(order=case.order, **again)
    assert automate() == 1
    assert "A person has decided" in Consideration.objects.get(recommendation=new).why
    assert len(automatic()) == 1


# --- When it breaks -------------------------------------------------------------------------------------------------
def _break(error: BaseException) -> Callable[..., Any]:
    def broken(**_: Any) -> Any:
        raise error

    return broken


def test_a_crash_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = desk.case()
    with monkeypatch.context() as patch:
        patch.setattr(deciding.effects, "plan", _break(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            automate()
    assert (automatic(), Consideration.objects.count(), case.order.holds.open().count()) == ([], 0, 1)
    assert told(order=case.order) == []
    assert automate() == 1
    assert len(automatic()) == 1


def test_what_breaks_is_left_to_a_person_and_the_others_go_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = desk.case(), desk.case()
    real = automation.refusal

    def refusal(*args: Any, subject: Order, **more: Any) -> str:
        if subject == broken.order:
            raise ValueError("a rule that cannot be read")
        return real(*args, subject=subject, **more)

    monkeypatch.setattr(automation, "refusal", refusal)
    assert automate() == 2
    assert [decision.case for decision in automatic()] == [sound]
    assert Consideration.objects.get(recommendation__order=broken.order).why == "Automation failed at it."


def test_a_dispute_of_an_order_that_automation_released_is_harm_and_takes_the_scope_down(desk: Desk) -> None:
    desk.case()
    automate()
    (decision,) = automatic()
    with atomic():
        ask(changes=[Change(decision.case.order, {"dispute"}, {})])
    harm = Harm.objects.get()
    assert (harm.decision, harm.severity) == (decision, "S1")
    assert Standing.objects.get().mode == "assist"
    with atomic():
        ask(changes=[Change(decision.case.order, {"dispute"}, {})])
    assert Harm.objects.count() == 1
