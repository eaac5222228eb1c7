"""An effect on its whole way to a WooCommerce shop: once, also when the answer is lost (law 14)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.effects import jobs
from ordersops.effects.connectors import connector
from ordersops.effects.connectors.woocommerce import WooCommerceConnector
from ordersops.effects.models import Effect
from ordersops.stores.models import Store
from tests.effects.woocommerce.server import KEY, SECRET, Shop, html, open_shop
from tests.factories import CaseFactory, DecisionFactory, EffectFactory, OrderFactory
from tests.kernel.history import told
from tests.people import MakeStore
from tests.stores.woocommerce.documents import order

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings: Any) -> Iterator[Shop]:
    settings.ALLOW_PRIVATE_CALLBACKS = True
    with open_shop() as found:
        found.orders["727"] = order(status="on-hold")
        yield found


@pytest.fixture
def store(shop: Shop, make_store: MakeStore) -> Store:
    made = make_store("woocommerce", currency="EUR")
    made.api_url, made.api_key, made.api_secret = shop.address, KEY, SECRET
    made.save()
    return made


@pytest.fixture
def effect(store: Store, fraud_reviewer: User) -> Effect:
    case = CaseFactory(order=OrderFactory(store=store, external_id="727"), store=store)
    decision = DecisionFactory(case=case, by=fraud_reviewer)
    made: Effect = EffectFactory(
        decision=decision, kind="order.note", arguments={"text": "Call first"}, due_at=timezone.now() - timedelta(seconds=1)
    )
    return made


def later(effect: Effect) -> Effect:
    Effect.objects.filter(state="planned").update(not_before=timezone.now() - timedelta(seconds=1))
    jobs.send()
    effect.refresh_from_db()
    return effect


def test_a_shop_with_a_key_is_written_to_by_us(store: Store) -> None:
    assert isinstance(connector(store), WooCommerceConnector)
    store.api_key = ""
    assert connector(store) is None


def test_it_is_sent_seen_and_settled(effect: Effect, shop: Shop) -> None:
    jobs.send()
    assert (later(effect).state, len(shop.writes)) == ("done", 1)
    assert jobs.send() == 0


def test_an_answer_that_is_lost_is_found_by_its_mark(effect: Effect, shop: Shop) -> None:
    shop.loses_the_answer = True
    jobs.send()
    effect.refresh_from_db()
    assert (effect.state, effect.accepted_at) == ("planned", None)
    shop.loses_the_answer = False
    assert (later(effect).state, len(shop.writes), len(shop.notes["727"])) == ("done", 1, 1)
    assert told(order=effect.order)[-1] == Verb.EFFECT_FOUND_DONE


def test_a_shop_in_maintenance_is_tried_again(effect: Effect, shop: Shop) -> None:
    shop.answers = [html()]
    jobs.send()
    effect.refresh_from_db()
    assert effect.state == "planned"
    assert "503" in effect.last_error
    later(effect)
    assert (later(effect).state, len(shop.writes)) == ("done", 1)
