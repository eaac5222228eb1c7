"""The interface does what its description says: schemathesis asks each operation what fits the description, and what does not.

Every check that it has is made: no error of ours, only statuses, headers and bodies that are described, what does not fit is
refused, a missing header is refused, no answer without a token. Derandomised: the same requests in every run.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig

from ordersops.accounts.actions import give_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.api.schema import description
from ordersops.wsgi import application
from tests.api.conftest import MakeMachine
from tests.api.operations import OPERATIONS, Operation
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db

EXAMPLES = 10
# What fits the description may still be refused for the state of the thing, or by a rule that no schema can say.
CHECKS = {"positive_data_acceptance": {"expected-statuses": ["2xx", 404, 409, 412, 422, 428]}}
SCHEMA = schemathesis.openapi.from_dict(description(), config=SchemathesisConfig.from_dict({"checks": CHECKS}))
SCHEMA.app = application
same_every_time = settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.fixture(autouse=True)
def one_transaction() -> Iterator[None]:
    """A request ends without closing the connection of the test, as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def everybody(make_person: Any, world: World, system: User, settings: Any) -> User:
    """Somebody with every right: what is tested is not who may."""
    settings.API_RATE = 100_000
    person = make_person(Role.SUPERVISOR, world.store)
    give_role(person=person, role=Role.ADMIN, store=world.store, by=system)
    return person


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation(operation: Operation, world: World, everybody: User, machine: MakeMachine) -> None:
    """What fits the description is answered as described, and what does not is refused as described."""
    asks = machine(everybody)
    operation.prepare(world, everybody)
    fixed: Any = {"path_parameters": {"id": operation.about(world)}} if operation.about_one else {}
    described = SCHEMA[f"/api/v1/{operation.path}"][operation.method]
    for mode in ("positive", "negative"):
        cases: Any = described.as_strategy(generation_mode=schemathesis.GenerationMode(mode), **fixed)

        @same_every_time
        @given(case=cases)
        def ask(case: Any) -> None:
            with transaction.atomic():
                case.call_and_validate(headers={"Authorization": f"Bearer {asks.text}", "Accept-Encoding": "identity"})
                transaction.set_rollback(True)

        ask()
