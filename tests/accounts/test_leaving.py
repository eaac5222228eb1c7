"""Ending access: by one person, at once, with all that hangs on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.access import rights
from ordersops.accounts.actions import deactivate, new_link
from ordersops.accounts.models import Invitation, User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.cases.actions import claim
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Forbidden
from ordersops.stores.models import Store
from tests.factories import CaseFactory

pytestmark = pytest.mark.django_db


def again(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_one_person_closes_an_account(admin: User, make_person: Any, store: Store) -> None:
    person = make_person(Role.FRAUD_REVIEWER, store)
    deactivate(person=person, by=admin)
    assert not again(person).is_active
    assert rights(again(person)) == {}
    assert Event.objects.filter(stream=f"user:{person.pk}").latest("seq").verb == "person.deactivated"
    with pytest.raises(Conflict):
        deactivate(person=person, by=admin)


def test_it_needs_the_right_in_every_store_of_the_person(admin: User, make_person: Any, store: Store, other_store: Store) -> None:
    with pytest.raises(Forbidden):
        deactivate(person=make_person(Role.AUDITOR, store, other_store), by=admin)


def test_nobody_closes_their_own_or_the_systems(admin: User, other_admin: User, system: User) -> None:
    with pytest.raises(Forbidden):
        deactivate(person=admin, by=admin)
    with pytest.raises(Conflict):
        deactivate(person=system, by=admin)


def test_the_last_admin_stays(admin: User, system: User) -> None:
    with pytest.raises(Conflict, match="last admin"):
        deactivate(person=admin, by=system)


def test_cases_that_they_hold_go_back(admin: User, make_person: Any, store: Store) -> None:
    person, colleague = make_person(Role.FRAUD_REVIEWER, store), make_person(Role.FRAUD_REVIEWER, store)
    held, theirs, gone = CaseFactory.create_batch(3, order__store=store)
    claim(case=held, by=person)
    claim(case=theirs, by=colleague)
    Case.objects.filter(pk=gone.pk).update(leased_by=person, lease_until=timezone.now() - timedelta(minutes=1))
    deactivate(person=person, by=admin)
    assert set(Case.objects.filter(leased_by=None).values_list("pk", flat=True)) == {held.pk, gone.pk}
    event = Event.objects.filter(case=held.pk).latest("id")
    assert (event.verb, event.actor_id) == ("case.let_go", admin.pk)
    assert claim(case=held, by=colleague).leased_by == colleague


def test_what_is_assigned_to_them_is_assigned_to_nobody(admin: User, make_person: Any, store: Store) -> None:
    person = make_person(Role.FRAUD_REVIEWER, store)
    case = CaseFactory(order__store=store, assigned_to=person)
    deactivate(person=person, by=admin)
    assert Case.objects.get(pk=case.pk).assigned_to is None


def test_an_open_link_is_void(admin: User, make_person: Any, store: Store) -> None:
    person = make_person(Role.AUDITOR, store)
    new_link(person=person, by=admin)
    deactivate(person=person, by=admin)
    assert not Invitation.objects.filter(person=person, ended_at=None).exists()
    with pytest.raises(Conflict):
        new_link(person=person, by=admin)
