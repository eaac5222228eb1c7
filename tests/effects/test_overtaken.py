"""What a decision planned does not leave past facts that came since: a person is told, with the reason."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.effects import jobs
from ordersops.effects.actions import retry
from ordersops.effects.connectors import CONNECTORS
from ordersops.effects.models import Effect
from ordersops.orders.models import Dispute, Order
from ordersops.stores.models import Store
from tests.effects.shop import Loopback, Shop, open_shop
from tests.factories import CaseFactory, DecisionFactory, EffectFactory, HoldFactory, LineFactory, OrderFactory
from tests.kernel.history import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setitem(CONNECTORS, "generic", "tests.effects.shop.Loopback")
    with open_shop() as found:
        store.api_url, store.api_key = found.address, "shpat_of-a-test"
        store.save()
        yield found


@pytest.fixture
def order(store: Store) -> Order:
    found: Order = OrderFactory(store=store, risk="approved", payment="paid")
    return found


def decided(order: Order, by: User, kind: str = "order.release", **more: Any) -> Effect:
    effect: Effect = EffectFactory(
        decision=DecisionFactory(case=CaseFactory(order=order, store=order.store), by=by), kind=kind,
        due_at=timezone.now() - timedelta(seconds=1), **more,
    )  # fmt: skip
    return effect


def sent(effect: Effect) -> Effect:
    jobs.send()
    effect.refresh_from_db()
    return effect


def _hold(order: Order) -> None:
    HoldFactory(order=order, reason="address")


def _dispute(order: Order) -> None:
    Dispute.objects.create(order=order, store=order.store, external_id="d-1", status="needs_response")


def _facts(**facts: Any) -> Any:
    return lambda order: Order.objects.filter(pk=order.pk).update(**facts)


@pytest.mark.parametrize(
    ("meanwhile", "says"),
    [
        (_hold, "A hold is open: Address"), (_dispute, "disputed"), (_facts(payment="disputed"), "disputed"),
        (_facts(commercial="cancelled"), "The order is cancelled."), (_facts(risk="needs_review"), "decide the case first"),
        (_facts(payment="voided"), "no money"), (_facts(payment="refunded"), "no money"),
    ],
)  # fmt: skip
def test_a_release_does_not_leave_past_what_came_meanwhile(
    order: Order, shop: Shop, fraud_reviewer: User, meanwhile: Any, says: str
) -> None:
    effect = decided(order, fraud_reviewer)
    meanwhile(order)
    sent(effect)
    assert (effect.state, shop.writes) == ("dead", [])
    assert effect.last_error.startswith("The order has changed since it was decided: ")
    assert says in effect.last_error
    assert told(order=order) == [Verb.EFFECT_DEAD]


def test_a_release_leaves_where_nothing_came(order: Order, shop: Shop, fraud_reviewer: User) -> None:
    hold = HoldFactory(order=order, reason="address")
    type(hold).objects.filter(pk=hold.pk).update(released_at=timezone.now(), released_by=fraud_reviewer)
    Dispute.objects.create(order=order, store=order.store, external_id="d-1", status="won")
    effect = sent(decided(order, fraud_reviewer))
    assert (effect.state, shop.writes) == ("done", [str(effect.pk)])


def test_what_comes_while_it_is_looked_at_still_counts(
    order: Order, shop: Shop, fraud_reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between claiming and writing the store is read, which takes its time."""
    look = Loopback.look

    def looks(self: Loopback, effect: Effect) -> Any:
        seen = look(self, effect)
        _facts(payment="disputed")(order)
        return seen

    monkeypatch.setattr(Loopback, "look", looks)
    effect = sent(decided(order, fraud_reviewer))
    assert (effect.state, shop.writes) == ("dead", [])


def test_when_the_hold_has_ended_a_person_sends_it_again(order: Order, shop: Shop, fraud_reviewer: User, supervisor: User) -> None:
    hold = HoldFactory(order=order, reason="address")
    effect = sent(decided(order, fraud_reviewer))
    assert effect.state == "dead"
    retry(effect=effect, by=supervisor)
    assert sent(effect).state == "dead", "and again, while it is open"
    type(hold).objects.filter(pk=hold.pk).update(released_at=timezone.now(), released_by=supervisor)
    retry(effect=effect, by=supervisor)
    assert (sent(effect).state, shop.writes) == ("done", [str(effect.pk)])


@pytest.mark.parametrize(
    ("facts", "shipped", "says"),
    [({"fulfilment": "shipped"}, 0, "left the house"), ({"fulfilment": "accepted"}, 0, "warehouse"), ({}, 1, "Part of it has shipped")],
)  # fmt: skip
def test_a_cancellation_that_comes_too_late(
    order: Order, shop: Shop, fraud_reviewer: User, facts: dict[str, Any], shipped: int, says: str
) -> None:
    effect = decided(order, fraud_reviewer, "order.cancel")
    Order.objects.filter(pk=order.pk).update(**facts)
    LineFactory(order=order, external_id="part", ordered=2, shipped=shipped)
    sent(effect)
    assert (effect.state, shop.writes) == ("dead", [])
    assert says in effect.last_error


def test_a_cancellation_of_what_is_cancelled_is_no_failure(order: Order, shop: Shop, fraud_reviewer: User) -> None:
    effect = decided(order, fraud_reviewer, "order.cancel")
    Order.objects.filter(pk=order.pk).update(commercial="cancelled")
    assert sent(effect).state == "done"
