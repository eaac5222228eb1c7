"""Sixteen reviewers who empty one queue together: each case is answered once, by the one who was given it, and none is lost."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Count

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import next_case
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.errors import Forbidden
from ordersops.intake import door
from ordersops.review.actions import approve
from ordersops.review.models import Decision
from ordersops.stores.actions import connect
from ordersops.stores.models import Store
from tests.factories import UserFactory
from tests.kernel.threads import at_once
from tests.review.scene import case_about

REVIEWERS, CASES = 16, 100


@pytest.fixture
def system(fresh_database: str, django_db_blocker: Any) -> Iterator[User]:
    """The system user in a database of this test's own, where threads may commit."""
    with django_db_blocker.unblock():
        door._known.clear()
        yield sync_roles()


@pytest.fixture
def store(system: User) -> Store:
    return connect(name="Shop", platform="generic", by=system)


@pytest.fixture
def reviewers(store: Store, system: User) -> list[User]:
    people = [invite(email=f"r{number}@desk.example", name=f"Reviewer {number}", by=system) for number in range(REVIEWERS)]
    for person in people:
        give_role(person=person, role=Role.FRAUD_REVIEWER, store=store, by=system)
    return people


@pytest.mark.django_db
def test_somebody_without_a_role_is_given_nothing() -> None:
    with pytest.raises(Forbidden):
        next_case(lane="fraud", by=UserFactory())


def test_a_queue_that_many_empty_at_once_is_answered_once_and_whole(store: Store, system: User, reviewers: list[User]) -> None:
    for _ in range(CASES):
        case_about(store, system)
    taken: list[tuple[Any, Any]] = []
    noting = threading.Lock()

    def work(by: User) -> int:
        done = 0
        while (case := next_case(lane="fraud", by=by)) is not None:
            with noting:
                taken.append((case.pk, by.pk))
            decision = approve(case=case, by=by, version=case.version)
            assert isinstance(decision, Decision)
            done += 1
        return done

    done = at_once([lambda by=by: work(by) for by in reviewers])
    assert all(isinstance(one, int) for one in done), done
    assert sum(done) == CASES
    assert len(taken) == len({case for case, _ in taken}) == CASES, "nobody was given a case that another one has"
    assert not Case.objects.exclude(state="decided", leased_by=None).exists()
    assert sorted(Decision.objects.values_list("case", "by")) == sorted(taken), "decided by whom it was given to, once"
    assert Effect.objects.count() == CASES
    for verb in (Verb.CASE_CLAIMED, Verb.CASE_APPROVED):
        told = Event.objects.filter(verb=verb).values("case_id").annotate(times=Count("pk"))
        assert [one["times"] for one in told] == [1] * CASES
