"""The page docs/api.md and the reference: every command works, and nothing that there is stays untold."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from ordersops.accounts.actions import give_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.api.problems import KINDS
from ordersops.api.scopes import Scope
from tests.api.conftest import MakeMachine, World
from tests.api.operations import OPERATIONS

pytestmark = pytest.mark.django_db

TEXT = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
COMMANDS = re.findall(r"^curl (?:[^\n]*\\\n)*[^\n]*$", TEXT, flags=re.MULTILINE)


def test_every_command_of_the_page_works(world: World, supervisor: User, system: User, machine: MakeMachine) -> None:
    give_role(person=supervisor, role=Role.ADMIN, store=world.store, by=system)
    asks = machine(supervisor)
    names = {
        "ORDERSOPS": "", "TOKEN": asks.text, "ORDER": world.order.pk, "CASE": world.case.pk, "HOLD": world.hold.pk, "FAILED": world.failed.pk,
        "RECOMMENDATION": world.decision.recommendation_id, "DECISION": world.decision.pk,
    }  # fmt: skip
    assert len(COMMANDS) >= 15
    for number, command in enumerate(COMMANDS):
        said = command.replace("\\\n", " ").replace("$(uuidgen)", f"key-of-command-{number}")
        words = shlex.split(re.sub(r"\$([A-Z]+)", lambda found: str(names[found[1]]), said))[1:]
        headers = dict(word.split(": ", 1) for flag, word in pairwise(words) if flag == "-H")
        client = Client()
        if "--json" in words:
            body = words[words.index("--json") + 1]
            answer: Any = client.post(words[0], json.dumps(json.loads(body)), content_type="application/json", headers=headers)
        else:
            answer = client.get(words[0], headers=headers)
        assert answer.status_code in {200, 201}, (command, answer.content)


def test_the_page_names_every_scope_and_resource() -> None:
    for scope in Scope:
        assert f"| `{scope.value}` |" in TEXT
    for noun in {operation.path.partition("/")[0] for operation in OPERATIONS}:
        assert noun in TEXT, noun
    for act in {operation.path.rpartition("/")[2] for operation in OPERATIONS if operation.method == "post"}:
        assert act in TEXT, act


def test_the_reference_tells_everything(client: Client, auditor: User) -> None:
    client.force_login(auditor)
    text = client.get(reverse("api_docs")).content.decode()
    for operation in OPERATIONS:
        assert f'id="{operation.said["operationId"].replace("_", "-")}"' in text
        assert f"/api/v1/{operation.path}" in text
    for kind in KINDS:
        assert f'id="problem-{kind}"' in text
    anchors = set(re.findall(r'id="([^"]+)"', text))
    assert {link for link in re.findall(r'href="#([^"]+)"', text) if link not in anchors} <= {"main", "keys"}
    assert " style=" not in text


def test_the_description_is_of_3_1_and_for_everybody(client: Client) -> None:
    answer = client.get(reverse("api_schema"))
    said = answer.json()
    assert said["openapi"].startswith("3.1")
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi+json")
    for operation in OPERATIONS:
        assert operation.said["security"] == [{"token": []}]
        assert operation.said["summary"]
