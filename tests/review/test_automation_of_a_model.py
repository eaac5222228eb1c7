"""Where a model is in force: it can withhold what the rules would do, and never do what they would not; and two workers decide once."""

from collections.abc import Iterator
from typing import Any

import pytest

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.models import Recommendation
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.intake import door
from ordersops.review.automation import automate
from ordersops.review.models import Decision
from ordersops.rollout.models import Consideration
from ordersops.stores.actions import connect
from ordersops.stores.models import Store
from tests.advice.advisors.stub import leading_to
from tests.kernel.threads import at_once
from tests.people import MakePerson
from tests.review.automated import advised, allowed, answered, earned


@pytest.fixture
def version(
    store: Store, system: User, fraud_reviewer: User, make_person: MakePerson, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A policy under which Claude is asked, and has earned automation. Chance draws nobody."""
    monkeypatch.setattr("ordersops.rollout.mandate.secrets.randbelow", lambda most: most - 1)
    for name, value in leading_to("http://127.0.0.1:9").items():
        setattr(settings, name, value)
    found = allowed(store, make_person(), make_person(), advisor="claude")
    earned(store, system, fraud_reviewer, found, advisor="claude")
    return found


def considered(given: Recommendation) -> str:
    """What became of the advice; the case is decided, or untouched."""
    automate()
    found = Consideration.objects.get(recommendation=given)
    assert Decision.objects.filter(recommendation=given).exists() == (found.result == "decided")
    assert Case.objects.get(order=given.order).state == ("decided" if found.result == "decided" else "open")
    return found.why


@pytest.mark.django_db
def test_where_model_and_rules_agree_it_is_decided_on_the_models_advice(store: Store, system: User, version: str) -> None:
    given = answered(advised(store, system, version, mode="assist"), mode="auto")
    assert considered(given) == ""
    assert Effect.objects.get().decision.recommendation == given


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rules", "model", "why"),
    [
        ({"outcome": "decline"}, {"outcome": "release"}, "The scorecard alone advises otherwise."),
        ({}, {"outcome": "decline"}, "The scorecard alone advises otherwise."),
        ({}, {"verified": False}, "Not every claim"),
        ({}, {"rests_on_customer": True}, "rests on what the customer wrote"),
        ({}, {"without_customer": {}}, "It was not asked a second time without the customer's text."),
        ({}, {"without_customer": {"outcome": "decline", "score": 80}}, "rests on what the customer wrote"),
        ({"rests_on_customer": True}, {}, "rests on what the customer wrote"),
        ({}, {"confidence": "low"}, "confidence is low"),
        ({"verified": False}, {}, "no verified advice"),
        ({}, {"advisor_version": "claude-of-yesterday"}, "not the advice of the advisor in force"),
    ],
)
def test_where_they_differ_or_either_is_in_doubt_a_person_decides(
    store: Store, system: User, version: str, rules: dict[str, Any], model: dict[str, Any], why: str
) -> None:
    given = answered(advised(store, system, version, **{"mode": "assist", **rules}), **{"mode": "auto", "outcome": "release", **model})
    assert why in considered(given)


@pytest.mark.django_db
def test_the_scorecard_alone_decides_nothing_where_a_model_is_in_force(store: Store, system: User, version: str) -> None:
    case = advised(store, system, version, mode="auto")
    assert considered(case.order.recommendations.get()) == "This is not the advice of the advisor in force."


# --- Two workers ------------------------------------------------------------------------------------------------------
@pytest.fixture
def alone(fresh_database: str, django_db_blocker: Any) -> Iterator[User]:
    """The system user in a database of this test's own, where threads may commit."""
    with django_db_blocker.unblock():
        door._known.clear()
        yield sync_roles()


def test_workers_side_by_side_decide_each_case_once_and_keep_the_days_limit(alone: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ordersops.rollout.mandate.secrets.randbelow", lambda most: most - 1)
    store = connect(name="Shop", platform="generic", by=alone)
    author, approver, reviewer = (invite(email=f"p{n}@desk.example", name=f"Person {n}", by=alone) for n in range(3))
    give_role(person=reviewer, role=Role.FRAUD_REVIEWER, store=store, by=alone)
    version = allowed(store, author, approver, most_a_day=5)
    earned(store, alone, reviewer, version)
    for _ in range(8):
        advised(store, alone, version)
    results = at_once([automate, automate, automate])
    assert not [one for one in results if isinstance(one, Exception)]
    while automate():
        pass
    assert sum(results) <= 8
    assert Decision.objects.filter(source="system").count() == Effect.objects.count() == 5
    assert Consideration.objects.count() == 8
