"""What the resources say, beyond their form: lists, versions, problems, and what stays hidden."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.effects.models import Effect
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.api.conftest import Machine, MakeMachine, World
from tests.factories import (
    CaseFactory,
    DecisionFactory,
    EffectFactory,
    HoldFactory,
    OrderFactory,
    RecommendationFactory,
    TransactionFactory,
)

pytestmark = pytest.mark.django_db

LISTS = ["stores", "orders", "cases", "queues/fraud", "decisions", "recommendations", "effects", "audit-events"]


def walk(asks: Machine, path: str, limit: int, **query: Any) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        answer = asks.get(path, limit=limit, **query, **({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.content
        page = answer.json()
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next_cursor"]
        assert ("Link" in answer) is bool(cursor)
        if not cursor:
            return found


@pytest.mark.parametrize("path", LISTS)
def test_pages_hold_every_row_once_in_one_order(path: str, world: World, supervisor: User, machine: MakeMachine) -> None:
    for case in CaseFactory.create_batch(5, order__store=world.store):
        HoldFactory(order=case.order, placed_by=supervisor)
    asks = machine(supervisor)
    whole = walk(asks, path, 100)
    assert [row["id"] for row in walk(asks, path, 2)] == [row["id"] for row in whole]
    assert len({row["id"] for row in whole}) == len(whole) > 0


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "101"}, {"limit": "ten"}, {"cursor": "nonsense"}, {"cursor": "WzFd" * 100}, {"color": "red"}, {"limit": ""}],
)
def test_what_cannot_be_read_is_refused(path: str, query: dict[str, str], world: World, supervisor: User, machine: MakeMachine) -> None:
    answer = machine(supervisor).get(path, **query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(query))


def test_filters(world: World, supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    held = OrderFactory(store=world.store, on_hold=True, number="#777")
    assert [row["id"] for row in walk(asks, "orders", 50, on_hold="true")] == [str(held.pk)]
    assert walk(asks, "orders", 50, since="2100-01-01T00:00:00Z") == []
    assert {row["state"] for row in walk(asks, "cases", 50, state="decided")} == {"decided"}
    assert {row["case"] for row in walk(asks, "decisions", 50, case=str(world.decision.case_id))} == {str(world.decision.case_id)}
    assert {row["state"] for row in walk(asks, "effects", 50, state="dead")} == {"dead"}
    assert {row["order"] for row in walk(asks, "audit-events", 50, order=str(world.order.pk))} <= {str(world.order.pk)}


def test_money_and_times(world: World, supervisor: User, machine: MakeMachine) -> None:
    Order.objects.filter(pk=world.order.pk).update(total=Decimal("1234.50"), placed_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    said = machine(supervisor).get(f"orders/{world.order.pk}").json()
    assert said["total"] == {"amount": "1234.50", "currency": "USD"}
    assert said["placed_at"] == "2026-03-01T12:00:00Z"
    assert said["lines"][0]["price"]["currency"] == "USD"


def test_advice_that_is_only_measured_is_hidden(world: World, supervisor: User, machine: MakeMachine) -> None:
    hidden = RecommendationFactory(order=world.order, advisor="claude", outcome="release", shown=False)
    asks = machine(supervisor)
    assert asks.get(f"recommendations/{hidden.pk}").status_code == 404
    assert str(hidden.pk) not in str(walk(asks, "recommendations", 100))
    case = asks.get(f"cases/{world.case.pk}").json()
    assert case["recommendation"]["id"] != str(hidden.pk)
    assert "claude" not in str(case).lower()


def test_deciding_names_what_was_seen(world: World, supervisor: User, machine: MakeMachine) -> None:
    asks, path = machine(supervisor), f"cases/{world.case.pk}"
    seen = asks.get(path)
    assert seen["ETag"] == '"1"'
    assert seen.json()["available"]["approve"] is True
    for headers, body, status in (
        ({}, {}, 428),
        ({"If-Match": '"9"'}, {}, 412),
        ({"If-Match": "*"}, {}, 400),
        ({"If-Match": '"1"'}, {"version": 2}, 422),
        ({}, {"version": 9}, 409),
        ({}, {"version": "1"}, 422),
        ({}, {"version": True}, 422),
        ({"If-Match": '"1"'}, {"reason": "D1"}, 200),
    ):
        answer = asks.post(f"{path}/approve", body, headers=headers)
        assert answer.status_code == status, (headers, body, answer.content)
    assert answer.json()["decisions"][0]["reason"] == "D1"
    assert answer["ETag"] != seen["ETag"]


def test_the_work_of_a_day(world: World, supervisor: User, machine: MakeMachine) -> None:
    """Take the next case, override, undo; hold and release; ask for an act and take it back."""
    asks = machine(supervisor)
    case = asks.post("queues/fraud/next").json()["case"]
    assert case["held_by"]["id"] == str(supervisor.pk)
    said = {"version": case["version"], "outcome": "release", "reason": "O1", "note": "They called from their home number."}
    decided = asks.post(f"cases/{case['id']}/override", said).json()
    assert (decided["state"], decided["decisions"][0]["overrides"]) == ("decided", True)
    undone = asks.post(f"decisions/{decided['available']['undo']}/undo")
    assert undone.json()["outcome"] == "undo"
    hold = asks.post(f"orders/{world.order.pk}/hold", {"reason": "stock", "note": "One is broken"})
    assert hold.status_code == 201
    assert asks.post(f"holds/{hold.json()['id']}/release").json()["released_by"]["id"] == str(supervisor.pk)
    note = {"kind": "order.note", "arguments": {"text": "Ring twice"}, "reason": "They asked us to"}
    effect = asks.post(f"orders/{world.order.pk}/effects", note)
    assert effect.status_code == 201
    assert asks.post(f"effects/{effect.json()['id']}/take-back").json()["state"] == "undone"


def test_an_act_needs_the_scope_of_its_kind(world: World, supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor, "act")
    path = f"orders/{world.order.pk}/effects"
    refund = {"kind": "refund.create", "arguments": {"amount": "1.00", "currency": "USD"}, "reason": "They asked us to"}
    answer = asks.post(path, refund)
    assert answer.status_code == 403
    assert "money" in answer.json()["detail"]
    assert not Effect.objects.filter(kind="refund.create").exists()
    assert asks.post(path, {"kind": "order.note", "arguments": {"text": "x"}, "reason": "They asked us to"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"reason": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"reason": "stock\\u0000"}', "application/json", 422),
        (b'{"reason": "stock", "note": "\\ud800"}', "application/json", 422),
        (b'{"reason": "stock", "colour": "red"}', "application/json", 422),
        (b'{"reason": "fraud"}', "application/json", 422),
        (b"reason=stock", "application/x-www-form-urlencoded", 415),
        (b"x" * (2 * 1024 * 1024 + 1), "application/json", 413),
    ],
    ids=range(11),
)
def test_bodies_that_are_none(body: bytes, kind: str, status: int, world: World, supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    headers = asks.headers({"Idempotency-Key": "never-mind"})
    answer = asks.client.post(f"/api/v1/orders/{world.order.pk}/hold", body, content_type=kind, headers=headers)
    assert answer.status_code == status, answer.content
    said = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert said["status"] == status
    assert all(said[name] for name in ("type", "title", "detail", "instance", "next"))
    assert answer["X-Request-Id"] in said["instance"]


def test_an_address_that_there_is_not(db: None) -> None:
    answer = Machine().get("nothing/here")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_no_secret_and_no_endpoint_of_a_store(world: World, make_person: Any, machine: MakeMachine) -> None:
    text = machine(make_person(Role.ADMIN, world.store)).get(f"stores/{world.store.pk}").content.decode()
    assert world.store.webhook_secret not in text
    assert str(world.store.endpoint_id) not in text


def queries(asks: Machine, path: str) -> int:
    asks.get(path)  # the minute of its last use
    with CaptureQueriesContext(connection) as captured:
        assert asks.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", [*LISTS, "orders/{order}", "cases/{case}", "recommendations/{advice}", "effects/{effect}"])
def test_the_same_number_of_queries_however_many_rows(
    path: str, world: World, store: Store, supervisor: User, machine: MakeMachine
) -> None:
    asks = machine(supervisor)
    path = path.format(order=world.order.pk, case=world.case.pk, advice=world.decision.recommendation_id, effect=world.planned.pk)
    few = queries(asks, path)
    for case in CaseFactory.create_batch(12, order__store=store):
        EffectFactory(decision=DecisionFactory(case=case, by=supervisor))
        TransactionFactory(order=world.order)
        CaseFactory(order=OrderFactory(store=store))
    assert queries(asks, path) == few <= 30
