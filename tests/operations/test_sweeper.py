"""The clock: missed work is found, rounds are done by one host, and an error in one stops nothing."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from ordersops import jobs, sweeper
from ordersops.jobs import Kind
from ordersops.models import Heartbeat, Wakeup
from ordersops.sweeper import Round, Sweeper

made: list[str] = []
since: list[datetime | None] = [None]


def oldest() -> datetime | None:
    return since[0]


def nothing() -> int:
    return 0


def first() -> None:
    raise RuntimeError("the first round is broken")


def second() -> None:
    made.append("second")


@pytest.fixture(autouse=True)
def _only_test_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "KINDS", {"test.work": Kind("intake", f"{__name__}.nothing", f"{__name__}.oldest")})
    made.clear()
    since[0] = None


def flagged() -> bool:
    return Wakeup.objects.filter(kind="test.work").exists()


@pytest.mark.django_db
def test_a_row_that_waits_for_more_than_a_second_wakes_somebody_up() -> None:
    since[0] = timezone.now() - timedelta(seconds=2)
    Sweeper().wake()
    assert flagged()


@pytest.mark.django_db
@pytest.mark.parametrize("age", [None, 0.2])
def test_what_is_not_late_is_left_to_its_own_wake_up(age: float | None) -> None:
    since[0] = None if age is None else timezone.now() - timedelta(seconds=age)
    Sweeper().wake()
    assert not flagged()


@pytest.mark.django_db
def test_every_cluster_is_asked_for_a_sign_of_life() -> None:
    Sweeper().wake()
    assert set(OrmQ.objects.values_list("key", flat=True)) == {"intake", "advice", "advisors", "effects"}
    assert Heartbeat.objects.filter(name="sweeper").exists()


@pytest.mark.django_db
def test_a_round_is_done_by_one_host_and_again_when_its_time_has_come() -> None:
    assert sweeper.claim("pulse", 60)
    assert not sweeper.claim("pulse", 60)
    Heartbeat.objects.filter(name="round.pulse").update(at=timezone.now() - timedelta(seconds=61))
    assert sweeper.claim("pulse", 60)


@pytest.mark.django_db
def test_an_error_in_one_round_is_said_once_a_minute_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    rounds = [Round("first", 0, f"{__name__}.first"), Round("second", 0, f"{__name__}.second")]
    one = Sweeper(rounds)
    one.make_rounds()
    one.make_rounds()
    assert made == ["second", "second"]
    assert caplog.text.count("the round 'first' failed") == 1


def test_it_survives_the_database_going_away(fresh_database: str, caplog: pytest.LogCaptureFixture) -> None:
    since[0] = timezone.now() - timedelta(seconds=2)
    one = Sweeper()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    _end_backend(pid)
    one.wake()
    one.wake()
    assert flagged()


def _end_backend(pid: int) -> None:
    import psycopg

    parameters = {**connection.get_connection_params(), "dbname": "postgres", "cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.django_db
def test_ages_name_every_cluster_and_the_sweeper() -> None:
    jobs.beat("intake")
    ages = sweeper.ages()
    assert ages["advice"] is None
    assert ages["intake"] is not None
    assert ages["intake"] < 5
    assert "sweeper" in ages
