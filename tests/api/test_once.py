"""A POST is done once for each Idempotency-Key, whatever happens to its answer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from ordersops.accounts.actions import give_role, take_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.api.actions import forget_old_answers
from ordersops.api.models import KeptAnswer
from ordersops.audit.actions import own_connection
from ordersops.audit.models import Event
from ordersops.effects.models import Effect
from ordersops.orders.models import Hold
from tests.api.conftest import MakeMachine, World
from tests.people import only_orders

pytestmark = pytest.mark.django_db

KEY = "5f9d2c9e-0000-4000-8000-000000000001"
NOTE = {"kind": "order.note", "arguments": {"text": "Ring twice"}, "reason": "They asked us to"}


def test_repeated_it_is_done_once(world: World, supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    first = asks.post(f"orders/{world.order.pk}/effects", NOTE, key=KEY)
    again = asks.post(f"orders/{world.order.pk}/effects", dict(reversed(NOTE.items())), key=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Effect.objects.filter(kind="order.note").count() == 1
    assert Event.objects.filter(verb="effect.asked").count() == 1


def test_the_same_key_for_another_request(world: World, supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    asks.post(f"orders/{world.order.pk}/hold", {"reason": "stock"}, key=KEY)
    for path, body in ((f"orders/{world.order.pk}/hold", {"reason": "payment"}), (f"cases/{world.case.pk}/claim", {})):
        answer = asks.post(path, body, key=KEY)
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("#problem-key-reused")
    assert Hold.objects.filter(reason="payment").count() == 0
    other = machine(supervisor).post(f"orders/{world.order.pk}/hold", {"reason": "payment"}, key=KEY)
    assert other.status_code == 201  # each token has keys of its own


def test_a_refusal_may_be_tried_again(world: World, supervisor: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    assert asks.post(f"cases/{world.case.pk}/approve", {"version": 7}, key=KEY).status_code == 409
    assert asks.post(f"cases/{world.case.pk}/approve", {"version": 1}, key=KEY).status_code == 200
    again = asks.post(f"cases/{world.case.pk}/approve", {"version": 1}, key=KEY)
    assert again["Idempotency-Replayed"] == "true"
    assert again["ETag"] == f'"{again.json()["version"]}"'


@pytest.mark.parametrize("key", ["", "short", "x" * 121, "with space"])
def test_a_key_is_needed(key: str, world: World, supervisor: User, machine: MakeMachine) -> None:
    answer = machine(supervisor).post(f"cases/{world.case.pk}/claim", key=key)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#problem-key-missing")


def test_what_cannot_be_seen_any_more_is_not_shown_again(world: World, supervisor: User, system: User, machine: MakeMachine) -> None:
    asks = machine(supervisor)
    assert asks.post(f"cases/{world.case.pk}/claim", key=KEY).status_code == 200
    give_role(person=supervisor, role=Role.SUPPORT_AGENT, store=world.store, by=system)
    take_role(person=supervisor, role=Role.SUPERVISOR, store=world.store, by=system)
    only_orders(supervisor)
    assert asks.post(f"cases/{world.case.pk}/claim", key=KEY).status_code == 403
    take_role(person=supervisor, role=Role.SUPPORT_AGENT, store=world.store, by=system)
    assert asks.post(f"cases/{world.case.pk}/claim", key=KEY).status_code == 404


def test_kept_sealed_and_for_a_day(world: World, supervisor: User, machine: MakeMachine) -> None:
    machine(supervisor).post(f"cases/{world.case.pk}/claim", key=KEY)
    kept = KeptAnswer.objects.get()
    assert b"headline" not in bytes(kept.body)
    assert forget_old_answers() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert forget_old_answers() == 1


def test_what_failed_half_way_left_nothing(world: World, supervisor: User, machine: MakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is written with what was done: if it cannot be, nothing was done."""
    asks = machine(supervisor)
    asks.client.raise_request_exception = False
    monkeypatch.setattr("ordersops.api.once.seal", lambda *args, **more: 1 / 0)
    answer = asks.post(f"orders/{world.order.pk}/hold", {"reason": "stock"}, key=KEY)
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert not Hold.objects.filter(reason="stock").exists()
    assert not Event.objects.filter(verb="order.held", order=world.order).exists()


def test_while_it_is_under_way(world: World, supervisor: User, machine: MakeMachine) -> None:
    """Somebody else holds the key: told so at once, without waiting."""
    asks = machine(supervisor)
    assert asks.token is not None
    with own_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7301))", [f"{asks.token.pk}/{KEY}"])
        answer = asks.post(f"cases/{world.case.pk}/claim", key=KEY)
        other.rollback()
    assert answer.status_code == 409
    assert answer["Retry-After"] == "1"
    assert answer.json()["type"].endswith("#problem-in-flight")
    assert asks.post(f"cases/{world.case.pk}/claim", key=KEY).status_code == 200
