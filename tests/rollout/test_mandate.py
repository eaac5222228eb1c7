"""May automation decide this? One case that may be decided, and every single thing that leaves it to a person."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.models import Question, Recommendation
from ordersops.cases.models import Case
from ordersops.orders.models import Order
from ordersops.rollout import mandate
from ordersops.rollout.mandate import CHECKS, drawn, refusal
from ordersops.rollout.models import Consideration, PolicyVersion, Switch, Trial, Void
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, OrderFactory, RecommendationFactory, SignalFactory
from tests.rollout.measured import here, measure, stand

pytestmark = pytest.mark.django_db


@dataclass
class Scene:
    """A case on which everything speaks for automation."""

    store: Store
    order: Order
    case: Case
    advice: Recommendation
    people: list[Trial]
    somebody: User

    def why_not(self) -> str:
        self.order.refresh_from_db()
        self.case.refresh_from_db()
        return refusal(here().in_force, self.advice, baseline=self.advice, case=self.case, subject=self.order, now=timezone.now())


@pytest.fixture
def scene(store: Store, fraud_reviewer: User, in_force: Callable[..., PolicyVersion]) -> Scene:
    in_force()
    stand("sampled")
    people = measure(store, 200)
    order = OrderFactory(store=store)
    case = CaseFactory(order=order, advice=False)
    name, _, version = here().in_force.advisor_version.partition(" ")
    advice = RecommendationFactory(
        order=order, outcome="release", mode="sampled", policy_version=here().in_force.version, advisor=name, advisor_version=version
    )
    return Scene(store, order, case, advice, people, fraud_reviewer)


def test_everything_speaks_for_it(scene: Scene) -> None:
    assert scene.why_not() == ""


def _advice(**fields: Any) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        for name, value in fields.items():
            setattr(scene.advice, name, value)

    return change


def _order(**fields: Any) -> Callable[[Scene], None]:
    return lambda scene: Order.objects.filter(pk=scene.order.pk).update(**fields) and None


def _case(**fields: Any) -> Callable[[Scene], None]:
    return lambda scene: Case.objects.filter(pk=scene.case.pk).update(**fields) and None


def _newer(**fields: Any) -> Callable[[Scene], None]:
    return lambda scene: RecommendationFactory(order=scene.order, **fields) and None


def _held(scene: Scene) -> None:
    _case(leased_by=scene.somebody, lease_until=timezone.now() + timedelta(minutes=1))(scene)


def _asked_again(scene: Scene) -> None:
    Question.objects.create(
        store=scene.store, lane="fraud", order=scene.order, because="address", asked_at=timezone.now(), not_before=timezone.now()
    )  # fmt: skip


def _switch(**fields: Any) -> Callable[[Scene], None]:
    return lambda scene: Switch.objects.create(why="Odd answers", by=scene.somebody, **fields) and None


OBSTACLES: list[tuple[str, Callable[[Scene], Any], str]] = [
    ("mode", lambda scene: stand("assist"), "The mode is assist."),
    ("mode", lambda scene: stand("sampled", policy_version="fraud/everything/0"), "The mode is shadow. The policy has changed."),
    ("mode", lambda scene: stand("sampled", advisor="claude older"), "The mode is shadow. The advisor, its model or its prompt has changed."),
    ("mode", _switch(lane="fraud"), "Stopped by hand: Odd answers"),
    ("kill switch", lambda scene: _switch(store=scene.store)(scene), "Stopped by hand: Odd answers"),
    ("kill switch", _switch(effect="order.release"), "Stopped by hand: Odd answers"),
    ("first decisions", lambda scene: Void.objects.create(decision=scene.people[0].decision), "there are 199 so far"),
    ("advice in force", _advice(policy_version="fraud/everything/0"), "The policy has changed since"),
    ("advice in force", _advice(scope="another"), "The policy has changed since"),
    ("advice in force", _advice(advisor="claude"), "not the advice of the advisor in force"),
    ("verified", _advice(verified=False), "could be verified"),
    ("shown", _advice(shown=False), "only measured"),
    ("customer's word", _advice(rests_on_customer=True), "what the customer wrote"),
    ("customer's word", _advice(without_customer={"outcome": "decline"}), "what the customer wrote"),
    ("newest", _newer(), "newer advice"),
    ("newest", _newer(shown=False), "newer advice"),
    ("newest", _asked_again, "New facts are waiting"),
    ("outcome", _advice(outcome="decline"), "always a person's decision"),
    ("outcome", _advice(outcome="teleport"), "always a person's decision"),
    ("outcome", _order(commercial="cancelled"), "no longer possible"),
    ("further right", lambda scene: SignalFactory(recommendation=scene.advice, key="block_list"), "It needs the right"),
    ("confidence", _advice(confidence="medium"), "the policy asks for high"),
    ("confidence", _advice(confidence="certain"), "the policy asks for high"),
    ("amount", _order(total=None), "amount at stake is unknown"),
    ("amount", _order(total=Decimal("500.01")), "above the policy's limit of 500.00 USD"),
    ("amount", _order(currency="EUR"), "The amount is in EUR"),
    ("one order", _case(group_key="ip:7"), "several orders"),
    ("one order", _case(orders_count=2), "several orders"),
    ("nobody at it", _held, "Somebody is at work"),
    ("nobody at it", _case(state="withdrawn"), "not open"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "happens", "why"), OBSTACLES, ids=[f"{check}-{n}" for n, (check, _, _) in enumerate(OBSTACLES)])
def test_each_thing_alone_leaves_it_to_a_person(check: str, happens: Callable[[Scene], None], why: str, scene: Scene) -> None:
    happens(scene)
    assert why in scene.why_not()


def test_every_check_has_its_obstacle() -> None:
    assert set(CHECKS) == {check for check, _, _ in OBSTACLES} | {"scorecard agrees", "most a day", "the lane's own"}


@pytest.mark.parametrize(
    ("baseline", "why"),
    [
        (None, "no verified advice"),
        ({"verified": False}, "no verified advice"),
        ({"outcome": "decline"}, "advises otherwise"),
    ],
)
def test_a_model_can_only_withhold(baseline: dict[str, Any] | None, why: str, scene: Scene) -> None:
    alone = None
    if baseline is not None:
        alone = RecommendationFactory.build(
            order=scene.order, store=scene.store, snapshot=scene.advice.snapshot, **{"outcome": "release", **baseline}
        )
    said = refusal(here().in_force, scene.advice, baseline=alone, case=scene.case, subject=scene.order, now=timezone.now())
    assert why in said


def test_the_scorecard_on_other_evidence_does_not_count(scene: Scene) -> None:
    other = CaseFactory(order__store=scene.store).order.recommendations.get()
    other.outcome = "release"
    said = refusal(here().in_force, scene.advice, baseline=other, case=scene.case, subject=scene.order, now=timezone.now())
    assert "no verified advice" in said


def test_a_day_has_its_limit_by_the_stores_own_clock(scene: Scene, system: User, in_force: Callable[..., PolicyVersion]) -> None:
    for hours in (0, 0, 48):
        decision = DecisionFactory(
            case=CaseFactory(order__store=scene.store), by=system, source="system", decided_at=timezone.now() - timedelta(hours=hours)
        )
        assert decision.source == "system"
    low = here().in_force
    two, three = (low.content.model_copy(update={"most_a_day": most}) for most in (2, 3))
    asked = mandate.Asked(low, scene.advice, scene.advice, scene.case, scene.order, timezone.now())
    assert "2 automatic decisions a day" in CHECKS["most a day"](_with(asked, two))
    assert CHECKS["most a day"](_with(asked, three)) == ""


def _with(asked: mandate.Asked, content: Any) -> mandate.Asked:
    return replace(asked, in_force=replace(asked.in_force, content=content))


# --- The draw ---------------------------------------------------------------------------------------------------------
def considered(scene: Scene, n: int, result: str = "sampled") -> None:
    for _ in range(n):
        given = CaseFactory(order__store=scene.store, advice__policy_version=here().in_force.version).order.recommendations.get()
        Consideration.objects.create(recommendation=given, result=result)


def test_until_the_weeks_floor_every_one_is_checked(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mandate.secrets, "randbelow", lambda most: most - 1)  # never by chance
    considered(scene, 19)
    considered(scene, 5, "decided")
    assert drawn(here().in_force, now=timezone.now())
    considered(scene, 1)
    assert not drawn(here().in_force, now=timezone.now())
    assert drawn(here().in_force, now=timezone.now() + timedelta(days=8))


@pytest.mark.parametrize(("mode", "share", "ticket", "checked"), [
    ("sampled", "0.01", 999, True), ("sampled", "0.01", 1000, False), ("sampled", "0.5", 4999, True), ("auto", "0.01", 99, True),
    ("auto", "0.01", 100, False),
])  # fmt: skip
def test_then_a_share_by_chance(
    mode: str, share: str, ticket: int, checked: bool, scene: Scene, in_force: Callable[..., PolicyVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force(sampling_share=share)
    stand(mode)
    considered(scene, 20)
    monkeypatch.setattr(mandate.secrets, "randbelow", lambda most: ticket)
    assert drawn(here().in_force, now=timezone.now()) is checked
