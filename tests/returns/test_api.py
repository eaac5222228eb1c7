"""Returns over the interface for machines."""

import base64
from typing import Any

import pytest

from returns.models import ReturnRequest
from tests.api.conftest import MakeMachine, machine
from tests.returns.shop import asked_for, delivered_order, wanted
from tests.returns.test_settling import approved

__all__ = ["machine"]
pytestmark = pytest.mark.django_db
REASONS = ("UNWANTED", "SIZE_TOO_SMALL", "DEFECTIVE")


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


def test_returns_are_listed_by_pages_and_filters_within_ones_stores(
    store: Any, other_store: Any, reviewer: Any, machine: MakeMachine
) -> None:
    made = [asked_for(delivered_order(store, email=f"c{n}@customer.example"), wanted(reason=reason)) for n, reason in enumerate(REASONS)]
    asked_for(delivered_order(other_store))
    asks = machine(reviewer)
    first = asks.get("returns?limit=2").json()
    second = asks.get(f"returns?limit=2&cursor={first['next_cursor']}").json()
    assert [row["id"] for row in (*first["items"], *second["items"])] == [str(one.pk) for one in reversed(made)]
    assert second["next_cursor"] is None
    for query, found in (
        ("reason=UNWANTED", made[:1]), ("state=approved", []), ("open=true&source=page", made), (f"order={made[1].order_id}", made[1:2]),
        (f"store={other_store.pk}", []),
    ):  # fmt: skip
        rows = asks.get(f"returns?{query}").json()["items"]
        assert {row["id"] for row in rows} == {str(one.pk) for one in found}, query
    assert asks.get("returns?stat=open").status_code == 422


def test_a_photo_is_added_and_read_and_what_is_none_is_refused(store: Any, reviewer: Any, machine: MakeMachine, picture: Any) -> None:
    made, asks = asked_for(delivered_order(store), wanted(reason="DEFECTIVE")), machine(reviewer)
    _, content = picture()
    body = {"line": "li-0", "name": "front.jpg", "content": base64.b64encode(content).decode()}
    answer = asks.post(f"returns/{made.pk}/photos", body)
    assert answer.status_code == 201, answer.content
    (kept,) = answer.json()["lines"][0]["photos"]
    shown = asks.get(f"return-photos/{kept['id']}").json()
    assert base64.b64decode(shown["content"]).startswith(b"\xff\xd8")
    assert b"SECRETCAMERA" not in base64.b64decode(shown["content"])
    for wrong in ({"line": "li-9"}, {"content": "%%%"}, {"content": base64.b64encode(b"%PDF-1.7").decode()}):
        assert asks.post(f"returns/{made.pk}/photos", {**body, **wrong}).status_code == 422, wrong
    approved(made)
    assert asks.post(f"returns/{made.pk}/photos", body).status_code == 409
