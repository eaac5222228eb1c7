"""Replaying a failed delivery."""

import pytest

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Forbidden
from ordersops.intake.actions import replay
from ordersops.intake.jobs import drain
from ordersops.intake.models import Delivery, DeliveryState
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.factories import DeliveryFactory
from tests.intake.sending import placed
from tests.kernel.history import events, refusals, told, woken
from tests.people import MakePerson

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead(store: Store) -> Delivery:
    return DeliveryFactory(store=store, payload=placed())


def test_a_failed_delivery_is_processed_again_with_fresh_attempts(dead: Delivery, ops_reviewer: User) -> None:
    back = replay(delivery=dead, by=ops_reviewer)
    assert (back.state, back.attempts) == ("pending", 0)
    assert "intake.drain" in woken()
    (event,) = events(Verb.DELIVERY_REPLAYED, actor=ops_reviewer)
    assert (event.data, event.store_id) == ({"delivery": str(dead.pk), "topic": "order.created"}, dead.store_id)
    assert drain() == 1
    dead.refresh_from_db()
    assert (dead.state, dead.last_error) == ("done", "")
    assert Order.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if Perm.REPLAY_DELIVERY not in ROLES[role]])
def test_without_the_right_it_is_refused_and_recorded(dead: Delivery, role: Role, make_person: MakePerson) -> None:
    person = make_person(role, dead.store)
    with pytest.raises(Forbidden, match="Process a failed delivery again"):
        replay(delivery=dead, by=person)
    assert [event.data["right"] for event in refusals(person)] == ["replay_delivery"]
    assert Delivery.objects.get().state == "dead"


def test_a_role_in_another_store_does_not_count(dead: Delivery, other_store: Store, make_person: MakePerson) -> None:
    person = make_person(Role.SUPERVISOR, other_store)
    with pytest.raises(Forbidden):
        replay(delivery=dead, by=person)


@pytest.mark.parametrize("state", [state for state in DeliveryState if state != DeliveryState.DEAD])
def test_only_a_failed_one_can_be_replayed(dead: Delivery, state: DeliveryState, ops_reviewer: User) -> None:
    Delivery.objects.update(state=state)
    with pytest.raises(Conflict, match="only a failed one"):
        replay(delivery=dead, by=ops_reviewer)
    assert told(actor=ops_reviewer) == []


def test_replaying_twice_conflicts(dead: Delivery, ops_reviewer: User) -> None:
    replay(delivery=dead, by=ops_reviewer)
    with pytest.raises(Conflict, match="“Waiting”"):
        replay(delivery=dead, by=ops_reviewer)
    assert told(actor=ops_reviewer) == [Verb.DELIVERY_REPLAYED]


def test_a_forgotten_body_cannot_be_replayed(dead: Delivery, ops_reviewer: User) -> None:
    Delivery.objects.update(body=None)
    with pytest.raises(Conflict, match="Ask the store to send the event again"):
        replay(delivery=dead, by=ops_reviewer)


def test_what_is_still_wrong_comes_back(store: Store, ops_reviewer: User) -> None:
    dead = DeliveryFactory(store=store, payload={"event": "order.created"})
    replay(delivery=dead, by=ops_reviewer)
    drain()
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("dead", 1)
    assert "“order_id” is missing" in dead.last_error
