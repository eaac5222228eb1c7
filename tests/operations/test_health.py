"""Is it up, and can it work."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from ordersops import health, jobs, status
from ordersops.models import Heartbeat


def test_up_is_answered_without_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert not answer.cookies


@pytest.mark.django_db
def test_ready_when_every_cluster_gave_a_sign_of_life(client: Client) -> None:
    jobs.beat("intake")
    jobs.beat("advice")
    jobs.beat("advisors")
    jobs.beat("effects")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["reasons"] == []
    assert not answer.cookies


@pytest.mark.django_db
def test_not_ready_names_the_silent_cluster(client: Client) -> None:
    jobs.beat("intake")
    jobs.beat("advisors")
    jobs.beat("effects")
    Heartbeat.objects.create(name="advice", at=timezone.now() - timedelta(seconds=61))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert len(answer.json()["reasons"]) == 1
    assert "'advice'" in answer.json()["reasons"][0]


@pytest.mark.django_db
def test_not_ready_when_work_waits_for_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.beat("intake")
    jobs.beat("advice")
    jobs.beat("advisors")
    jobs.beat("effects")
    monkeypatch.setattr(health, "oldest_ready_seconds", lambda: {"overall": 301.0})
    found, reasons = health.readiness()
    assert found["database"]
    assert len(reasons) == 1
    assert "301" in reasons[0]


def test_not_ready_when_the_database_is_away(fresh_database: str, settings: Any) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = "no_such_database"
    answer = health.readyz(RequestFactory().get("/readyz"))
    assert answer.status_code == 503
    assert b"The database does not answer." in answer.content


@pytest.mark.django_db
def test_status_has_the_keys_that_scripts_read() -> None:
    found = status.collect()
    keys = {"orders", "deliveries", "cases_open", "decisions", "effects", "events", "oldest_ready_seconds", "clusters"}
    assert keys <= set(found)
    assert found["clusters"] == {"intake": None, "advice": None, "advisors": None, "effects": None, "sweeper": None}
    assert found["oldest_ready_seconds"] == 0.0
