"""What pages ask for by themselves: nothing is sent while nothing changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ordersops.cases import actions as cases
from ordersops.cases.models import Case
from tests.desk.conftest import World
from tests.factories import CaseFactory

pytestmark = pytest.mark.django_db
ROWS = "/queues/fraud/rows"


@pytest.fixture
def desk(client: Client, fraud_reviewer: Any) -> Client:
    client.force_login(fraud_reviewer)
    client.get("/orders/")  # the session's first note
    return client


def test_rows_are_not_sent_again(desk: Client, world: World) -> None:
    version = desk.get(reverse("queue", args=["fraud"])).context["version"]
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(ROWS, {"v": version}, headers={"HX-Request": "true"}).status_code == 204
    assert len(captured) <= 4  # session, person, rights, and the state of the queue
    assert desk.get(ROWS, headers={"HX-Request": "true", "X-Seen": version}).status_code == 204


def test_rows_are_sent_when_a_case_opens(desk: Client, world: World) -> None:
    version = desk.get(reverse("queue", args=["fraud"])).context["version"]
    case = CaseFactory(order__store=world.store)
    answer = desk.get(ROWS, {"v": version}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert str(case.pk) in answer.content.decode()


def test_rows_are_sent_when_a_case_is_taken(desk: Client, world: World, senior_fraud_reviewer: Any) -> None:
    version = desk.get(reverse("queue", args=["fraud"])).context["version"]
    cases.claim(case=world.case, by=senior_fraud_reviewer)
    answer = desk.get(ROWS, {"v": version})
    assert answer.status_code == 200
    assert senior_fraud_reviewer.name in answer.content.decode()


def test_rows_are_not_sent_when_a_lease_is_only_kept(desk: Client, world: World, senior_fraud_reviewer: Any) -> None:
    cases.claim(case=world.case, by=senior_fraud_reviewer)
    version = desk.get(reverse("queue", args=["fraud"])).context["version"]
    cases.claim(case=world.case, by=senior_fraud_reviewer)
    Case.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    cases.heartbeat(case=world.case, by=senior_fraud_reviewer)
    assert desk.get(ROWS, {"v": version}).status_code == 204


def test_another_store_changes_nothing(desk: Client, world: World, other_store: Any) -> None:
    version = desk.get(reverse("queue", args=["fraud"])).context["version"]
    CaseFactory(order__store=other_store)
    assert desk.get(ROWS, {"v": version}).status_code == 204


def test_bar_is_not_sent_again(desk: Client, world: World) -> None:
    url = reverse("_case_bar", args=[world.case.pk])
    version = desk.get(url).context["version"]
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(url, {"v": version}).status_code == 204
    assert len(captured) <= 5  # session, person, rights, the case, and who is there


def test_bar_says_who_took_the_case(desk: Client, world: World, senior_fraud_reviewer: Any) -> None:
    url = reverse("_case_bar", args=[world.case.pk])
    version = desk.get(url).context["version"]
    cases.claim(case=world.case, by=senior_fraud_reviewer)
    answer = desk.get(url, {"v": version})
    assert answer.status_code == 200
    assert answer.context["holder"] == senior_fraud_reviewer
    assert answer.context["changed"] is False
    assert senior_fraud_reviewer.name in answer.content.decode()


def test_bar_says_that_the_case_changed(desk: Client, world: World) -> None:
    url = reverse("_case_bar", args=[world.case.pk])
    version = desk.get(url).context["version"]
    world.case.version += 1
    world.case.save()
    assert desk.get(url, {"v": version}).context["changed"] is True


def test_bar_is_free_again_when_the_lease_ends(desk: Client, world: World, senior_fraud_reviewer: Any) -> None:
    url = reverse("_case_bar", args=[world.case.pk])
    case = cases.claim(case=world.case, by=senior_fraud_reviewer)
    version = desk.get(url).context["version"]
    case.lease_until = timezone.now() - timedelta(seconds=1)
    case.save()
    assert desk.get(url, {"v": version}).context["available"].claim


def test_release_needs_the_lease(desk: Client, world: World, fraud_reviewer: Any) -> None:
    url = reverse("case_lease", args=[world.case.pk])
    assert desk.post(url).status_code == 409
    cases.claim(case=world.case, by=fraud_reviewer)
    assert desk.post(url).status_code == 204
    assert desk.post(reverse("case_release", args=[world.case.pk])).status_code == 303
    assert desk.post(url).status_code == 409


def test_next_leases_and_opens(desk: Client, world: World, fraud_reviewer: Any) -> None:
    answer = desk.post(reverse("queue_next", args=["fraud"]))
    assert answer["Location"] == reverse("case", args=[world.case.pk])
    world.case.refresh_from_db()
    assert world.case.leased_by == fraud_reviewer
    empty = desk.post(reverse("queue_next", args=["fraud"]), follow=True)
    assert "No case is free" in empty.content.decode()
