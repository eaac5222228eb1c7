"""From shadow to auto and back, as it happens: two people, measured agreement, an automatic decision, and a fall."""

from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lane
from ordersops.errors import Conflict, Forbidden
from ordersops.review.actions import override
from ordersops.review.automation import automate
from ordersops.review.models import Decision
from ordersops.rollout.actions import approve, promote, report_harm, write_policy
from ordersops.rollout.content import built_in
from ordersops.rollout.models import Consideration, Step
from ordersops.stores.models import Store
from tests.factories import CaseFactory, RecommendationFactory, SnapshotFactory
from tests.people import MakePerson
from tests.review.scene import held
from tests.rollout.conftest import AUTOMATIC
from tests.rollout.measured import here, measure

pytestmark = pytest.mark.django_db


def test_from_shadow_to_auto_and_down_again(
    supervisor: User,
    second: User,
    fraud_reviewer: User,
    system: User,
    store: Store,
    make_person: MakePerson,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Two people put a policy in force. It begins in shadow.
    content = {**built_in(lane("fraud")).model_dump(mode="json"), **AUTOMATIC}
    policy = write_policy(
        lane="fraud", store=store, scope="everything", rule=[], content=content, note="Clear cases need nobody.", by=supervisor
    )
    approve(policy=policy, by=second)
    assert here(store).in_force.mode == "shadow"

    # A back-test opens the way to assist, no further.
    measure(store, 100, source="replay", at=here(store))
    up(store, "assist", second)
    third = make_person(Role.SUPERVISOR, store)
    with pytest.raises(Conflict, match="200 more decisions by people"):
        up(store, "sampled", third)

    # Two hundred decisions by people, then sampled, by a third person: the first of the week are all checked.
    measure(store, 200, at=here(store))
    with pytest.raises(Forbidden, match="You approved the policy"):
        up(store, "sampled", second)
    up(store, "sampled", third)
    drawn = advised(store, system)
    assert automate() == 1
    assert Consideration.objects.get(recommendation=drawn).result == "sampled"
    assert not Decision.objects.filter(source="system").exists()

    # Once enough are checked, the policy decides, and says under which version.
    measure(store, 200, source="sampled", at=here(store))
    up(store, "auto", third)
    monkeypatch.setattr("ordersops.review.automation.drawn", lambda *args, **kwargs: False)
    released = advised(store, system)
    automate()
    decision = Decision.objects.get(recommendation=released)
    assert (decision.source, decision.outcome, decision.by) == ("system", "release", system)
    told = Event.objects.get(verb=Verb.CASE_DECIDED)
    assert (told.data["policy"], told.data["mode"]) == (policy.version, "auto")

    # A person disagrees with the drawn one: one is borne. Harm is not.
    case = drawn.order.cases.get()
    override(case=case, by=fraud_reviewer, outcome="decline", reason="O2", note="The address is a known drop.", version=case.version)
    assert here(store).rung == "auto"
    report_harm(decision=decision, why="The card's owner disputed it", by=second)
    assert here(store).rung == "assist"
    left = advised(store, system)
    automate()
    assert not Decision.objects.filter(recommendation=left).exists()
    with pytest.raises(Conflict, match="did harm"):
        up(store, "sampled", third)
    steps = Step.objects.order_by("id").values_list("before", "after")
    assert list(steps) == [("shadow", "assist"), ("assist", "sampled"), ("sampled", "auto"), ("auto", "assist")]


def up(store: Store, to: str, by: User) -> Step:
    return promote(lane="fraud", store=store, scope="everything", to=to, by=by)


def advised(store: Store, system: User) -> Any:
    """A held order with an open case; the scorecard, in force, advises to release it."""
    case = CaseFactory(order=held(store, system), store=store, advice=False)
    in_force = here(store).in_force
    name, _, version = in_force.advisor_version.partition(" ")
    return RecommendationFactory(
        order=case.order, snapshot=SnapshotFactory(order=case.order, store=store), outcome="release", score=40, band="anomalous",
        advisor=name, advisor_version=version, policy_version=in_force.version, mode=in_force.mode,
    )  # fmt: skip
