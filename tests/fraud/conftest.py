"""A store and its orders."""

import pytest

from ordersops.accounts.models import User
from ordersops.stores.models import Store
from tests.fraud.shop import Place, placing
from tests.people import MakeStore


@pytest.fixture
def place(system: User) -> Place:
    """`place(store, minutes=-5, total="900.00")` takes in an ordinary order that differs in this."""
    return placing(system)


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    return make_store(currency="EUR")
