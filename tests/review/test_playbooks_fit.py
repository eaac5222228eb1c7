"""When a playbook fits: on the frozen evidence, never on what is not known, and never so that it tells of closed advice."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.review import actions
from ordersops.review.figures import Figures, figures, tried
from ordersops.review.playbooks import fits, fitting, looked_at, tells
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, RecommendationFactory
from tests.people import MakePerson, MakeStore
from tests.review.automated import allowed
from tests.review.plays import SEEN, playbook, steps_alone
from tests.review.scene import case_about, held

pytestmark = pytest.mark.django_db
KNOWN = Evidence([
    Fact("total", "Order total", "money", Decimal("120.00"), unit="USD"),
    Fact("cvv_match", "The CVV matched", "flag", True, trust="system"),
    Fact("cards_tried", "Cards tried", "count", 2, trust="system"),
    Fact("card_funding", "Card funding", "text", "prepaid"),
    Fact("forwarder", "Forwarder", "flag", state="unavailable", trust="system"),
    Fact("note", "Note", "text", "urgent please", trust="customer"),
])  # fmt: skip


def about(facts: Evidence = KNOWN, **more: Any) -> Evidence:
    return looked_at(RecommendationFactory(snapshot__facts=facts, **more))


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ([["cvv_match", "eq", True]], True),
        ([["cvv_match", "eq", False]], False),
        ([["cards_tried", "ge", "2"], ["cvv_match", "eq", True]], True),
        ([["cards_tried", "gt", "2"], ["cvv_match", "eq", True]], False),
        ([["total", "le", "120 USD"]], True),
        ([["total", "le", "120 EUR"]], False),
        ([["card_funding", "eq", "PREPAID"]], True),
        ([["rules.saw", "contains", "ip_velocity"]], True),
        ([["rules.saw", "contains", "known_customer"]], True),
        ([["rules.saw", "contains", "avs"]], False),  # it could not be looked at
        ([["rules.saw", "contains", "forwarder"]], False),
        ([["advice.outcome", "eq", "decline"]], True),
        ([["advice.outcome", "ne", "decline"]], False),
        ([["advice.score", "ge", "70"], ["advice.band", "eq", "high"]], True),
        ([["advice.score", "gt", "70"]], False),
        ([], False),
    ],
)
def test_all_conditions_must_hold(conditions: list[Any], holds: bool) -> None:
    assert fits(conditions, about()) == holds


@pytest.mark.parametrize(
    "condition",
    [
        ["forwarder", "eq", True], ["forwarder", "eq", False], ["forwarder", "ne", True], ["forwarder", "present", None],
        ["forwarder", "absent", None],
        ["same_country", "ne", True], ["same_country", "absent", None], ["note", "contains", "urgent please"],
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_known_and_what_the_customer_typed_fit_nothing(condition: list[Any]) -> None:
    assert not fits([condition], about())


def test_those_in_force_in_the_store_fit(
    store: Store, system: User, make_store: MakeStore, make_person: MakePerson, django_assert_max_num_queries: Any
) -> None:
    elsewhere = make_store()
    writer = make_person(Role.SUPERVISOR, store, elsewhere)
    here = playbook(store, writer, name="Here")
    everywhere = actions.add_playbook(lane="fraud", said=steps_alone(name="Everywhere"), by=writer)
    playbook(elsewhere, writer, name="Elsewhere")
    playbook(store, writer, name="Of other orders", conditions=[["rules.saw", "contains", "forwarder"]])
    actions.retire_playbook(playbook=playbook(store, writer, name="Retired").playbook, by=writer)
    case = case_about(store, system)
    advice = Recommendation.objects.select_related("snapshot").prefetch_related("signals").get(order=case.order)
    with django_assert_max_num_queries(1):
        assert fitting(case, advice) == [everywhere, here]
    assert fitting(case, None) == []


# --- Closed advice ----------------------------------------------------------------------------------------------------
@pytest.fixture
def blind(store: Store, make_person: Any) -> str:
    return allowed(store, make_person(), make_person(), mode="assist", blind_share=Decimal(1))


@pytest.fixture
def closed(store: Store, system: User, blind: str) -> Case:
    found: Case = CaseFactory(order=held(store, system), store=store, advice__policy_version=blind)
    return found


def test_what_tells_stays_away_until_the_first_impression(
    client: Client, closed: Case, supervisor: User, fraud_reviewer: User, store: Store
) -> None:
    prepares = playbook(store, supervisor, name="Prepares a decision")
    asks = playbook(store, supervisor, steps_alone(name="Asks for the advice", conditions=[["advice.outcome", "eq", "decline"]]))
    scores = playbook(store, supervisor, steps_alone(name="Asks for the score", conditions=[SEEN, ["advice.score", "ge", "10"]]))
    plain = playbook(store, supervisor, steps_alone(name="Only what to do"))
    assert [tells(row) for row in (prepares, asks, scores, plain)] == [True, True, True, False]
    client.force_login(fraud_reviewer)
    text = client.get(reverse("case", args=[closed.pk])).content.decode()
    assert "Only what to do" in text
    assert "Fill in" not in text
    for row in (prepares, asks, scores):
        assert row.name not in text
    assert client.get(reverse("case_approve", args=[closed.pk]), {"playbook": prepares.pk}).status_code == 409
    actions.give_impression(case=closed, by=fraud_reviewer, outcome="release")
    text = client.get(reverse("case", args=[closed.pk])).content.decode()
    for row in (prepares, asks, scores, plain):
        assert row.name in text


def test_trying_conditions_leaves_out_what_is_closed(client: Client, closed: Case, supervisor: User, store: Store) -> None:
    asks = [["advice.outcome", "eq", "decline"]]
    found = tried(supervisor, lane("fraud"), asks, None)
    assert (found.found, found.asked, found.left_out) == ([], 0, 1)
    assert tried(supervisor, lane("fraud"), [SEEN], None).found == [closed]
    actions.give_impression(case=closed, by=supervisor, outcome="release")
    assert tried(supervisor, lane("fraud"), asks, None).found == [closed]


# --- Trying, and figures ----------------------------------------------------------------------------------------------
def test_trying_counts_the_open_cases_that_one_sees(
    client: Client, store: Store, system: User, supervisor: User, make_store: MakeStore, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        case_about(store, system)
    case_about(make_store(), system)
    with django_assert_max_num_queries(8):
        found = tried(supervisor, lane("fraud"), [SEEN], None)
    assert (found.asked, found.more) == (3, False)
    client.force_login(supervisor)
    form = {
        "name": "A try", "store": store.pk, "fact_1": "rules.saw", "op_1": "contains", "value_1": "ip_velocity", "steps": "Look.", "outcome": "",
        "try": "1",
    }  # fmt: skip
    text = client.post(reverse("playbook_add", args=["fraud"]), form).content.decode()
    assert "Fits 3 of 3 open cases" in text
    none = client.post(reverse("playbook_add", args=["fraud"]), {**form, "value_1": "no_such_signal"}).content.decode()
    assert "Fits 0 of 3 open cases" in none


def test_figures_count_the_decisions_that_stand_in_ones_stores(
    store: Store, system: User, supervisor: User, make_store: MakeStore, make_person: MakePerson
) -> None:
    row = playbook(store, supervisor)
    person = make_person()
    DecisionFactory(case=case_about(store, system), by=person, fitted=[row.pk], playbook=row, playbook_kept=True)
    DecisionFactory(case=case_about(store, system), by=person, fitted=[row.pk], playbook=row, playbook_kept=False)
    DecisionFactory(case=case_about(store, system), by=person, fitted=[row.pk])
    DecisionFactory(case=case_about(store, system), by=person)
    DecisionFactory(case=case_about(store, system), by=person, fitted=[row.pk], decided_at=timezone.now() - timedelta(days=31))
    DecisionFactory(case=case_about(make_store(), system), by=person, fitted=[row.pk])
    newer = actions.change_playbook(playbook=row.playbook, said=steps_alone(), version=1, by=supervisor)
    DecisionFactory(case=case_about(store, system), by=person, fitted=[newer.pk])
    assert figures(supervisor, [row.playbook_id]) == {row.playbook_id: Figures(fitted=4, used=2, kept=1)}
    assert figures(make_person(), [row.playbook_id]) == {row.playbook_id: Figures()}
