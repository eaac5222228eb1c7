"""The lane from the event to the case and back: what needs a person, what does not, and what follows from a decision."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.models import Question
from ordersops.audit.actions import atomic
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lane
from ordersops.effects.models import Effect
from ordersops.errors import Forbidden
from ordersops.intake.jobs import drain
from ordersops.orders.actions import set_risk
from ordersops.orders.models import Order
from ordersops.review.actions import approve, override, undo
from ordersops.stock.models import Level, Location
from ordersops.stores.models import Store
from tests.intake.sending import send
from tests.kernel.history import told
from tests.people import MakePerson
from tests.triage.lane import BERLIN, advice_on, asked, case_of, placed
from triage.models import OrderException, RoutingResult
from triage.watching import look

pytestmark = pytest.mark.django_db


# --- What needs nobody ------------------------------------------------------------------------------------------------
def test_a_standard_order_is_kept_at_the_best_node_and_needs_nobody(shop: Store) -> None:
    order = placed(shop)
    result = RoutingResult.objects.get(order=order)
    assert (result.kind, result.state, result.node) == ("standard", "routed", "West")
    assert (order.allocation, order.fulfilment) == ("allocated", "routed")
    assert Level.objects.get(location__name="West", item__sku="LAMP").reserved == 1
    assert case_of(order) is None
    assert Verb.ORDER_ROUTED in told(order=order)
    assert not Effect.objects.filter(order=order).exists(), "nothing leaves without a decision"


def test_a_store_without_locations_is_not_asked(store: Store, system: User) -> None:
    order = placed(store)
    assert not Question.objects.filter(lane="triage").exists()
    assert not RoutingResult.objects.filter(order=order).exists()


def test_nothing_is_kept_for_what_waits_for_fraud_review(shop: Store) -> None:
    order = placed(shop, risk="needs_review")
    assert RoutingResult.objects.get(order=order).state == "waiting"
    assert case_of(order) is None, "fraud review is asked, not triage"
    assert OrderException.objects.open().get(order=order).key == "fraud_hold"


# --- What waits for a person ------------------------------------------------------------------------------------------
PERSON: list[tuple[dict[str, Any], str, str, str]] = [
    ({"total": "800.00"}, "flagged", "high_value", "route"),
    ({"shipping_address": {**BERLIN, "city": "Wien", "postal_code": "1010", "country": "AT"}}, "flagged", "international", "route"),
    ({"shipping_address": {**BERLIN, "postal_code": "1011"}}, "exception", "address_unverified", "tell"),
    ({"shipping_address": {**BERLIN, "postal_code": "D-10119"}}, "exception", "address_unverified", "correct_address"),
    ({"units": 30}, "exception", "out_of_stock", "tell"),
    ({"sku": "ACID"}, "exception", "out_of_stock", "tell"),
]


@pytest.mark.parametrize(("given", "kind", "signal", "outcome"), PERSON, ids=[f"{row[2]}-{row[3]}" for row in PERSON])
def test_what_waits_for_a_person(given: dict[str, Any], kind: str, signal: str, outcome: str, shop: Store) -> None:
    order = placed(shop, **given)
    assert RoutingResult.objects.get(order=order).kind == kind
    assert case_of(order) is not None
    advised = advice_on(order)
    assert advised.outcome == outcome
    assert advised.verified, advised.faults
    assert signal in {one.key for one in advised.signals.all()}
    if kind == "exception":
        assert OrderException.objects.open().get(order=order, key=signal).way


# --- Decisions --------------------------------------------------------------------------------------------------------
def test_approving_keeps_stock_and_tells_the_store(shop: Store, ops: User) -> None:
    order = placed(shop, total="800.00")
    case = case_of(order)
    assert case is not None
    decision = approve(case=case, by=ops, version=case.version)
    order.refresh_from_db()
    assert order.allocation == "allocated"
    kinds = {effect.kind: effect.arguments for effect in Effect.objects.filter(decision=decision)}
    assert kinds["order.tag"]["add"] == ["fulfilment:west"]
    assert "Ships from West" in kinds["order.note"]["text"]
    undo(decision=decision, by=ops)
    order.refresh_from_db()
    assert (order.allocation, order.fulfilment) == ("none", "unrouted")
    assert Level.objects.get(location__name="West", item__sku="LAMP").reserved == 0


def test_another_node_is_a_decision_against_the_advice(shop: Store, ops: User) -> None:
    order = placed(shop, total="800.00")
    case, east = case_of(order), Location.objects.get(name="East")
    assert case is not None
    override(
        case=case,
        by=ops,
        outcome="route",
        reason="T1",
        note="West is snowed in today.",
        version=case.version,
        terms={"chosen": str(east.pk)},
    )
    assert RoutingResult.objects.get(order=order).node == "East"
    assert Level.objects.get(location=east, item__sku="LAMP").reserved == 1


def test_deciding_needs_the_right(shop: Store, make_person: MakePerson) -> None:
    case = case_of(placed(shop, total="800.00"))
    assert case is not None
    with pytest.raises(Forbidden):
        approve(case=case, by=make_person(Role.FRAUD_REVIEWER, shop), version=case.version)


# --- What changes the answer ------------------------------------------------------------------------------------------
def test_an_exception_resolves_when_its_condition_clears(shop: Store) -> None:
    order = placed(shop, shipping_address={**BERLIN, "postal_code": "1011"})
    assert case_of(order) is not None
    placed(shop, event="order.updated", shipping_address=BERLIN)
    assert case_of(order) is None, "its question has answered itself"
    assert not OrderException.objects.open().filter(order=order).exists()
    assert RoutingResult.objects.get(order=order).state == "routed"
    assert Verb.EXCEPTION_RESOLVED in told(order=order)


def test_nothing_is_wrong_with_what_is_cancelled(shop: Store) -> None:
    order = placed(shop, shipping_address={**BERLIN, "postal_code": "1011"})
    placed(shop, event="order.cancelled", cancelled_at=timezone.now().isoformat(), shipping_address={**BERLIN, "postal_code": "1011"})
    assert not OrderException.objects.open().filter(order=order).exists()
    assert case_of(order) is None


def test_stock_that_arrives_lets_waiting_orders_go(shop: Store) -> None:
    order = placed(shop, units=30)
    assert order.allocation == "backordered"
    later = (timezone.now() + timedelta(seconds=1)).isoformat()
    send(shop, {"event": "stock.updated", "levels": [{"location": "w", "sku": "LAMP", "on_hand": 40, "updated_at": later}]})
    drain()
    asked()
    order.refresh_from_db()
    assert order.allocation == "allocated"
    assert case_of(order) is None


def test_an_order_whose_stock_vanished_is_routed_again(shop: Store) -> None:
    order = placed(shop)
    later = (timezone.now() + timedelta(seconds=1)).isoformat()
    send(shop, {"event": "stock.updated", "levels": [{"location": "w", "sku": "LAMP", "on_hand": 0, "updated_at": later}]})
    drain()
    asked()
    result = RoutingResult.objects.get(order=order)
    assert (result.node, result.reroutes) == ("East", 1)


def test_time_alone_raises_the_question(shop: Store, time_machine: Any) -> None:
    order = placed(shop)
    result = RoutingResult.objects.get(order=order)
    assert result.next_look_at is not None
    assert look() == 0
    RoutingResult.objects.update(next_look_at=timezone.now() - timedelta(seconds=1))
    assert look() == 1
    assert Question.objects.filter(lane="triage", state="pending", subject=order.pk).exists()
    assert look() == 0, "each order is asked about once"


def test_what_waits_for_a_release_is_asked_about_when_it_came(shop: Store, system: User) -> None:
    order = placed(shop, risk="needs_review")
    due = timezone.now() - timedelta(seconds=1)
    RoutingResult.objects.update(next_look_at=due)
    assert look() == 0, "nothing has changed"
    with atomic():
        set_risk(orders=[Order.objects.get(pk=order.pk)], to="approved", by=system)
    RoutingResult.objects.update(next_look_at=due)
    assert look() == 1
    assert Question.objects.filter(lane="triage", state="pending", subject=order.pk).exists()


def test_paid_and_stuck_becomes_an_exception(shop: Store) -> None:
    order = placed(shop)
    Order.objects.filter(pk=order.pk).update(placed_at=timezone.now() - timedelta(hours=60))
    order.transactions.update(at=timezone.now() - timedelta(hours=60))
    RoutingResult.objects.update(next_look_at=timezone.now() - timedelta(seconds=1))
    look()
    asked()
    assert OrderException.objects.open().get(order=order).key == "stuck"
    assert case_of(order) is not None


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_case_and_order_page_show_the_plan_table(client: Client, shop: Store, ops: User) -> None:
    order = placed(shop, total="800.00")
    case = case_of(order)
    assert case is not None
    client.force_login(ops)
    for url in (reverse("case", args=[case.pk]), reverse("order", args=[order.pk])):
        page = client.get(url).content.decode()
        assert "West wins over East by" in page
        assert "would win if" in page
    queue = client.get(reverse("queue", args=["triage"])).content.decode()
    assert "High value" in queue


def test_plans_are_counted_by_the_policy_of_the_store(shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    Level.objects.filter(location__name="West", item__sku="LAMP").update(on_hand=0)
    lines = [
        {"id": "1", "sku": "LAMP", "quantity": 1, "unit_price": "300.00"},
        {"id": "2", "sku": "BULB", "quantity": 1, "unit_price": "300.00"},
    ]
    order = placed(shop, total="600.00", items=lines)  # one from East and one from West: two parcels
    triage = lane("triage")
    assert triage.gather(triage.lock([order.pk]))[order.pk]["plans"] == 1
    one_parcel = replace(triage.policy, settings={"routing": {"max_split": 0}})
    monkeypatch.setattr(type(triage), "policy", one_parcel)
    assert triage.gather(triage.lock([order.pk]))[order.pk]["plans"] == 0


# --- Cost -------------------------------------------------------------------------------------------------------------
def test_gathering_costs_the_same_for_any_batch(shop: Store, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ordersops.cases.lanes import lane

    def cost(orders: list[Order]) -> int:
        subjects = lane("triage").lock([order.pk for order in orders])
        with CaptureQueriesContext(connection) as captured:
            lane("triage").gather(subjects)
        return len(captured)

    orders = [placed(shop, f"B{number}") for number in range(6)]
    assert cost(orders[:2]) == cost(orders) <= 18
