"""Law 2: any order of arrival, any number of times, in any batches, ends in the same state."""

import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ordersops.accounts.models import User
from ordersops.orders.actions import apply_facts
from ordersops.orders.models import Order
from ordersops.stores.facts import OrderFacts
from ordersops.stores.models import Store
from tests.orders.facts_of_any_kind import order_facts
from tests.orders.stories import end_state, facts_of, state
from tests.people import MakeStore

pytestmark = pytest.mark.django_db
STORIES = (
    "captured_later", "two_parcels", "declined_then_paid", "refunded", "cancelled_by_customer", "address_changed", "friendly_dispute",
    "duplicates", "paid_before_created", "shipped_before_created", "company",
)  # fmt: skip
SHARED = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def shuffled(facts: tuple[OrderFacts, ...], dice: random.Random) -> list[list[OrderFacts]]:
    """Some of the facts twice, in any order, cut into batches anywhere."""
    arriving = [*facts, *dice.choices(facts, k=dice.randrange(len(facts)))]
    dice.shuffle(arriving)
    batches: list[list[OrderFacts]] = [[]]
    for one in arriving:
        batches[-1].append(one)
        if dice.random() < 0.4:
            batches.append([])
    return batches


@pytest.mark.parametrize("platform", ["shopify", "generic"])
@pytest.mark.parametrize("story", STORIES)
def test_a_story_ends_the_same_however_it_arrives(story: str, platform: str, make_store: MakeStore, system: User) -> None:
    store, facts = make_store(platform).pk, facts_of(story, platform)
    as_it_happened = end_state(store, [[one] for one in facts], system)
    assert any(name.startswith("Line") for name in as_it_happened)
    for seed in range(6):
        assert end_state(store, shuffled(facts, random.Random(seed)), system) == as_it_happened
    assert end_state(store, [list(reversed(facts))], system) == as_it_happened


@given(facts=st.lists(order_facts(), min_size=2, max_size=6), seed=st.integers(0, 10**6))
@SHARED
def test_any_facts_end_the_same_however_they_arrive(facts: list[OrderFacts], seed: int, store: Store, system: User) -> None:
    once = end_state(store.pk, [[one] for one in facts], system)
    assert end_state(store.pk, shuffled(tuple(facts), random.Random(seed)), system) == once
    assert end_state(store.pk, [list(reversed(facts))], system) == once


@pytest.mark.parametrize("platform", ["shopify", "generic"])
def test_the_end_of_a_story_is_what_it_tells(platform: str, make_store: MakeStore, system: User) -> None:
    """So that the comparisons above compare something."""
    for story, ends in (("refunded", {"refunded", "partially_refunded"}), ("two_parcels", {"paid"})):
        store = make_store(platform)
        apply_facts(facts=[(store.pk, facts) for facts in facts_of(story, platform)], by=system)
        order = Order.objects.get(store=store)
        assert order.payment in ends
        assert all([order.email, order.total, order.shipping_address, order.customer, order.lines.exists()])
        assert order.shipments.count() == (2 if story == "two_parcels" else 1)
        assert len(state(store.pk)) > 5
