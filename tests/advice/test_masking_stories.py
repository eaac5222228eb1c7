"""What leaves about the orders of the simulated shops: nobody's name, address, number or id."""

import json

import pytest

from ordersops.accounts.models import User
from ordersops.advice.masking import masked
from ordersops.cases.lanes import lane
from ordersops.simulator.config import parse
from tests.advice.leaks import leaks, secrets, texts
from tests.fraud.test_stories import ORDINARY, SUSPICIOUS, Shops, _shop
from tests.people import MakeStore

pytestmark = pytest.mark.django_db
TOLD = 2


def test_no_known_value_of_a_story_leaves(make_store: MakeStore, system: User) -> None:
    config = parse({"shops": [_shop("shopify", "USD"), _shop("generic", "EUR")]})
    shops = Shops({"shopify": make_store("shopify", currency="USD"), "generic": make_store("generic", currency="EUR")}, config, system)
    about, tokens = 0, 0
    for name in (*ORDINARY, *SUSPICIOUS) * TOLD:
        for known in lane("fraud").gather(shops.tell(name)).values():
            values, hidden = secrets(known), masked(known)
            for fact in hidden.facts:
                for text in texts(fact.value):
                    assert not leaks(values, text), (name, fact.key)
            for told in values:
                assert not leaks(values, hidden.hide(f"It was {told.upper()}, they say.")), name
            body = json.dumps([fact.as_json() for fact in hidden.facts], ensure_ascii=False)
            labels = [fact.label for fact in known] + [fact.key for fact in known]
            assert not leaks([known["email"] or "", known["phone"] or "", known["order"]], body, ours=labels), name
            about, tokens = about + 1, tokens + body.count("_1>")
    print(f"{about} orders, {tokens} tokens")
    assert about > len(ORDINARY) + len(SUSPICIOUS)
    assert tokens > 8 * about
