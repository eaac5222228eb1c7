"""Role x endpoint x method, made from the description: who may is what the table of roles says, for every operation there is."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from ordersops.accounts.roles import ROLES, Role
from ordersops.api.models import AccessToken
from ordersops.audit.models import Event
from tests.api.conftest import ALL, Machine, MakeMachine
from tests.api.operations import OPERATIONS, Operation
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db
each = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
ANSWERED = {200, 201, 409}  # done, or refused for the state that it is in: who may not never comes so far


def everything(machine: MakeMachine, person: Any) -> Machine:
    """A token with all scopes, also those that its owner could not choose: what is tested are the rights."""
    found = machine(person)
    AccessToken.objects.filter(owner=person).update(scopes=ALL)
    return found


def paths(patterns: list[Any] | None = None, before: str = "") -> Any:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from paths(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern) and here.startswith("api/v1/"):
            yield here.removeprefix("api/v1/")


def test_every_address_is_in_the_description() -> None:
    plain = {path.replace("<uuid:pk>", "{id}").replace("<int:pk>", "{id}").replace("<slug:lane>", "{lane}") for path in paths()}
    assert plain == {operation.path for operation in OPERATIONS} | {"docs", "schema"}


@each
def test_each_role_in_its_own_store(operation: Operation, world: World, make_person: Any, machine: MakeMachine) -> None:
    needed = operation.rights(world)
    for role in Role:
        asks = everything(machine, make_person(role, world.store))
        with transaction.atomic():
            answer = operation.ask(asks, world)
            transaction.set_rollback(True)
        allowed = needed <= ROLES[role]
        assert answer.status_code in (ANSWERED if allowed else {403}), (role, answer.content)


@each
def test_another_store_does_not_exist(operation: Operation, world: World, make_person: Any, machine: MakeMachine, other_store: Any) -> None:
    for role in Role:
        answer = operation.ask(everything(machine, make_person(role, other_store)), world)
        if operation.about_one:
            assert answer.status_code == 404, (role, answer.content)
        else:
            for word in (world.store.name, world.order.number, world.order.name, str(world.case.pk), str(world.store.pk)):
                assert word not in answer.content.decode(), role


@each
def test_a_token_for_another_store_of_its_owner_sees_nothing(
    operation: Operation, world: World, make_person: Any, machine: MakeMachine, other_store: Any
) -> None:
    person = make_person(Role.SUPERVISOR, world.store, other_store)
    answer = operation.ask(machine(person, stores=[other_store]), world)
    if operation.about_one:
        assert answer.status_code == 404
    else:
        assert world.store.name not in answer.content.decode()


@each
def test_a_scope_opens_its_operations_alone(operation: Operation, world: World, supervisor: Any, machine: MakeMachine) -> None:
    """A token with all other scopes is refused, and the attempt is recorded."""
    scope = operation.said["x-scope"]
    others = [name for name in ALL if name != scope and (scope or name not in {"act", "money", "decide"})]
    asks = machine(supervisor, "audit")
    AccessToken.objects.update(scopes=others)
    answer = operation.ask(asks, world)
    assert answer.status_code == 403, answer.content
    assert answer.json()["type"].endswith("#problem-scope-missing")
    assert Event.objects.filter(stream=f"refused:{supervisor.pk}").exists()


@each
def test_a_refusal_is_recorded(operation: Operation, world: World, make_person: Any, machine: MakeMachine) -> None:
    needed = operation.rights(world)
    for role in Role:
        if not needed <= ROLES[role]:
            person = make_person(role, world.store)
            assert operation.ask(everything(machine, person), world).status_code == 403
            assert Event.objects.filter(stream=f"refused:{person.pk}").exists(), role
            return


@each
def test_nobody_without_a_token(operation: Operation, world: World, supervisor: Any) -> None:
    """A session opens nothing here, so no other site can use one."""
    asks = Machine()
    asks.client.force_login(supervisor)
    answer = operation.ask(asks, world)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["status"] == 401


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_other_methods_are_refused(path: str, world: World, supervisor: Any, machine: MakeMachine) -> None:
    here = [operation for operation in OPERATIONS if operation.path == path]
    asks = machine(supervisor)
    for method in {"get", "post", "put", "patch", "delete", "options"} - {operation.method for operation in here}:
        act = getattr(asks.client, method)
        answer = act(f"/api/v1/{here[0].address(world)}", headers=asks.headers({"Idempotency-Key": "never-mind"}))
        assert answer.status_code == 405, method
        assert answer["Allow"]


def test_pages_stay_pages(client: Client) -> None:
    assert client.get("/api/v1/docs").status_code == 302
    assert client.get("/api/v1/schema").status_code == 200
