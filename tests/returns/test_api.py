"""Returns over the interface for machines."""

from typing import Any

import pytest

from returns.models import ReturnRequest
from tests.api.conftest import MakeMachine, machine
from tests.returns.shop import delivered_order

__all__ = ["machine"]
pytestmark = pytest.mark.django_db


def test_a_return_is_asked_for_and_read(store: Any, reviewer: Any, machine: MakeMachine, work: Any) -> None:
    order, asks = delivered_order(store), machine(reviewer)
    body = {"lines": [{"line": "li-0", "quantity": 1, "reason": "UNWANTED"}], "wish": "refund"}
    made = asks.post(f"orders/{order.pk}/returns", body)
    assert made.status_code == 201, made.content
    work()
    found = asks.get(f"returns/{made.json()['id']}").json()
    assert (found["state"], found["source"], found["lines"][0]["line"], len(found["lines"][0]["checks"])) == (
        "requested",
        "api",
        "li-0",
        12,
    )
    assert asks.post(f"orders/{order.pk}/returns", body).status_code == 409
    assert asks.post(f"orders/{order.pk}/returns", {"lines": []}).status_code in {400, 422}
    assert ReturnRequest.objects.count() == 1


def test_a_machine_without_the_right_asks_for_nothing(store: Any, support_agent: Any, machine: MakeMachine) -> None:
    order = delivered_order(store)
    answer = machine(support_agent).post(f"orders/{order.pk}/returns", {"lines": [{"line": "li-0", "quantity": 1, "reason": "UNWANTED"}]})
    assert answer.status_code == 403
    assert not ReturnRequest.objects.exists()
