"""What the tests of the lane share."""

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.intake.jobs import drain
from ordersops.stores.models import Store
from tests.intake.sending import send
from tests.people import MakePerson


@pytest.fixture
def shop(store: Store, system: User) -> Store:
    """A store with two halls: West has ten lamps and five bulbs, East ten lamps."""
    event = {
        "event": "stock.updated", "occurred_at": timezone.now().isoformat(),
        "locations": [
            {"id": "w", "name": "West", "country": "DE", "latitude": 52.5, "longitude": 13.4, "capabilities": ["customs", "hazmat"]},
            {"id": "e", "name": "East", "country": "DE", "latitude": 48.1, "longitude": 11.6},
        ],
        "stock_items": [{"sku": "LAMP", "hs_code": "940520", "origin": "DE"}, {"sku": "ACID", "needs": ["hazmat"]}],
        "levels": [
            {"location": "w", "sku": "LAMP", "on_hand": 10}, {"location": "e", "sku": "LAMP", "on_hand": 10},
            {"location": "w", "sku": "BULB", "on_hand": 5},
        ],
    }  # fmt: skip
    assert send(store, event).status_code == 200
    drain()
    return store


@pytest.fixture
def ops(shop: Store, make_person: MakePerson) -> User:
    return make_person(Role.OPS_REVIEWER, shop, name="Ops")
