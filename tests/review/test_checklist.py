"""The lane's checklist: what the evidence answers, what a person ticks, and where a policy wants it complete."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.advice.facts import Evidence, Fact
from ordersops.audit.models import Event
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.review import actions
from ordersops.review.checklist import items
from ordersops.review.models import Tick
from ordersops.review.queries import available
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.review.automated import allowed
from tests.review.scene import held

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store, system: User) -> Case:
    found: Case = CaseFactory(order=held(store, system), store=store)
    return found


def answers(*facts: Fact) -> dict[str, str]:
    return {item.check.key: item.answer for item in items(lane("fraud"), Evidence(facts), ())}


def test_the_evidence_answers_what_it_knows() -> None:
    yes, no = Fact("cvv_match", "The CVV matched", "flag", True), Fact("cvv_match", "The CVV matched", "flag", False)
    post = Fact("avs_postcode", "AVS: the postcode matched", "flag", True)
    assert answers(yes, post)["card"] == "yes"
    assert answers(no, post)["card"] == "no"
    assert answers(yes)["card"] == ""  # missing is not bad, and not good either
    assert answers(Fact("cvv_match", "The CVV matched", "flag", state="unavailable"), post)["card"] == ""
    assert answers(yes, post)["asked"] == ""  # only a person can say


def test_what_it_rests_on_is_said() -> None:
    facts = Evidence([Fact("cvv_match", "The CVV matched", "flag", False), Fact("avs_postcode", "The postcode matched", "flag", True)])
    (card,) = [item for item in items(lane("fraud"), facts, ()) if item.check.key == "card"]
    assert card.rests_on == ("The CVV matched",)


def test_ticking_and_taking_back(fraud_reviewer: User, case: Case) -> None:
    actions.tick(case=case, by=fraud_reviewer, item="asked")
    actions.tick(case=case, by=fraud_reviewer, item="asked")
    assert Tick.objects.get().by == fraud_reviewer
    actions.tick(case=case, by=fraud_reviewer, item="asked", on=False)
    actions.tick(case=case, by=fraud_reviewer, item="asked", on=False)
    assert not Tick.objects.exists()
    assert list(Event.objects.filter(case=case).order_by("id").values_list("verb", flat=True)) == ["case.ticked", "case.unticked"]


def test_who_may_not(auditor: User, fraud_reviewer: User, senior_fraud_reviewer: User, case: Case) -> None:
    with pytest.raises(Forbidden):
        actions.tick(case=case, by=auditor, item="asked")
    with pytest.raises(Invalid):
        actions.tick(case=case, by=fraud_reviewer, item="no such item")
    from ordersops.cases.actions import claim

    claim(case=case, by=senior_fraud_reviewer)
    with pytest.raises(Conflict, match="is working on this case"):
        actions.tick(case=case, by=fraud_reviewer, item="asked")


def test_a_closed_case_keeps_its_checklist(fraud_reviewer: User, case: Case) -> None:
    actions.approve(case=case, by=fraud_reviewer, version=case.version)
    with pytest.raises(Conflict, match="stays as it is"):
        actions.tick(case=case, by=fraud_reviewer, item="asked")


def test_it_blocks_only_where_the_policy_says_so(store: Store, system: User, fraud_reviewer: User, make_person: Any, case: Case) -> None:
    assert available(case, fraud_reviewer).approve
    version = allowed(store, make_person(), make_person(), mode="assist", checklist_required=True)
    strict = CaseFactory(order=held(store, system), store=store, advice__policy_version=version)
    assert available(strict, fraud_reviewer).why_not.startswith("The checklist must be complete first")
    with pytest.raises(Conflict, match="The checklist must be complete"):
        actions.approve(case=strict, by=fraud_reviewer, version=strict.version)
    for check in lane("fraud").checklist:
        actions.tick(case=strict, by=fraud_reviewer, item=check.key)
    assert available(strict, fraud_reviewer).approve
    actions.approve(case=strict, by=fraud_reviewer, version=strict.version)


def test_the_page_ticks_with_and_without_scripts(client: Client, fraud_reviewer: User, case: Case) -> None:
    client.force_login(fraud_reviewer)
    url = reverse("case_tick", args=[case.pk])
    assert client.post(url, {"item": "asked", "on": "1"}).status_code == 303
    page = client.get(reverse("case", args=[case.pk])).content.decode()
    assert 'aria-checked="true"' in page
    assert f"{fraud_reviewer}, <time" in page
    fragment = client.post(url, {"item": "asked"}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="checklist"' in fragment
    assert 'hx-swap-oob="true"' in fragment
    assert 'aria-checked="true"' not in fragment
    assert client.post(url, {}).status_code == 422
