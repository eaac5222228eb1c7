"""The second person and others at the same instant: one word counts, and nothing is done twice."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.actions import atomic
from ordersops.audit.models import Event
from ordersops.cases.actions import withdraw_finished
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.errors import Conflict
from ordersops.intake import door
from ordersops.orders.models import Order
from ordersops.review.actions import approve, approve_second, send_back, take_back_proposal
from ordersops.review.models import Decision, Proposal
from ordersops.stores.actions import connect
from ordersops.stores.models import Store
from tests.kernel.threads import at_once
from tests.review.scene import case_about


@pytest.fixture
def system(fresh_database: str, django_db_blocker: Any) -> Iterator[User]:
    """The system user in a database of this test's own, where threads may commit."""
    with django_db_blocker.unblock():
        door._known.clear()
        yield sync_roles()


@pytest.fixture
def store(system: User) -> Store:
    return connect(name="Shop", platform="generic", by=system)


def person(name: str, role: Role, store: Store, system: User) -> User:
    found = invite(email=f"{name}@desk.example", name=name, by=system)
    give_role(person=found, role=role, store=store, by=system)
    return found


def waiting(store: Store, system: User, first: User) -> Proposal:
    made = approve(case=case_about(store, system, total=Decimal("2600.00")), by=first, version=1)
    assert isinstance(made, Proposal)
    return made


def told(proposal: Proposal) -> int:
    settling = ["case.second_approved", "case.sent_back", "case.proposal_taken_back", "case.withdrawn"]
    return Event.objects.filter(case_id=proposal.case_id, verb__in=settling).count()


def test_of_two_second_people_one_word_counts(store: Store, system: User) -> None:
    first = person("first", Role.FRAUD_REVIEWER, store, system)
    seconds = [person(f"second{number}", Role.SUPERVISOR, store, system) for number in range(4)]
    for _ in range(4):
        proposal = waiting(store, system, first)
        found = at_once([
            partial(approve_second, proposal=proposal, by=seconds[0], version=2),
            partial(approve_second, proposal=proposal, by=seconds[1], version=2),
            partial(send_back, proposal=proposal, by=seconds[2], note="Look at it once more."),
            partial(send_back, proposal=proposal, by=seconds[3], note="Look at it once more."),
        ])  # fmt: skip
        assert sum(isinstance(one, Conflict) for one in found) == 3, found
        decided = Decision.objects.filter(case=proposal.case).count()
        assert Effect.objects.filter(order=proposal.case.order).count() == decided
        assert (Case.objects.get(pk=proposal.case_id).state, told(proposal)) == ("decided" if decided else "open", 1)


def test_the_second_person_and_the_first_who_takes_it_back(store: Store, system: User) -> None:
    first, second = person("first", Role.FRAUD_REVIEWER, store, system), person("second", Role.SUPERVISOR, store, system)
    for _ in range(4):
        proposal = waiting(store, system, first)
        found = at_once([
            partial(approve_second, proposal=proposal, by=second, version=2),
            partial(take_back_proposal, proposal=proposal, by=first),
        ])  # fmt: skip
        assert sum(isinstance(one, Conflict) for one in found) == 1, found
        assert told(proposal) == 1


def test_the_second_person_and_an_order_that_is_cancelled(store: Store, system: User) -> None:
    first, second = person("first", Role.FRAUD_REVIEWER, store, system), person("second", Role.SUPERVISOR, store, system)

    def cancelled(order: Any) -> None:
        with atomic():
            rows = Order.objects.filter(pk=order).select_for_update()
            list(rows)
            rows.update(commercial="cancelled")
            withdraw_finished(orders=list(rows), by=system)

    for _ in range(4):
        proposal = waiting(store, system, first)
        at_once([
            partial(approve_second, proposal=proposal, by=second, version=2),
            partial(cancelled, proposal.case.order_id),
        ])  # fmt: skip
        proposal.refresh_from_db()
        state = Case.objects.get(pk=proposal.case_id).state
        assert (state, proposal.state) in {("decided", "approved"), ("withdrawn", "gone")}
        assert Decision.objects.filter(case=proposal.case).exists() == (state == "decided")
