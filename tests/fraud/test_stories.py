"""The simulated shops tell their stories: what is ordinary passes, what is suspicious comes before a person, a card-testing run is one attack."""

import json
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from fraud.lane import Fraud
from ordersops.accounts.models import User
from ordersops.advice.scorecard import Advice, advise
from ordersops.orders.actions import apply_facts
from ordersops.orders.models import Order
from ordersops.simulator.config import Config, parse
from ordersops.simulator.messages import Message
from ordersops.simulator.numbering import Numbering
from ordersops.simulator.people import regulars
from ordersops.simulator.scene import Scene
from ordersops.simulator.stories import TALES, suspicious
from ordersops.stores.models import Store
from ordersops.stores.platforms import platforms
from tests.fraud.shop import loaded
from tests.people import MakeStore

pytestmark = pytest.mark.django_db
PAST, START = 160, datetime(2026, 11, 8, tzinfo=UTC)
SUSPICIOUS = [name for name in TALES if hasattr(suspicious, name) and name not in {"platform_medium_risk"}]
ORDINARY = ("ordinary", "loyal", "gift", "captured_later", "hurry", "company", "address_changed")


class Shops:
    """Two shops whose stories go straight into the product, message by message, on one clock."""

    def __init__(self, stores: dict[str, Store], config: Config, by: User) -> None:
        self.stores, self.shops, self.by, self.clock = stores, config.shops, by, START
        self.people = {shop.index: regulars(f"test/{shop.index}", shop.currency) for shop in config.shops}
        self.numbering, self.rng, self.told = Numbering(), random.Random(20261108), 0

    def tell(self, name: str) -> list[Order]:
        """The orders of the story as the product knows them when it is over."""
        shop = self.shops[self.told % len(self.shops)]
        self.told += 1
        messages: list[Message] = []
        rng = random.Random(f"test/{name}/{self.told}")
        scene = Scene(
            shop=shop, story=name, rng=rng, now=lambda: self.clock, out=messages.append, numbering=self.numbering, regulars=self.people[shop.index],
            history=[],
        )  # fmt: skip
        for wait in TALES[name].play(scene):
            self.clock += timedelta(seconds=wait)
        store, adapter = self.stores[shop.platform], platforms()[shop.platform]
        facts = [(store.pk, adapter.facts(topic=one.topic, payload=json.loads(one.body), at=one.triggered_at)) for one in messages]
        apply_facts(facts=facts, by=self.by)
        numbers = [order.name for order in scene.orders]
        self.clock += timedelta(minutes=self.rng.uniform(30, 90))
        return [order for order in loaded(*Order.objects.filter(store=store, number__in=numbers)) if order.placed_at]


@pytest.fixture
def shops(make_store: MakeStore, system: User) -> Shops:
    config = parse({"shops": [_shop("shopify", "USD"), _shop("generic", "EUR")]})
    return Shops({"shopify": make_store("shopify", currency="USD"), "generic": make_store("generic", currency="EUR")}, config, system)


def _shop(platform: str, currency: str) -> dict[str, str]:
    return {
        "platform": platform,
        "currency": currency,
        "name": f"{platform} shop",
        "domain": f"{platform}.example",
        "endpoint": "http://127.0.0.1:1/hooks/x",
        "secret": "whsec_c2VjcmV0",
    }


def judge(orders: list[Order]) -> list[Advice]:
    lane = Fraud()
    evidence = lane.gather(orders)
    return [advise(lane=lane, evidence=one, signals=lane.signals(one), possible=["release", "decline"]) for one in evidence.values()]


def test_stories_land_in_their_bands(shops: Shops) -> None:
    tales = [tale for tale in TALES.values() if tale.past]
    for name in shops.rng.choices([tale.name for tale in tales], [tale.past for tale in tales], k=PAST):
        shops.tell(name)
    bands: defaultdict[str, Counter[str]] = defaultdict(Counter)
    scores: defaultdict[str, list[int]] = defaultdict(list)
    for name in (*ORDINARY, *SUSPICIOUS):
        for _ in range(6):
            for answer in judge(shops.tell(name)):
                bands[name][answer.band] += 1
                scores[name].append(answer.score)
                assert answer.verified, answer.claims
    for name, found in scores.items():
        print(f"{name:22} {dict(bands[name])} {sorted(found)}")
    looked_at = {name: 1 - found["clear"] / found.total() for name, found in bands.items()}
    assert sum(looked_at[name] for name in ORDINARY) / len(ORDINARY) <= 0.1, looked_at
    assert all(looked_at[name] >= 0.5 for name in SUSPICIOUS), looked_at
    assert sum(looked_at[name] for name in SUSPICIOUS) / len(SUSPICIOUS) >= 0.9, looked_at


def test_card_testing_is_one_attack(shops: Shops) -> None:
    for _ in range(2):
        lane, orders = Fraud(), shops.tell("card_testing")
        keys = Counter(lane.attack_key(one) for one in lane.gather(orders).values())
        named = keys.total() - keys[""]
        assert keys[""] <= lane.policy.attack_orders
        assert max(keys.values()) >= 0.9 * named
        assert keys.most_common(1)[0][0].startswith("ip:")
