"""Two answers on one link at the same time: one counts."""

from collections.abc import Iterator
from typing import Any

import pytest

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.verbs import Verb
from ordersops.review.actions import answer
from ordersops.review.models import Confirmation
from ordersops.stores.actions import connect
from tests.kernel.history import events
from tests.kernel.threads import at_once
from tests.review.confirmed import ask, case_to_confirm


@pytest.fixture
def system(fresh_database: str, django_db_blocker: Any) -> Iterator[User]:
    """The system user in a database of this test's own, where threads may commit."""
    with django_db_blocker.unblock():
        yield sync_roles()


def test_one_of_two_answers_counts(system: User) -> None:
    store = connect(name="Shop", platform="generic", by=system)
    person = invite(email="r@desk.example", name="Reviewer", by=system)
    give_role(person=person, role=Role.FRAUD_REVIEWER, store=store, by=system)
    asked = ask(case_to_confirm(store, system), User.objects.get(pk=person.pk), link=["order"])

    def say(*, placed: bool) -> Any:
        return lambda: answer(confirmation=asked.pk, placed=placed, typed={}, by=system)

    said = at_once([say(placed=True), say(placed=False), say(placed=True), say(placed=False)])
    assert sorted(said) == [False, False, False, True]
    won = Confirmation.objects.get()
    assert won.result == ("confirmed" if said.index(True) % 2 == 0 else "denied")
    assert len(events(Verb.CONFIRMATION_ANSWERED)) == 1


@pytest.mark.django_db
def test_there_is_a_test_database_to_copy() -> None:
    assert not Confirmation.objects.exists()
