"""What of automation waits for somebody: on the first page, and beside a decision that nobody took."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice import breaker
from ordersops.review.models import Decision
from ordersops.rollout.models import Harm, PolicyVersion, Switch
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, PolicyVersionFactory

pytestmark = pytest.mark.django_db

REFUSED = "The service refuses the key."


def text(client: Client, user: User, url: str) -> str:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def automatic(store: Store, system: User) -> Decision:
    found: Decision = DecisionFactory(case=CaseFactory(order__store=store), by=system, source="system")
    return found


@pytest.mark.parametrize(("role", "told"), [(Role.SUPERVISOR, True), (Role.AUDITOR, True), (Role.FRAUD_REVIEWER, False)])
def test_an_advisor_that_somebody_has_to_look_at(role: Role, told: bool, client: Client, store: Store, make_person: Any) -> None:
    breaker.fault("claude", alert=REFUSED)
    assert (REFUSED in text(client, make_person(role, store), reverse("home"))) is told


def test_a_fault_that_passes_by_itself_is_no_alert(client: Client, supervisor: User, store: Store) -> None:
    breaker.fault("claude")
    assert "cannot be asked" not in text(client, supervisor, reverse("home"))


def test_a_policy_waits_for_those_who_may_judge_it(client: Client, store: Store, make_person: Any) -> None:
    author = make_person(Role.SUPERVISOR, store)
    policy: PolicyVersion = PolicyVersionFactory(store=store, author=author)
    said = {
        person: text(client, person, reverse("home"))
        for person in (
            make_person(Role.SUPERVISOR, store),
            author,
            make_person(Role.AUDITOR, store),
            make_person(Role.FRAUD_REVIEWER, store),
        )
    }
    other, own, auditor, reviewer = said.values()
    assert "1 policy waits for your verdict" in other
    for page in (own, auditor):
        assert "1 policy waits for a second person" in page
        assert reverse("policy", args=[policy.pk]) in page
    assert policy.version not in reviewer


def test_nothing_of_another_store(client: Client, other_store: Store, supervisor: User, make_person: Any) -> None:
    policy = PolicyVersionFactory(store=other_store, author=make_person())
    Switch.objects.create(lane="fraud", store=other_store, why="Bad answers since noon", by=make_person())
    page = text(client, supervisor, reverse("home"))
    assert policy.version not in page
    assert "Bad answers since noon" not in page


def test_a_kill_switch_is_told(client: Client, store: Store, supervisor: User) -> None:
    Switch.objects.create(lane="fraud", store=store, why="Bad answers since noon", by=supervisor)
    assert "Bad answers since noon" in text(client, supervisor, reverse("home"))


def test_harm_is_reported_beside_the_decision(client: Client, supervisor: User, automatic: Decision) -> None:
    case, act = reverse("case", args=[automatic.case_id]), reverse("decision_harm", args=[automatic.pk])
    assert act in text(client, supervisor, case)
    assert client.post(act, {"why": "The bank took the money back", "severity": "S1"}).status_code == 303
    assert Harm.objects.get(decision=automatic).by == supervisor
    page = text(client, supervisor, case)
    assert "The bank took the money back" in page
    assert act not in page


def test_harm_without_a_word_is_refused(client: Client, supervisor: User, automatic: Decision) -> None:
    client.force_login(supervisor)
    assert client.post(reverse("decision_harm", args=[automatic.pk]), {"why": "", "severity": "S1"}).status_code == 422
    assert not Harm.objects.exists()


def test_those_without_the_right_see_no_act(client: Client, auditor: User, fraud_reviewer: User, automatic: Decision) -> None:
    for person in (auditor, fraud_reviewer):
        assert "Report harm" not in text(client, person, reverse("case", args=[automatic.case_id]))


def test_the_decision_of_a_person_takes_no_report(client: Client, supervisor: User, store: Store, make_person: Any) -> None:
    decision = DecisionFactory(case=CaseFactory(order__store=store), by=make_person())
    assert "Report harm" not in text(client, supervisor, reverse("case", args=[decision.case_id]))


def test_the_policy_leads_to_its_place_on_the_ladder(client: Client, supervisor: User, fraud_reviewer: User, store: Store) -> None:
    case = reverse("case", args=[CaseFactory(order__store=store).pk])
    link = f'href="{reverse("rollout")}#fraud-everything-all"'
    assert link in text(client, supervisor, case)
    assert 'id="fraud-everything-all"' in text(client, supervisor, reverse("rollout"))
    assert link not in text(client, fraud_reviewer, case)


def test_those_who_only_read_are_offered_no_next_case(client: Client, auditor: User, supervisor: User, automatic: Decision) -> None:
    for url in (reverse("home"), reverse("case", args=[automatic.case_id])):
        assert reverse("queue_next", args=["fraud"]) not in text(client, auditor, url)
        assert reverse("queue_next", args=["fraud"]) in text(client, supervisor, url)
