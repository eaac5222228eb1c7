"""The page of the block and allow lists, and listing from a case: who may, what is said, and that no plain value stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from fraud.actions import list_add
from fraud.models import ListEntry
from ordersops.accounts.actions import give_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.lists import CAP, SIZE
from ordersops.orders.keys import digest
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
WHY = "Chargeback in May"
LISTS = "/lists/"


@pytest.fixture
def senior(senior_fraud_reviewer: User, client: Client) -> User:
    """Signed in."""
    client.force_login(senior_fraud_reviewer)
    return senior_fraud_reviewer


def entry(store: Store, by: User, value: str = "ada@customer.example", **more: Any) -> ListEntry:
    return list_add(**({"store": store, "kind": "block", "key": "email", "value": value, "note": WHY, "by": by} | more))


def typed(store: Store, **more: Any) -> dict[str, Any]:
    return {"store": store.pk, "kind": "block", "key": "email", "value": "ada@customer.example", "note": WHY} | more


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.SENIOR_FRAUD_REVIEWER, Role.SUPERVISOR])
def test_seniors_and_supervisors_change_the_lists(client: Client, store: Store, make_person: MakePerson, role: Role) -> None:
    client.force_login(make_person(role, store))
    assert client.post(reverse("fraud_list_add"), typed(store)).status_code == 303
    page = client.get(LISTS).content.decode()
    added = ListEntry.objects.get()
    assert reverse("fraud_list_add") in page
    assert reverse("fraud_list_remove", args=[added.pk]) in page
    assert client.post(reverse("fraud_list_remove", args=[added.pk])).status_code == 303
    assert not ListEntry.objects.exists()


def test_a_fraud_reviewer_sees_and_may_not_change(client: Client, store: Store, fraud_reviewer: User, senior: User) -> None:
    listed = entry(store, senior)
    case = CaseFactory(order=OrderFactory(store=store, email_key=listed.digest, phone_key=1))
    client.force_login(fraud_reviewer)
    page = client.get(LISTS).content.decode()
    assert WHY in page
    assert "Add an entry" not in page
    assert "Remove" not in page
    assert "Block or trust" not in client.get(reverse("case", args=[case.pk])).content.decode()
    assert client.post(reverse("fraud_list_add"), typed(store, value="b@customer.example")).status_code == 403
    assert client.post(_from(case.order), {"kind": "block", "keys": ["phone"], "note": WHY}).status_code == 403
    assert client.post(reverse("fraud_list_remove", args=[listed.pk])).status_code == 403
    assert list(ListEntry.objects.all()) == [listed]


def test_a_order_clerk_sees_no_lists(client: Client, store: Store, order_clerk: User) -> None:
    client.force_login(order_clerk)
    assert client.get(LISTS).status_code == 403
    assert LISTS not in client.get("/").content.decode()


def test_another_store_does_not_exist(client: Client, senior: User, other_store: Store, make_person: MakePerson) -> None:
    theirs = entry(other_store, make_person(Role.SUPERVISOR, other_store), note="Seen in the other store")
    page = client.get(LISTS, {"store": str(other_store.pk)}).content.decode()
    assert "Seen in the other store" not in page
    assert client.post(reverse("fraud_list_add"), typed(other_store)).status_code == 404
    assert client.post(reverse("fraud_list_remove", args=[theirs.pk])).status_code == 404
    assert client.post(_from(OrderFactory(store=other_store)), {"kind": "block", "keys": ["email"], "note": WHY}).status_code == 404
    assert ListEntry.objects.count() == 1


@pytest.mark.parametrize("asked", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_store_that_is_none(client: Client, store: Store, senior: User, asked: str) -> None:
    assert client.post(reverse("fraud_list_add"), typed(store) | {"store": asked}).status_code == 404


def test_the_right_of_one_store_does_not_reach_into_another(
    client: Client, store: Store, other_store: Store, senior: User, system: User
) -> None:
    """A senior here who only reviews there sees both lists, and adds to one."""
    give_role(person=senior, role=Role.FRAUD_REVIEWER, store=other_store, by=system)
    assert client.get(LISTS).context["may_add"] == [store]
    assert client.post(reverse("fraud_list_add"), typed(other_store)).status_code == 403
    case = CaseFactory(order=OrderFactory(store=other_store, email_key=1))
    assert "Block or trust" not in client.get(reverse("case", args=[case.pk])).content.decode()


# --- Adding and removing ----------------------------------------------------------------------------------------------
def test_adding_and_removing_are_recorded_without_the_value(client: Client, store: Store, senior: User) -> None:
    client.post(reverse("fraud_list_add"), typed(store, value=" Ada.Byron+shop@Customer.example "))
    added = ListEntry.objects.get()
    assert added.digest == digest("email", "ada.byron@customer.example")
    assert (added.kind, added.note, added.added_by) == ("block", WHY, senior)
    client.post(reverse("fraud_list_remove", args=[added.pk]))
    events = list(Event.objects.filter(verb__startswith="list.").order_by("at", "pk"))
    assert [event.verb for event in events] == ["list.entry_added", "list.entry_removed"]
    assert all(event.actor_id == senior.pk and event.store_id == store.pk for event in events)
    assert "byron" not in f"{client.get(LISTS).content.decode()}{[event.data for event in events]}".lower()


def test_a_duplicate_is_refused_beside_the_form(client: Client, store: Store, senior: User) -> None:
    entry(store, senior)
    answer = client.post(reverse("fraud_list_add"), typed(store, kind="allow", note="Vouched for by phone"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This is on a list of the store already. Remove that entry first." in page
    assert 'value="Vouched for by phone"' in page  # nothing has to be typed again
    assert ListEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"note": ""}, "Say in a few words why"),
        ({"note": "bad"}, "Say in a few words why"),
        ({"value": ""}, "Type the value"),
        ({"value": "not an address"}, "is not something that can be put on a list"),
        ({"key": "ip", "value": "198.18.0.0/24"}, "is not an IP address"),
        ({"key": "card", "value": "4242"}, "not one of the available choices"),
        ({"note": "a\x00b and more"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_said(client: Client, store: Store, senior: User, wrong: dict[str, str], said: str) -> None:
    answer = client.post(reverse("fraud_list_add"), typed(store, **wrong))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ListEntry.objects.exists()


def test_a_hostile_note_is_shown_as_text(client: Client, store: Store, senior: User) -> None:
    hostile = '"><script>alert(1)</script>{{ settings.SECRET_KEY }}<img src=x onerror=alert(1)>'
    listed = entry(store, senior, note=hostile)
    case = CaseFactory(order=OrderFactory(store=store, email_key=listed.digest))
    shown = client.post(reverse("fraud_list_add"), typed(store, value="<b>no</b>", note=hostile))
    for answer in (client.get(LISTS), client.get(reverse("case", args=[case.pk])), shown):
        page = answer.content.decode()
        assert escape(hostile) in page
        assert "<script>alert" not in page
        assert "<b>no</b>" not in page


def test_after_removing_one_is_back_where_one_was(client: Client, store: Store, senior: User) -> None:
    answer = client.post(reverse("fraud_list_remove", args=[entry(store, senior).pk]), {"next": f"{LISTS}?kind=block"})
    assert answer["Location"] == f"{LISTS}?kind=block"
    answer = client.post(reverse("fraud_list_remove", args=[entry(store, senior).pk]), {"next": "https://elsewhere.example/"})
    assert answer["Location"] == LISTS


# --- From a case ------------------------------------------------------------------------------------------------------
def _from(order: Order) -> str:
    return reverse("fraud_list_add_from_order", args=[order.pk])


def test_what_an_order_has_is_listed_from_its_case(client: Client, store: Store, senior: User) -> None:
    case = CaseFactory(order=OrderFactory(store=store, email_key=1, card_key=2, ship_key=3, device_key=4))
    url = reverse("case", args=[case.pk])
    page = client.get(url).content.decode()
    assert all(f'name="keys" value="{key}"' in page for key in ("email", "card", "ship", "device"))
    assert 'name="keys" value="phone"' not in page  # it has none
    answer = client.post(_from(case.order), {"kind": "block", "keys": ["card", "device"], "note": WHY, "next": url})
    assert (answer.status_code, answer["Location"]) == (303, url)
    assert set(ListEntry.objects.values_list("kind", "key", "digest")) == {("block", "card", 2), ("block", "device", 4)}
    page = client.get(url).content.decode()
    assert 'name="keys" value="card"' not in page  # it is listed, and can be taken off
    assert reverse("fraud_list_remove", args=[ListEntry.objects.get(key="card").pk]) in page


def test_everything_chosen_or_nothing(client: Client, store: Store, senior: User) -> None:
    order = OrderFactory(store=store, email_key=1, card_key=2)
    ListEntry.objects.create(store=store, kind="allow", key="card", digest=2, note=WHY, added_by=senior)
    assert client.post(_from(order), {"kind": "block", "keys": ["email", "card"], "note": WHY}).status_code == 409
    assert client.post(_from(order), {"kind": "block", "keys": ["email", "phone"], "note": WHY}).status_code == 422
    assert client.post(_from(order), {"kind": "block", "note": WHY}).status_code == 422
    assert ListEntry.objects.count() == 1
    assert not Event.objects.filter(verb="list.entry_added").exists()


# --- The table --------------------------------------------------------------------------------------------------------
def test_filters(client: Client, store: Store, senior: User) -> None:
    entry(store, senior, note="Reshipper in Lyon")
    entry(store, senior, "198.18.0.9", key="ip", kind="allow", note="Office of a good customer")

    def notes(**asked: str) -> list[str]:
        return [row.note for row in client.get(LISTS, asked).context["entries"]]

    assert notes() == ["Office of a good customer", "Reshipper in Lyon"]
    assert notes(kind="allow") == notes(key="ip") == notes(q="OFFICE") == ["Office of a good customer"]
    assert notes(store=str(store.pk), kind="block") == ["Reshipper in Lyon"]
    assert notes(q="%") == []
    assert len(notes(kind="grey", store="x", q="\x00")) == 2  # what cannot be read is left out


def test_orders_that_carry_the_key_are_counted(client: Client, store: Store, other_store: Store, senior: User) -> None:
    listed = entry(store, senior)
    now = timezone.now()
    OrderFactory.create_batch(2, store=store, email_key=listed.digest, placed_at=now - timedelta(days=89))
    OrderFactory(store=store, email_key=listed.digest, placed_at=now - timedelta(days=91))
    OrderFactory(store=store, email_key=listed.digest, placed_at=None)
    OrderFactory(store=store, phone_key=listed.digest)
    OrderFactory(store=other_store, email_key=listed.digest)
    assert [row.carried for row in client.get(LISTS).context["entries"]] == ["2"]


def test_nothing_is_counted_past_the_cap(client: Client, store: Store, senior: User) -> None:
    listed, now = entry(store, senior), timezone.now()
    Order.objects.bulk_create(
        Order(store=store, external_id=str(n), email_key=listed.digest, placed_at=now) for n in range(CAP + 5)
    )  # fmt: skip
    assert client.get(LISTS).context["entries"][0].carried == f"{CAP:,}+"


def test_the_page_costs_the_same_however_many_entries(client: Client, store: Store, senior: User, make_person: MakePerson) -> None:
    def queries() -> int:
        client.get(LISTS)
        with CaptureQueriesContext(connection) as captured:
            client.get(LISTS)
        return len(captured)

    _many(store, make_person(), 3)
    few = queries()
    _many(store, make_person(), 40)
    OrderFactory.create_batch(5, store=store, ip_key=1)
    assert queries() == few


def test_pages_follow_each_other_without_gap_or_repeat(client: Client, store: Store, senior: User) -> None:
    _many(store, senior, SIZE + 7)
    ListEntry.objects.update(added_at=timezone.now())  # all at the same instant
    first = client.get(LISTS)
    second = client.get(LISTS, {"cursor": first.context["next_cursor"]})
    shown = [row.pk for row in [*first.context["entries"], *second.context["entries"]]]
    assert sorted(shown) == sorted(ListEntry.objects.values_list("pk", flat=True))
    assert second.context["next_cursor"] == ""


def _many(store: Store, by: User, count: int) -> None:
    start = ListEntry.objects.count()
    ListEntry.objects.bulk_create(
        ListEntry(store=store, kind="block", key="ip", digest=start + n, note=f"{WHY} {n}", added_by=by) for n in range(count)
    )
