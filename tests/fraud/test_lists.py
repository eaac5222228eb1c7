"""Block and allow lists: who may edit them, what is refused, and that each edit is in the history."""

import pytest

from fraud.actions import list_add, list_add_from_order, list_remove
from fraud.models import ListEntry
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.stores.models import Store
from tests.fraud.shop import Place, known
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
WHY = "Chargeback in May"


def test_an_entry_is_found_by_the_next_order(store: Store, place: Place, make_person: MakePerson) -> None:
    senior = make_person(Role.SENIOR_FRAUD_REVIEWER, store)
    entry = list_add(store=store, kind="block", key="email", value="Ada.Lindner+x@posteo.de", note=WHY, by=senior)
    assert known(place(store))["block_hits"] == ["email"]
    event = Event.objects.get(verb="list.entry_added")
    assert event.actor_id == senior.pk
    assert "lindner" not in str(event.payload).lower()
    assert entry.note == WHY


def test_a_card_is_listed_from_an_order(store: Store, place: Place, make_person: MakePerson) -> None:
    senior, order = make_person(Role.SENIOR_FRAUD_REVIEWER, store), place(store)
    list_add_from_order(order=order, kind="allow", key="card", note=WHY, by=senior)
    assert known(place(store, minutes=1))["allow_hits"] == ["card"]
    with pytest.raises(Invalid):
        list_add(store=store, kind="allow", key="card", value="4242", note=WHY, by=senior)


def test_twice_conflicts(store: Store, make_person: MakePerson) -> None:
    senior = make_person(Role.SENIOR_FRAUD_REVIEWER, store)
    list_add(store=store, kind="block", key="ip", value="198.18.0.9", note=WHY, by=senior)
    with pytest.raises(Conflict):
        list_add(store=store, kind="allow", key="ip", value="198.18.0.9", note=WHY, by=senior)
    assert Event.objects.filter(verb="list.entry_added").count() == 1


def test_removing(store: Store, make_person: MakePerson) -> None:
    senior = make_person(Role.SENIOR_FRAUD_REVIEWER, store)
    entry = list_add(store=store, kind="block", key="phone", value="+49 1555 1234567", note=WHY, by=senior)
    list_remove(entry=entry, by=senior)
    assert not ListEntry.objects.exists()
    assert Event.objects.filter(verb="list.entry_removed").count() == 1
    with pytest.raises(Conflict):
        list_remove(entry=entry, by=senior)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "grey"}, {"key": "shoe_size"}, {"value": "  "}, {"value": "not an address"}, {"note": "bad"}],
)
def test_nonsense_is_refused(store: Store, make_person: MakePerson, wrong: dict[str, str]) -> None:
    senior = make_person(Role.SENIOR_FRAUD_REVIEWER, store)
    with pytest.raises(Invalid):
        list_add(**({"store": store, "kind": "block", "key": "email", "value": "a@b.de", "note": WHY, "by": senior} | wrong))  # type: ignore[arg-type]
    assert not ListEntry.objects.exists()


def test_it_needs_the_right_in_that_store(store: Store, make_person: MakePerson) -> None:
    reviewer = make_person(Role.FRAUD_REVIEWER, store)
    with pytest.raises(Forbidden):
        list_add(store=store, kind="block", key="email", value="a@b.de", note=WHY, by=reviewer)
    assert not ListEntry.objects.exists()
