"""An automatic decision and a change of what holds, at the same moment: each waits for the other, so nothing is decided on what was."""

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, connections

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.actions import atomic
from ordersops.cases.lanes import lane
from ordersops.intake import door
from ordersops.review.automation import automate
from ordersops.review.models import Decision
from ordersops.rollout import mandate
from ordersops.rollout.actions import allow, approve, demote, follow_change, promote, stop, write_policy
from ordersops.rollout.content import built_in
from ordersops.rollout.models import PolicyVersion, Switch
from ordersops.rollout.turns import LOCK_SPACE, keep_still
from ordersops.stores.actions import connect
from ordersops.stores.models import Store
from tests.review.automated import advised, allowed, earned
from tests.rollout.conftest import AUTOMATIC
from tests.rollout.measured import here, measure, stand

PATIENCE = 300.0  # seconds, after which a test gives up


@dataclass
class Desk:
    """A store whose one case automation is about to decide, and the people who may stop it."""

    store: Store
    somebody: User
    another: User
    policy: PolicyVersion  # proposed
    switch: Switch  # of another effect


@pytest.fixture
def desk(fresh_database: str, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("ordersops.rollout.mandate.secrets.randbelow", lambda most: most - 1)  # chance draws nobody
    with django_db_blocker.unblock():
        door._known.clear()
        system = sync_roles()
        store = connect(name="Shop", platform="generic", by=system)
        people = [invite(email=f"p{n}@desk.example", name=f"Person {n}", by=system) for n in range(4)]
        for person in people[:2]:
            give_role(person=person, role=Role.SUPERVISOR, store=store, by=system)
        earned(store, system, people[3], allowed(store, people[2], people[3]))
        advised(store, system, here(store).in_force.version)
        content = {**built_in(lane("fraud")).model_dump(mode="json"), **AUTOMATIC, "highest_mode": "assist"}
        policy = write_policy(
            lane="fraud", store=store, scope="everything", rule=[], content=content, note="People decide again.", by=people[0]
        )
        switch = stop(lane="", store=store, effect="order.cancel", why="Not this week", by=people[0])
        yield Desk(store, people[0], people[1], policy, switch)


ACTS: dict[str, Callable[[Desk], Any]] = {
    "demote": lambda desk: demote(
        lane="fraud", store=desk.store, scope="everything", to="off", because="It is wrong", by=desk.somebody
    ),
    "stop": lambda desk: stop(lane="fraud", store=desk.store, effect="", why="Stop at once", by=desk.somebody),
    "stop everywhere": lambda desk: stop(lane="", store=None, effect="", why="Stop at once", by=desk.somebody),
    "stop the effect": lambda desk: stop(lane="", store=desk.store, effect="order.release", why="Stop at once", by=desk.somebody),
    "approve": lambda desk: approve(policy=desk.policy, by=desk.another),
}  # fmt: skip


@pytest.mark.parametrize("act", [*ACTS, "allow"])
def test_an_act_waits_for_the_decision_under_way(act: str, desk: Desk) -> None:
    seen: list[int] = []

    def change() -> None:
        allow(switch=desk.switch, by=desk.somebody) if act == "allow" else ACTS[act](desk)
        seen.append(Decision.objects.filter(source="system").count())

    with atomic(), connection.cursor() as cursor:
        # Automation has read what holds, and waits for its place in the day's limit.
        turn = zlib.crc32(f"fraud:{desk.store.pk}".encode()) - 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [mandate._LOCK_SPACE, turn])
        deciding = _begin(automate)
        assert _until(lambda: _waiting(mandate._LOCK_SPACE))
        changing = _begin(change)
        _until(lambda: _waiting(LOCK_SPACE) or not changing.is_alive())
    _end(deciding, changing)
    assert seen == [1]


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_decided_on_what_held_before_the_act(act: str, desk: Desk) -> None:
    with atomic():
        ACTS[act](desk)
        deciding = _begin(automate)
        _until(lambda: _waiting(LOCK_SPACE) or not deciding.is_alive())
    _end(deciding)
    assert not Decision.objects.filter(source="system").exists()


def test_two_decisions_do_not_wait_for_each_other(desk: Desk) -> None:
    with atomic():
        keep_still("fraud")
        deciding = _begin(automate)
        deciding.join(PATIENCE)
        assert Decision.objects.filter(source="system").exists()


@pytest.mark.django_db
def test_a_step_up_waits(supervisor: User, store: Store) -> None:
    measure(store, 100)
    with atomic():
        promote(lane="fraud", store=None, scope="everything", to="assist", by=supervisor)
        assert _held() == 1


@pytest.mark.django_db
def test_following_a_change_waits(system: User, store: Store) -> None:
    stand("assist", advisor="claude of-yesterday")
    with atomic():
        assert follow_change(here=here(), by=system)
        assert _held() == 1


# --- Threads ----------------------------------------------------------------------------------------------------------
def _begin(act: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def _end(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "somebody waits for ever"


def _until(happens: Callable[[], object]) -> bool:
    end = time.monotonic() + PATIENCE
    while not (found := bool(happens())) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def _waiting(space: int) -> int:
    return _locks("classid = %s AND NOT granted", space)


def _held() -> int:
    return _locks("classid = %s AND granted AND mode = 'ExclusiveLock' AND pid = pg_backend_pid()", LOCK_SPACE)


def _locks(what: str, space: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
            f" AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND {what}",
            [space],
        )
        return int(cursor.fetchone()[0])
