"""What people do with an automatic decision is a check of the advice it followed; a case drawn for a check stays a person's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.models import Recommendation
from ordersops.cases.models import Case
from ordersops.review.actions import approve, override, undo
from ordersops.review.automation import automate
from ordersops.review.models import Decision
from ordersops.rollout.figures import Agreement, agreement, checks, people_decisions
from ordersops.rollout.gates import gates
from ordersops.rollout.models import Consideration, Step, Trial
from ordersops.stores.models import Store
from tests.factories import RecommendationFactory, SnapshotFactory
from tests.people import MakePerson
from tests.review.automated import advised, allowed, earned
from tests.rollout.measured import here

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(store: Store, system: User, fraud_reviewer: User, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch) -> str:
    """A policy under which automation decides. Chance draws nobody."""
    monkeypatch.setattr("ordersops.rollout.mandate.secrets.randbelow", lambda most: most - 1)
    found = allowed(store, make_person(), make_person(), most_a_day=100)
    earned(store, system, fraud_reviewer, found)
    return found


@pytest.fixture
def senior(store: Store, make_person: MakePerson) -> User:
    return make_person(Role.SENIOR_FRAUD_REVIEWER, store)


def decided(store: Store, system: User, version: str) -> Decision:
    case = advised(store, system, version)
    automate()
    return Decision.objects.get(case=case, source="system")


def checked(store: Store) -> Agreement:
    return agreement(here(store).in_force, ["sampled"])


def again(decision: Decision, by: User, outcome: str) -> Decision:
    """A person decides the case that is open again."""
    case = Case.objects.get(pk=decision.case_id)
    if outcome == Recommendation.objects.filter(order=case.order).latest("advised_at").outcome:
        return approve(case=case, by=by, version=case.version)
    return override(case=case, by=by, outcome=outcome, reason="O2", note="It is a known drop address.", version=case.version)


# --- Taken back -----------------------------------------------------------------------------------------------------
def test_what_is_taken_back_was_disagreed_with_and_nobody_need_decide_first(store: Store, system: User, version: str, senior: User) -> None:
    people = people_decisions(here(store).in_force, least=500)
    decision = decided(store, system, version)
    assert checked(store) == Agreement(0, 0)
    undo(decision=decision, by=senior)
    assert checked(store) == Agreement(1, 0, taken_back=1)
    trial = Trial.objects.get(source="sampled")
    assert (trial.recommendation, trial.advised, trial.decided, trial.decision.by) == (decision.recommendation, "release", "undo", senior)
    gate = next(gate for gate in gates(here(store).in_force, "auto") if gate.name == "Agreement")
    assert gate.sentence.endswith("Automatic decisions taken back: 1.")
    assert people_decisions(here(store).in_force, least=500) == people  # it decides nothing yet


def test_automation_that_is_taken_back_twice_falls(store: Store, system: User, version: str, senior: User) -> None:
    first, second = decided(store, system, version), decided(store, system, version)
    undo(decision=first, by=senior)
    assert here(store).rung == "auto"
    undo(decision=second, by=senior)
    assert here(store).rung == "assist"
    step = Step.objects.get()
    assert (step.figures["cause"], step.by.is_system) == ("agreement", True)


@pytest.mark.parametrize(("outcome", "agreed"), [("release", 1), ("decline", 0)])
def test_the_next_decision_of_a_person_is_the_check(
    outcome: str, agreed: int, store: Store, system: User, version: str, senior: User
) -> None:
    decision = decided(store, system, version)
    undo(decision=decision, by=senior)
    again(decision, senior, outcome)
    assert checked(store) == Agreement(1, agreed)


def test_it_is_measured_on_the_advice_that_automation_followed(store: Store, system: User, version: str, senior: User) -> None:
    decision = decided(store, system, version)
    undo(decision=decision, by=senior)
    old = decision.recommendation
    same = {key: getattr(old, key) for key in ("order", "policy_version", "mode", "advisor_version")}
    RecommendationFactory(**same, snapshot=SnapshotFactory(order=old.order, store=store), outcome="decline")
    again(decision, senior, "decline")  # as the newer advice says
    assert checked(store) == Agreement(1, 0)


def test_taking_that_back_too_leaves_the_disagreement(store: Store, system: User, version: str, senior: User) -> None:
    decision = decided(store, system, version)
    undo(decision=decision, by=senior)
    undo(decision=again(decision, senior, "release"), by=senior)
    assert checked(store) == Agreement(1, 0, taken_back=1)


def test_what_a_person_decided_first_is_no_check_when_taken_back(store: Store, system: User, version: str, senior: User) -> None:
    case = advised(store, system, version, mode="assist")
    undo(decision=approve(case=case, by=senior, version=case.version), by=senior)
    assert checked(store) == Agreement(0, 0)


# --- Drawn ----------------------------------------------------------------------------------------------------------
def drawn_case(store: Store, system: User, version: str, monkeypatch: pytest.MonkeyPatch) -> Case:
    with monkeypatch.context() as patch:
        patch.setattr("ordersops.rollout.mandate.secrets.randbelow", lambda most: 0)
        case = advised(store, system, version)
        automate()
    assert Consideration.objects.get(recommendation__order=case.order).result == "sampled"
    return case


def test_a_drawn_case_stays_a_persons_whatever_newer_advice_comes(
    store: Store, system: User, version: str, senior: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = drawn_case(store, system, version, monkeypatch)
    old = Recommendation.objects.get(order=case.order)
    same = {key: getattr(old, key) for key in ("order", "policy_version", "mode", "outcome", "score", "band", "advisor_version")}
    new = RecommendationFactory(**same, snapshot=SnapshotFactory(order=case.order, store=store))
    automate()
    assert (new.consideration.result, new.consideration.why) == ("sampled", "The case was drawn for a person's check.")
    assert not Decision.objects.filter(source="system").exists()
    assert checks(here(store).in_force, now=timezone.now(), most=100) == 1  # one case, one check
    case.refresh_from_db()
    approve(case=case, by=senior, version=case.version)
    assert checked(store) == Agreement(1, 1)
    assert checks(here(store).in_force, now=timezone.now(), most=100) == 1


def test_a_draw_of_an_earlier_case_of_the_order_binds_no_later_one(
    store: Store, system: User, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = drawn_case(store, system, version, monkeypatch)
    Case.objects.filter(pk=case.pk).update(opened_at=timezone.now() + timedelta(seconds=1))
    old = Recommendation.objects.get(order=case.order)
    same = {key: getattr(old, key) for key in ("order", "policy_version", "mode", "outcome", "score", "band", "advisor_version")}
    RecommendationFactory(**same, snapshot=SnapshotFactory(order=case.order, store=store))
    automate()
    assert Decision.objects.filter(source="system").count() == 1


def test_a_draw_that_is_lost_or_lies_for_days_is_made_up_for(
    store: Store, system: User, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (drawn_case(store, system, version, monkeypatch) for _ in range(2))
    in_force = here(store).in_force
    assert checks(in_force, now=timezone.now(), most=100) == 2
    Case.objects.filter(pk=first.pk).update(state="withdrawn")
    assert checks(in_force, now=timezone.now(), most=100) == 1
    assert checks(in_force, now=timezone.now() + timedelta(days=2), most=100) == 1
    assert checks(in_force, now=timezone.now() + timedelta(days=4), most=100) == 0
    assert second.is_open
