"""Tags, deadlines and requested reviews for machines: the verbs of the desk."""

from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.api.scopes import Scope
from ordersops.cases.models import Case
from ordersops.stores.models import Store
from tests.api.conftest import MakeMachine
from tests.factories import CaseFactory, OrderFactory
from tests.review.test_request_review import WHY, passed

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store) -> Case:
    return CaseFactory(order=OrderFactory(store=store, payment="paid"))


def test_tags_are_set_shown_and_asked_for(case: Case, store: Store, fraud_reviewer: User, machine: MakeMachine) -> None:
    CaseFactory(order__store=store)
    asks = machine(fraud_reviewer)
    assert asks.post(f"cases/{case.pk}/tags", {"add": ["Gift", "vip"]}).json()["tags"] == ["gift", "vip"]
    assert asks.post(f"cases/{case.pk}/tags", {"remove": ["vip"]}).json()["tags"] == ["gift"]
    assert [row["id"] for row in asks.get("queues/fraud", tag="Gift").json()["items"]] == [str(case.pk)]
    assert asks.get("queues/fraud", tag="vip").json()["items"] == []
    assert asks.get("queues/fraud", tag="<b>").status_code == 422
    assert asks.post(f"cases/{case.pk}/tags", {"add": ["a@b.example"]}).status_code == 422
    assert asks.post(f"cases/{case.pk}/tags", {"add": ["gift"]}).status_code == 409


def test_the_same_rights_as_at_the_desk(case: Case, auditor: User, fraud_reviewer: User, machine: MakeMachine) -> None:
    assert machine(auditor).post(f"cases/{case.pk}/tags", {"add": ["gift"]}).status_code == 403
    assert machine(fraud_reviewer, Scope.READ).post(f"cases/{case.pk}/tags", {"add": ["gift"]}).status_code == 403
    assert machine(fraud_reviewer).post(f"cases/{case.pk}/deadline", {"working_days": 2, "note": WHY}).status_code == 403


@pytest.mark.parametrize("both", [{}, {"due_at": "2099-01-01T00:00:00Z", "working_days": 2}])
def test_a_deadline_is_a_moment_or_working_days(both: dict[str, Any], case: Case, supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    assert asks.post(f"cases/{case.pk}/deadline", {**both, "note": WHY}).status_code == 422
    moved = asks.post(f"cases/{case.pk}/deadline", {"working_days": 2, "note": WHY}).json()
    case.refresh_from_db()
    assert case.due_set_at is not None
    assert moved["due_at"] == case.due_at.isoformat().replace("+00:00", "Z")


def test_a_review_is_asked_for(store: Store, support_agent: User, fraud_reviewer: User, machine: MakeMachine) -> None:
    order, asks = passed(store), machine(support_agent)
    answer = asks.post(f"orders/{order.pk}/reviews", {"lane": "fraud", "note": WHY, "to": str(fraud_reviewer.pk)})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["requested_by"]["name"], made["assigned_to"]["name"]) == (support_agent.name, fraud_reviewer.name)
    assert asks.post(f"orders/{order.pk}/reviews", {"lane": "fraud", "note": WHY}).status_code == 409
    assert asks.post(f"orders/{order.pk}/reviews", {"lane": "returns", "note": WHY}).status_code == 422
