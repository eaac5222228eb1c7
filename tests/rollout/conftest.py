"""A second supervisor, policies in force, and measurements by the hundred."""

from collections.abc import Callable
from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.rollout.models import PolicyVersion
from ordersops.stores.models import Store
from tests.factories import PolicyVersionFactory, VerdictFactory
from tests.people import MakePerson

AUTOMATIC = {"highest_mode": "auto", "automatic": ["release"], "most_amount": "500", "most_a_day": 100}


@pytest.fixture
def second(make_person: MakePerson, store: Store) -> User:
    """Another supervisor: who approves what `supervisor` wrote."""
    return make_person(Role.SUPERVISOR, store, name="Second Person")


@pytest.fixture
def in_force(make_person: MakePerson) -> Callable[..., PolicyVersion]:
    """Put a policy in force that neither `supervisor` nor `second` wrote: `in_force(highest_mode="auto")`."""

    def put(store: Store | None = None, *, scope: str = "everything", rule: Any = (), **fields: Any) -> PolicyVersion:
        policy = PolicyVersionFactory(store=store, scope=scope, rule=list(rule), author=make_person(), fields={**AUTOMATIC, **fields})
        VerdictFactory(policy=policy, by=make_person())
        return policy

    return put
