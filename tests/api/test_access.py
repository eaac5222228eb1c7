"""Role x endpoint x method, made from the description: who may is what the table of roles says, for every operation there is."""

from collections.abc import Iterator
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
each_role = pytest.mark.parametrize("role", list(Role))
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


def operations() -> Iterator[Operation]:
    """Every operation there is, each in the world as it was built."""
    for operation in OPERATIONS:
        with transaction.atomic():
            yield operation
            transaction.set_rollback(True)


@each_role
def test_each_role_in_its_own_store(role: Role, world: World, make_person: Any, machine: MakeMachine) -> None:
    asks, surprises = everything(machine, make_person(role, world.store)), []
    for operation in operations():
        allowed = operation.rights(world) <= ROLES[role]
        answer = operation.ask(asks, world)
        if answer.status_code not in (ANSWERED if allowed else {403}):
            surprises.append((str(operation), answer.status_code, answer.content[:300]))
    assert not surprises


@each_role
def test_another_store_does_not_exist(role: Role, world: World, make_person: Any, machine: MakeMachine, other_store: Any) -> None:
    asks, surprises = everything(machine, make_person(role, other_store)), []
    words = (world.store.name, world.order.number, world.order.name, str(world.case.pk), str(world.store.pk))
    for operation in operations():
        answer = operation.ask(asks, world)
        told = [word for word in words if word in answer.content.decode()]
        if answer.status_code != 404 if operation.about_one else told:
            surprises.append((str(operation), answer.status_code, told))
    assert not surprises


def test_a_token_for_another_store_of_its_owner_sees_nothing(
    world: World, make_person: Any, machine: MakeMachine, other_store: Any
) -> None:
    asks, surprises = machine(make_person(Role.SUPERVISOR, world.store, other_store), stores=[other_store]), []
    for operation in operations():
        answer = operation.ask(asks, world)
        if answer.status_code != 404 if operation.about_one else world.store.name in answer.content.decode():
            surprises.append((str(operation), answer.status_code))
    assert not surprises


def test_a_scope_opens_its_operations_alone(world: World, supervisor: Any, machine: MakeMachine) -> None:
    """A token with all other scopes is refused, and the attempt is recorded."""
    asks, surprises = machine(supervisor, "audit"), []
    for operation in operations():
        scope = operation.said["x-scope"]
        others = [name for name in ALL if name != scope and (scope or name not in {"act", "money", "decide"})]
        AccessToken.objects.update(scopes=others)
        answer = operation.ask(asks, world)
        told = answer.status_code == 403 and answer.json()["type"].endswith("#problem-scope-missing")
        if not told or not Event.objects.filter(stream=f"refused:{supervisor.pk}").exists():
            surprises.append((str(operation), answer.status_code, answer.content[:300]))
    assert not surprises


@each_role
def test_a_refusal_is_recorded(role: Role, world: World, make_person: Any, machine: MakeMachine) -> None:
    person = make_person(role, world.store)
    asks, surprises = everything(machine, person), []
    for operation in operations():
        if operation.rights(world) <= ROLES[role]:
            continue
        answer = operation.ask(asks, world)
        if answer.status_code != 403 or not Event.objects.filter(stream=f"refused:{person.pk}").exists():
            surprises.append((str(operation), answer.status_code))
    assert not surprises


def test_nobody_without_a_token(world: World, supervisor: Any) -> None:
    """A session opens nothing here, so no other site can use one."""
    asks = Machine()
    asks.client.force_login(supervisor)
    for operation in operations():
        answer = operation.ask(asks, world)
        assert answer.status_code == 401, operation
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["status"] == 401


def test_other_methods_are_refused(world: World, supervisor: Any, machine: MakeMachine) -> None:
    asks, surprises = machine(supervisor), []
    for path in sorted({operation.path for operation in OPERATIONS}):
        here = [operation for operation in OPERATIONS if operation.path == path]
        for method in sorted({"get", "post", "put", "patch", "delete", "options"} - {operation.method for operation in here}):
            act = getattr(asks.client, method)
            answer = act(f"/api/v1/{here[0].address(world)}", headers=asks.headers({"Idempotency-Key": "never-mind"}))
            if answer.status_code != 405 or not answer["Allow"]:
                surprises.append((method, path, answer.status_code))
    assert not surprises


def test_pages_stay_pages(client: Client) -> None:
    assert client.get("/api/v1/docs").status_code == 302
    assert client.get("/api/v1/schema").status_code == 200
