"""What holds beside the matrix of tests/desk/access: timelines, refusals in the history, and forms of other sites."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.models import Event
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db

TIMELINES = {"order": Perm.VIEW_ORDERS, "case": Perm.VIEW_CASES, "person": Perm.VIEW_PEOPLE}


@pytest.mark.parametrize("kind", TIMELINES)
def test_timelines(kind: str, world: World, make_person: Any, other_store: Any) -> None:
    url = reverse("timeline", args=[kind, {"order": world.order, "case": world.case, "person": world.colleague}[kind].pk])
    for role in Role:
        client = Client()
        client.force_login(make_person(role, world.store))
        may = TIMELINES[kind] in ROLES[role]
        assert client.get(url).status_code == (200 if may else 403), role
        client.force_login(make_person(role, other_store))
        assert client.get(url).status_code == (404 if may or kind != "person" else 403), role


def test_a_refusal_is_recorded(world: World, order_clerk: Any, client: Client) -> None:
    client.force_login(order_clerk)
    assert client.get(reverse("case", args=[world.case.pk])).status_code == 403
    event = Event.objects.get(stream=f"refused:{order_clerk.pk}")
    assert event.data["right"] == "view_cases"


def test_a_refusal_is_shown_to_those_who_search_the_history(world: World, returns_reviewer: Any, auditor: Any, client: Client) -> None:
    client.force_login(returns_reviewer)
    assert client.post(reverse("case_claim", args=[world.case.pk])).status_code == 403
    client.force_login(auditor)
    assert "was refused" in client.get(reverse("case", args=[world.case.pk])).content.decode()
    client.force_login(returns_reviewer)
    assert "was refused" not in client.get(reverse("case", args=[world.case.pk])).content.decode()


def test_csrf_is_checked(world: World, fraud_reviewer: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(fraud_reviewer)
    assert client.post(reverse("case_claim", args=[world.case.pk])).status_code == 403
