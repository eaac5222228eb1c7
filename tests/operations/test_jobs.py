"""Wake-ups: one under way per kind, together with the rows or not at all, and never lost for long."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_q.models import OrmQ

from ordersops import jobs
from ordersops.jobs import Kind
from ordersops.models import Heartbeat, Wakeup

rows: list[int] = []
seen_flags: list[bool] = []


def take_two() -> int:
    """Work for the tests: takes at most two of `rows`."""
    seen_flags.append(Wakeup.objects.filter(kind="test.work").exists())
    taken = rows[:2]
    del rows[:2]
    return len(taken)


def fall_over() -> int:
    raise RuntimeError("the work is broken")


def never_ready() -> None:
    return None


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.KINDS, "test.work", Kind("advice", f"{__name__}.take_two", f"{__name__}.never_ready"))
    rows.clear()
    seen_flags.clear()


def tasks() -> int:
    return OrmQ.objects.filter(key="advice").count()


@pytest.mark.django_db
def test_asking_twice_makes_one_task() -> None:
    jobs.enqueue("test.work")
    jobs.enqueue("test.work")
    assert tasks() == 1
    assert Wakeup.objects.filter(kind="test.work").count() == 1


@pytest.mark.django_db
def test_a_wake_up_goes_with_its_transaction() -> None:
    with transaction.atomic():
        jobs.enqueue("test.work")
        assert tasks() == 1
        transaction.set_rollback(True)
    assert tasks() == 0
    assert not Wakeup.objects.exists()


@pytest.mark.django_db
def test_a_task_carries_nothing_but_the_kind() -> None:
    jobs.enqueue("test.work")
    task = OrmQ.objects.get().task
    assert (task["func"], task["args"], task["kwargs"]) == ("ordersops.jobs.run", ("test.work",), {})


@pytest.mark.django_db
def test_a_worker_takes_the_flag_away_before_it_looks_and_works_until_nothing_is_ready() -> None:
    rows.extend(range(5))
    jobs.enqueue("test.work")
    assert jobs.run("test.work") == 5
    assert not any(seen_flags)
    assert len(seen_flags) == 5  # 2, 2, 1, nothing, and nothing again after lingering
    assert Heartbeat.objects.filter(name="advice").exists()


@pytest.mark.django_db
def test_when_the_shift_is_over_another_task_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SHIFT", 0.0)
    rows.append(1)
    jobs.run("test.work")
    assert tasks() == 1


@pytest.mark.django_db
def test_broken_work_is_logged_and_leaves_no_failed_task(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setitem(jobs.KINDS, "test.work", Kind("advice", f"{__name__}.fall_over", f"{__name__}.never_ready"))
    assert jobs.run("test.work") == 0
    assert "the work is broken" in caplog.text


def test_asking_never_waits_for_another_transaction_and_is_repeated_after_the_commit(fresh_database: str) -> None:
    """A long unit of work that has asked must not hold up others; what they commit meanwhile must still be looked at."""
    asked, finish = threading.Event(), threading.Event()

    def long_unit() -> None:
        try:
            with transaction.atomic():
                jobs.enqueue("test.work")
                asked.set()
                finish.wait(300)
        finally:
            connection.close()

    other = threading.Thread(target=long_unit)
    other.start()
    try:
        assert asked.wait(300)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '20s'")
            jobs.enqueue("test.work")
            finish.set()
            other.join(300)
            jobs.run("test.work")  # the other's wake-up is done before our rows are visible
        assert tasks() == 2
        assert Wakeup.objects.filter(kind="test.work").exists()
    finally:
        finish.set()
        other.join(300)


@pytest.mark.django_db
def test_a_lost_wake_up_is_sent_again_but_does_not_pile_up() -> None:
    jobs.enqueue("test.work")
    OrmQ.objects.all().delete()
    for _ in range(jobs.MOST_WAITING + 5):
        Wakeup.objects.update(at=timezone.now() - timedelta(seconds=20))
        jobs.renew(timedelta(seconds=10))
    assert tasks() == jobs.MOST_WAITING


@pytest.mark.django_db
def test_a_fresh_wake_up_is_left_alone() -> None:
    jobs.enqueue("test.work")
    jobs.renew(timedelta(seconds=10))
    assert tasks() == 1


@pytest.mark.django_db
def test_a_canary_is_sent_once_and_its_return_is_a_sign_of_life() -> None:
    jobs.send_canary("advice")
    jobs.send_canary("advice")
    assert tasks() == 1
    jobs.take_canary("advice")
    assert Heartbeat.objects.filter(name="advice").exists()
    assert not Wakeup.objects.exists()


def test_the_pause_doubles_from_five_seconds_and_ends_at_an_hour() -> None:
    assert [jobs.backoff(n).total_seconds() for n in (0, 1, 2, 3, 4)] == [5, 5, 10, 20, 40]
    assert jobs.backoff(11).total_seconds() == 3600
    assert jobs.backoff(10_000).total_seconds() == 3600


@pytest.mark.django_db
def test_the_broker_finds_its_next_task_by_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'django_q_ormq'")
        assert any("(key, lock)" in definition for (definition,) in cursor.fetchall())
