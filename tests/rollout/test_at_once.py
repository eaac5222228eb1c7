"""Two workers at once: together they never pass the day's limit. Several people at once: a scope climbs one rung."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.actions import atomic
from ordersops.cases.models import Case
from ordersops.errors import Conflict
from ordersops.ids import uuid7
from ordersops.review.models import Decision, Label
from ordersops.rollout.actions import promote
from ordersops.rollout.mandate import CHECKS, Asked
from ordersops.rollout.models import Step
from ordersops.stores.actions import connect
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.kernel.threads import at_once
from tests.rollout.measured import here, measure

SLOW = 0.3  # seconds for which a unit stays open after its act, so that the others meet it


@pytest.fixture
def system(fresh_database: str, django_db_blocker: Any) -> Iterator[User]:
    with django_db_blocker.unblock():
        yield sync_roles()


@pytest.fixture
def store(system: User) -> Store:
    return connect(name="Shop", platform="generic", by=system)


def test_the_days_limit_holds_for_two_workers(store: Store, system: User) -> None:
    cases = [CaseFactory(order__store=store) for _ in range(4)]

    def decide(case: Case) -> bool:
        with atomic():
            given = case.order.recommendations.get()
            in_force = here().in_force
            object.__setattr__(in_force, "content", in_force.content.model_copy(update={"most_a_day": 1}))
            if CHECKS["most a day"](Asked(in_force, given, given, case, case.order, timezone.now())):
                return False
            Decision.objects.create(
                id=uuid7(), store=store, case=case, recommendation=given, outcome="release", overrides=False, reason="A1",
                label=Label.LEGITIMATE, source="system", by=system, case_version=1, decided_at=timezone.now(),
            )  # fmt: skip
            time.sleep(SLOW)
            return True

    assert sorted(at_once([lambda case=case: decide(case) for case in cases])) == [False, False, False, True]


def test_several_people_promote_once(store: Store, system: User) -> None:
    people = [invite(email=f"s{number}@desk.example", name=f"Supervisor {number}", by=system) for number in range(4)]
    for person in people:
        give_role(person=person, role=Role.SUPERVISOR, store=store, by=system)
    measure(store, 100, by=system)

    def up(person: User) -> Step:
        with atomic():
            step = promote(lane="fraud", store=None, scope="everything", to="assist", by=person)
            time.sleep(SLOW)
            return step

    found = at_once([lambda person=person: up(person) for person in people])
    assert {type(one) for one in found} == {Step, Conflict}
    assert Step.objects.count() == 1


@pytest.mark.django_db
def test_there_is_a_database_to_copy() -> None:
    """The tests above work on a copy of the test database; this one asks for it."""
    assert Step.objects.count() == 0
