"""A letter to the customer begins with the text of the decision's reason, as supervisors word it now."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.cases.models import Case
from ordersops.review.actions import approve, change_reason, override, sync_reasons, undo
from ordersops.review.models import Decision
from ordersops.review.telling import draft
from ordersops.stores.models import Store
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
GOES_ON = "Thank you for your order. It is being prepared now."


@pytest.fixture
def case(store: Store, system: User) -> Case:
    sync_reasons()
    return case_about(store, system, outcome="release", email="ada@example.org")


def test_nothing_is_said_before_a_decision_and_after_it_was_undone(case: Case, fraud_reviewer: User) -> None:
    assert draft(case.order) == {}
    decision = approve(case=case, by=fraud_reviewer, version=1, reason="A1")
    assert isinstance(decision, Decision)
    assert draft(case.order) == {"subject": f"Your order {case.order}", "text": GOES_ON}
    undo(decision=decision, by=fraud_reviewer)
    assert draft(case.order) == {}


def test_the_words_are_those_in_force(case: Case, fraud_reviewer: User, supervisor: User) -> None:
    approve(case=case, by=fraud_reviewer, version=1, reason="A1")
    change_reason(
        lane="fraud", code="A1", version=1, text="Verified", customer_text="Thank you, your parcel is on its way soon.", by=supervisor
    )
    assert draft(case.order)["text"] == "Thank you, your parcel is on its way soon."


def test_a_reason_that_goes_either_way_says_nothing(case: Case, supervisor: User) -> None:
    override(case=case, by=supervisor, outcome="decline", reason="O1", note="The customer says it was not them.", version=1)
    assert draft(case.order) == {}


def test_the_form_begins_with_it(case: Case, fraud_reviewer: User, supervisor: User, client: Client, settings: Any) -> None:
    settings.MAIL_LEAVES = True
    approve(case=case, by=fraud_reviewer, version=1)
    client.force_login(supervisor)
    assert GOES_ON in client.get(reverse("effect_ask", args=[case.order_id, "message.send"])).content.decode()
