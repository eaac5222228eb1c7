"""Machines: people's tokens, and a client that asks with one."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ordersops.accounts.models import User
from ordersops.api.actions import make_token
from ordersops.api.models import AccessToken
from ordersops.api.scopes import Scope
from tests.desk.conftest import World, world

__all__ = ["World", "world"]

ALL = [scope.value for scope in Scope]


class Machine:
    """Asks under /api/v1/ with a token."""

    def __init__(self, text: str = "", token: AccessToken | None = None) -> None:
        self.text, self.token, self.client = text, token, Client()
        self.client.raise_request_exception = True

    def headers(self, more: dict[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self.text}"} if self.text else {}), **more}

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers(headers or {}))

    def post(self, path: str, data: Any = None, *, key: str | None = None, headers: dict[str, str] | None = None) -> Any:
        said = {} if key == "" else {"Idempotency-Key": key or str(uuid.uuid4())}
        body = json.dumps({} if data is None else data)
        return self.client.post(f"/api/v1/{path}", body, content_type="application/json", headers=self.headers({**said, **(headers or {})}))


MakeMachine = Callable[..., Machine]


@pytest.fixture
def machine(db: None) -> MakeMachine:
    """A client with a new token of this person: `machine(supervisor)`. Without scopes it has all that make sense for them."""

    def make(person: User, *scopes: str, stores: Any = ()) -> Machine:
        if not scopes:
            from ordersops.accounts.access import rights

            held = {perm for perms in rights(person).values() for perm in perms}
            scopes = tuple(scope.value for scope in Scope if scope.perms & held)
        token, text = make_token(name="A machine", scopes=scopes, days=7, by=person, stores=stores)
        return Machine(text, token)

    return make
