"""From the decision to the warehouse and back: asked once, heard by signed answers in any order, and decided anew where it says no."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lane
from ordersops.effects import jobs
from ordersops.effects.models import Effect
from ordersops.errors import Forbidden, Invalid
from ordersops.intake.actions import replay
from ordersops.intake.jobs import drain
from ordersops.intake.models import Delivery
from ordersops.orders.models import Order, Shipment
from ordersops.review.actions import approve, undo
from ordersops.review.models import Decision
from ordersops.stock.actions import set_node
from ordersops.stock.models import Level, Location, Reservation
from ordersops.stores.models import Store
from tests.kernel.history import told
from tests.people import MakePerson
from tests.triage.lane import BERLIN, advice_on, asked, case_of, placed
from tests.triage.warehouse import SECRET, Warehouse, says, serving
from triage.models import NodeAnswer, OrderException, RoutingResult
from triage.watching import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(shop: Store, ops: User) -> Iterator[Warehouse]:
    """Both halls have a warehouse system: the same one."""
    with serving() as (found, url):
        for place in Location.objects.filter(store=shop):
            set_node(location=place, by=ops, url=url, secret=SECRET)
        yield found


@pytest.fixture
def west(hall: Warehouse) -> Location:
    return Location.objects.get(name="West")


def leave() -> None:
    """Everything that is planned leaves, as the workers send it."""
    for _ in range(3):
        past = timezone.now() - timedelta(seconds=1)
        Effect.objects.filter(state="planned").update(due_at=past, not_before=past)
        jobs.send()


def routed(shop: Store, ops: User, key: str = "A1") -> tuple[Order, Effect]:
    """A dear order, approved by a person: it is at the warehouse."""
    order = placed(shop, key, total="800.00")
    approve_case(order, ops)
    leave()
    return Order.objects.get(pk=order.pk), Effect.objects.filter(order=order, kind="node.request").latest("planned_at")


def approve_case(order: Order, ops: User) -> None:
    case = case_of(order)
    assert case is not None
    approve(case=case, by=ops, version=case.version)


def heard() -> None:
    drain()
    asked()


# --- Asked ------------------------------------------------------------------------------------------------------------
def test_a_decision_sends_the_order_to_its_warehouse_once(shop: Store, ops: User, hall: Warehouse) -> None:
    order, effect = routed(shop, ops)
    assert (effect.state, effect.external_id) == ("done", f"W-{str(effect.pk)[:8]}")
    (said,) = hall.told
    assert said["lines"] == [{"id": "1", "sku": "LAMP", "quantity": 1}]
    assert (said["order_id"], said["ship_to"]["city"], said["location"]) == (order.external_id, "Berlin", "w")
    assert "800" not in str(said), "a warehouse is told no money"
    leave()
    assert len(hall.told) == 1
    look_again(order)
    result = RoutingResult.objects.get(order=order)
    assert (result.state, Order.objects.get(pk=order.pk).fulfilment) == ("sent", "requested")


def look_again(order: Order) -> None:
    RoutingResult.objects.filter(order=order).update(next_look_at=timezone.now())
    look()
    asked()


def test_nothing_is_sent_where_the_location_has_no_warehouse_system(shop: Store, ops: User) -> None:
    order = placed(shop, total="800.00")
    approve_case(order, ops)
    assert not Effect.objects.filter(order=order, kind="node.request").exists()


def test_each_warehouse_of_a_split_is_asked_for_its_own_lines_and_all_have_to_accept(shop: Store, ops: User, hall: Warehouse) -> None:
    Level.objects.filter(location__name="West", item__sku="LAMP").update(on_hand=0)
    lines = [
        {"id": "1", "sku": "LAMP", "quantity": 1, "unit_price": "400.00"},
        {"id": "2", "sku": "BULB", "quantity": 1, "unit_price": "400.00"},
    ]
    order = placed(shop, total="800.00", items=lines)
    approve_case(order, ops)
    leave()
    assert {said["location"]: [line["sku"] for line in said["lines"]] for said in hall.told} == {"e": ["LAMP"], "w": ["BULB"]}
    for place, state in (("w", "sent"), ("e", "accepted")):
        effect = Effect.objects.get(order=order, kind="node.request", arguments__location=place)
        says(Location.objects.get(external_id=place), effect, "accepted")
        heard()
        assert RoutingResult.objects.get(order=order).state == state


def test_a_decision_undone_in_its_window_is_never_told(shop: Store, ops: User, hall: Warehouse) -> None:
    order = placed(shop, total="800.00")
    approve_case(order, ops)
    effect = Effect.objects.get(order=order, kind="node.request")
    assert effect.decision is not None
    undo(decision=effect.decision, by=ops)
    leave()
    assert hall.told == []


def test_a_warehouse_that_fails_is_asked_again_under_the_same_id(shop: Store, ops: User, hall: Warehouse) -> None:
    hall.fails = 503
    _, effect = routed(shop, ops)
    assert (effect.state, effect.last_error) == ("planned", "The warehouse answered 503.")
    hall.fails = 0
    leave()
    effect.refresh_from_db()
    assert effect.state == "done"
    assert {said["effect_id"] for said in hall.told} == {str(effect.pk)}


# --- Answered ---------------------------------------------------------------------------------------------------------
def test_accepted_is_the_state_of_the_order(shop: Store, ops: User, west: Location) -> None:
    order, effect = routed(shop, ops)
    assert says(west, effect, "accepted") == 200
    heard()
    order.refresh_from_db()
    assert (order.fulfilment, RoutingResult.objects.get(order=order).state) == ("accepted", "accepted")
    assert Verb.NODE_ANSWERED in told(order=order)
    assert case_of(order) is None


def test_rejected_is_an_exception_and_is_routed_elsewhere(shop: Store, ops: User, west: Location, hall: Warehouse) -> None:
    order, effect = routed(shop, ops)
    assert says(west, effect, "rejected", reason="out_of_stock", note="Two are damaged") == 200
    heard()
    order.refresh_from_db()
    assert order.fulfilment == "rejected"
    assert OrderException.objects.open().get(order=order).key == "fulfilment_rejected"
    advised = advice_on(order)
    assert advised.outcome == "route"
    assert advised.verified, advised.faults
    approve_case(order, ops)
    result = RoutingResult.objects.get(order=order)
    assert (result.node, result.reroutes, result.state) == ("East", 1, "routed")
    assert not Effect.objects.filter(order=order, kind="node.cancel").exists(), "what was refused need not be called back"
    leave()
    assert [said["location"] for said in hall.told] == ["w", "e"]
    look_again(order)
    assert not OrderException.objects.open().filter(order=order).exists(), "its condition has cleared"
    assert Reservation.objects.get(order=order, state="held").level.location.name == "East"


def test_shipped_is_taken_in_as_a_shipment(shop: Store, ops: User, west: Location) -> None:
    order, effect = routed(shop, ops)
    parcel = {"id": "P1", "carrier": "DHL", "tracking_numbers": ["JD01"], "items": [{"id": "1", "quantity": 1}]}
    assert says(west, effect, "shipped", shipment=parcel) == 200
    heard()
    order.refresh_from_db()
    assert order.fulfilment == "shipped"
    found = Shipment.objects.get(order=order)
    assert (found.carrier, found.tracking_numbers) == ("DHL", ["JD01"])
    assert Reservation.objects.get(order=order).state == "used"
    assert RoutingResult.objects.get(order=order).state == "done"


def test_a_parcel_of_which_the_store_tells_too_counts_once(shop: Store, ops: User, west: Location) -> None:
    order, effect = routed(shop, ops)
    parcel = {"id": "P1", "carrier": "DHL", "tracking_numbers": ["JD01"], "items": [{"id": "1", "quantity": 1}]}
    says(west, effect, "shipped", shipment=parcel)
    now = timezone.now().isoformat()
    theirs = {"id": "S1", "status": "in_transit", "tracking_numbers": ["JD01"], "items": [{"id": "1", "quantity": 1}], "updated_at": now}
    placed(shop, event="shipment.updated", shipments=[theirs])
    order.refresh_from_db()
    assert (order.lines.get().shipped, order.issues) == (1, [])


# --- In any order, any number of times --------------------------------------------------------------------------------
ORDERS: list[list[str]] = [["accepted", "rejected"], ["rejected", "accepted"]]


@pytest.mark.parametrize("arrival", ORDERS, ids=["as it was said", "the other way round"])
def test_the_newest_answer_counts_whatever_arrives_first(
    arrival: list[str],
    shop: Store,
    ops: User,
    west: Location,
) -> None:
    order, effect = routed(shop, ops)
    now = timezone.now()
    times = {"accepted": now, "rejected": now + timedelta(seconds=1)}
    for event in arrival:
        says(west, effect, event, at=times[event], reason="out_of_stock")
        heard()
    assert NodeAnswer.objects.get(order=order).said == "rejected"
    order.refresh_from_db()
    assert order.fulfilment == "rejected"


def test_what_has_shipped_stays_so(shop: Store, ops: User, west: Location) -> None:
    order, effect = routed(shop, ops)
    now = timezone.now()
    parcel = {"id": "P1", "tracking_numbers": ["JD01"], "items": [{"id": "1", "quantity": 1}]}
    says(west, effect, "shipped", shipment=parcel, at=now)
    says(west, effect, "accepted", at=now + timedelta(seconds=5))
    heard()
    assert NodeAnswer.objects.get(order=order).said == "shipped"
    assert Order.objects.get(pk=order.pk).fulfilment == "shipped"


def test_the_same_answer_twice_is_one(shop: Store, ops: User, west: Location) -> None:
    order, effect = routed(shop, ops)
    at = timezone.now()
    for key in ("one", "one", "two"):
        says(west, effect, "rejected", key=key, at=at, reason="out_of_stock")
    heard()
    assert told(order=order).count(Verb.NODE_ANSWERED) == 1
    assert OrderException.objects.filter(order=order).count() == 1


def test_what_an_earlier_routing_was_answered_changes_nothing(shop: Store, ops: User, west: Location) -> None:
    order, first = routed(shop, ops)
    says(west, first, "rejected", reason="out_of_stock")
    heard()
    approve_case(order, ops)
    leave()
    says(west, first, "accepted", at=timezone.now() + timedelta(seconds=30))
    heard()
    result = RoutingResult.objects.get(order=order)
    assert result.node == "East"
    assert result.state == "sent"


# --- Not believed -----------------------------------------------------------------------------------------------------
def test_a_wrong_signature_is_refused_at_the_door(shop: Store, ops: User, west: Location) -> None:
    _, effect = routed(shop, ops)
    assert says(west, effect, "rejected", reason="x", secret=shop.webhook_secret) == 401
    assert not Delivery.objects.filter(location=west).exists()


LIES: list[tuple[dict[str, Any], str]] = [
    ({"effect_id": "00000000-0000-7000-8000-000000000000"}, "names no request of ours"),
    ({"effect_id": "nonsense"}, "names no request of ours"),
    ({"order_id": "another"}, "was about another order"),
    ({"occurred_at": "yesterday"}, "occurred_at"),
    ({"event": "rejected", "reason": ""}, "“reason” is missing"),
    ({"event": "shipped"}, "“shipment” is missing"),
    ({"event": "shipped", "shipment": {"id": "P", "items": [{"id": "99", "quantity": 1}]}}, "which was not asked for"),
]


@pytest.mark.parametrize(("change", "why"), LIES, ids=[why for _, why in LIES])
def test_what_does_not_fit_waits_for_a_person(
    change: dict[str, Any],
    why: str,
    shop: Store,
    ops: User,
    west: Location,
) -> None:
    _, effect = routed(shop, ops)
    event = str(change.get("event", "accepted"))
    more = {name: value for name, value in change.items() if name != "event"}
    assert says(west, effect, event, **more) == 200, "stored; it will not be lost"
    heard()
    dead = Delivery.objects.get(location=west)
    assert (dead.state, why in dead.last_error) == ("dead", True), dead.last_error
    assert not NodeAnswer.objects.exists()
    assert Order.objects.filter(store=shop).count() == 1, "a warehouse makes no orders"


def test_a_warehouse_speaks_only_of_what_it_was_asked_and_is_heard_again_on_replay(
    shop: Store,
    ops: User,
    west: Location,
    make_person: MakePerson,
) -> None:
    order, effect = routed(shop, ops)
    east = Location.objects.get(name="East")
    assert says(east, effect, "accepted") == 200
    heard()
    dead = Delivery.objects.get(location=east)
    assert "did not go to East" in dead.last_error
    Delivery.objects.filter(pk=dead.pk).update(location=west)
    replay(delivery=dead, by=make_person(Role.ADMIN, shop))
    heard()
    assert NodeAnswer.objects.get(order=order).said == "accepted"


def test_the_store_cannot_speak_for_a_warehouse(shop: Store, ops: User, west: Location) -> None:
    from tests.intake.sending import send

    order, effect = routed(shop, ops)
    send(shop, {"event": "accepted", "effect_id": str(effect.pk), "order_id": order.external_id})
    heard()
    assert not NodeAnswer.objects.exists()


# --- Silence, and what changes ----------------------------------------------------------------------------------------
def test_silence_becomes_an_exception_after_the_working_hours_of_the_policy(
    shop: Store,
    ops: User,
    west: Location,
) -> None:
    order, effect = routed(shop, ops)
    look_again(order)
    assert not OrderException.objects.filter(order=order).exists()
    Effect.objects.filter(pk=effect.pk).update(accepted_at=timezone.now() - timedelta(hours=5))
    look_again(order)
    assert OrderException.objects.open().get(order=order).key == "unanswered"
    assert case_of(order) is not None
    says(west, effect, "accepted")
    heard()
    assert not OrderException.objects.open().filter(order=order).exists()


def test_silence_outside_the_working_hours_of_the_warehouse_counts_nothing(
    shop: Store,
    ops: User,
    west: Location,
) -> None:
    order, effect = routed(shop, ops)
    today = timezone.now().date()
    Location.objects.filter(pk=west.pk).update(working_days=[(today + timedelta(days=3)).weekday()])
    Effect.objects.filter(pk=effect.pk).update(accepted_at=timezone.now() - timedelta(hours=5))
    look_again(order)
    assert not OrderException.objects.filter(order=order, key="unanswered").exists()


def test_an_address_that_changes_after_it_was_told_is_called_back_and_sent_anew(
    shop: Store,
    ops: User,
    west: Location,
    hall: Warehouse,
) -> None:
    order, first = routed(shop, ops)
    placed(shop, event="order.updated", total="800.00", shipping_address={**BERLIN, "address1": "Torstraße 99"})
    assert OrderException.objects.open().get(order=order).key == "address_at_node"
    approve_case(order, ops)
    leave()
    assert hall.status[str(first.pk)] == "cancelled"
    assert [said.get("ship_to", {}).get("address1") for said in hall.told] == ["Torstraße 1", None, "Torstraße 99"]
    look_again(order)
    assert not OrderException.objects.open().filter(order=order).exists()


def test_what_a_warehouse_wrote_is_shown_and_forgotten_with_the_order(shop: Store, ops: User, west: Location, client: Client) -> None:
    order, effect = routed(shop, ops)
    says(west, effect, "rejected", reason="Out of stock!", note="<b>Ask Ada Lind</b>")
    heard()
    client.force_login(ops)
    page = client.get(reverse("order", args=[order.pk])).content.decode()
    assert "said no: out of stock" in page
    assert "&lt;b&gt;Ask Ada Lind&lt;/b&gt;" in page
    assert lane("triage").forget([order]) == 1
    assert NodeAnswer.objects.get(order=order).note == ""


def test_a_person_decides_once_it_was_routed_again_as_often_as_the_policy_allows(shop: Store, ops: User, west: Location) -> None:
    order, effect = routed(shop, ops)
    triage = lane("triage")
    nobody = Decision.objects.none()
    says(west, effect, "rejected", reason="out_of_stock")
    heard()
    assert triage.left_to_person(advice=advice_on(order), policy=triage.policy, today=nobody) == ""
    RoutingResult.objects.filter(order=order).update(reroutes=2)
    look_again(order)
    assert "after 2 a person decides" in triage.left_to_person(advice=advice_on(order), policy=triage.policy, today=nobody)


# --- The address of a warehouse ---------------------------------------------------------------------------------------
def test_a_warehouse_has_an_address_and_a_secret_of_its_own(shop: Store, ops: User, make_person: MakePerson) -> None:
    place = Location.objects.get(name="West")
    with pytest.raises(Forbidden):
        set_node(location=place, by=make_person(Role.FRAUD_REVIEWER, shop), url="https://w.example.com/r", secret=SECRET)
    for url, secret, why in (
        ("https://w.example.com/r", "", "enter the secret"), ("", SECRET, "enter the warehouse's address"),
        ("https://w.example.com/r", "whsec_%%%", "no secret"), ("ftp://w.example.com", SECRET, "has to start with"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=why):
            set_node(location=place, by=ops, url=url, secret=secret)
    found = set_node(location=place, by=ops, url="https://w.example.com/r", secret=SECRET)
    endpoint = found.node_endpoint
    assert Location.objects.get(pk=place.pk).node_secret == SECRET
    with pytest.raises(Invalid, match="enter the secret"):
        set_node(location=found, by=ops, url="https://other.example.com/r")
    assert set_node(location=found, by=ops, url="https://w.example.com/other").node_endpoint == endpoint
    assert not set_node(location=found, by=ops, url="").has_node
    assert Level.objects.filter(location=place).exists()
