"""Both advisors over the network, with the prompts registered."""

import pytest

from ordersops.accounts.models import User
from ordersops.advice.prompts import register


@pytest.fixture
def prompts(system: User) -> None:
    """The prompts of all lanes are registered."""
    register(system)


@pytest.fixture(params=["claude", "openai"])
def key(request: pytest.FixtureRequest) -> str:
    """Each advisor over the network."""
    name: str = request.param
    return name
