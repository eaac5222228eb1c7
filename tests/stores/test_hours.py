"""set_hours: when people work for a store."""

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.errors import Forbidden, Invalid
from ordersops.stores.hours import set_hours
from ordersops.stores.models import Store
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
WEEK: dict[str, Any] = {
    "time_zone": "Europe/Berlin", "country": "DE", "working_days": [0, 1, 2, 3, 4], "opens_at": time(9), "closes_at": time(17)
}  # fmt: skip


def test_hours_are_set_and_told_once(store: Store, admin: User) -> None:
    set_hours(store=store, by=admin, **WEEK)
    set_hours(store=store, by=admin, **WEEK)
    store.refresh_from_db()
    assert (store.country, store.opens_at, store.working_days) == ("DE", time(9), [0, 1, 2, 3, 4])
    event = Event.objects.get(verb=Verb.STORE_UPDATED, store=store)
    assert event.data["changed"]["opens_at"] == {"before": None, "after": "09:00"}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"working_days": []}, "working day"),
        ({"working_days": [7]}, "working day"),
        ({"opens_at": None}, "hours"),
        ({"closes_at": time(9)}, "hours"),
        ({"country": "XX"}, "holidays"),
        ({"time_zone": "Mars/Olympus"}, "time zone"),
    ],
)
def test_what_makes_no_sense_is_refused(store: Store, admin: User, more: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        set_hours(store=store, by=admin, **(WEEK | more))


@pytest.mark.parametrize("role", [role for role in Role if Perm.MANAGE_STORES not in ROLES[role]])
def test_it_needs_its_right(store: Store, role: Role, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        set_hours(store=store, by=make_person(role, store), **WEEK)


def test_the_page_keeps_what_was_entered(store: Store, admin: User, client: Client) -> None:
    client.force_login(admin)
    sent = {**WEEK, "opens_at": "18:00", "closes_at": "09:00"}
    answer = client.post(reverse("store_hours", args=[store.pk]), sent)
    assert answer.status_code == 422
    assert 'value="18:00"' in answer.content.decode()
    assert answer.content.decode().count('<input type="checkbox" name="working_days"') == 7
    assert client.post(reverse("store_hours", args=[store.pk]), {**sent, "opens_at": "08:00"}).status_code == 303
