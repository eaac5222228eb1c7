"""Finding things: each kind with the right that its own page needs, and nothing of a store without a role."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.cases.lanes import lanes
from ordersops.search.queries import search
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store) -> Any:
    order = OrderFactory(store=store, number="#4711", name="Amaru Quispe", email="amaru@mail.example")
    order.search = "'4711' 'amaru' 'quispe' 'amaru@mail.example'"
    order.save(update_fields=["search"])
    return CaseFactory(order=order, store=store, headline="Three orders from one address")


def test_an_order_its_case_and_a_colleague_are_found(case: Any, supervisor: User, make_person: Any, store: Store) -> None:
    colleague = make_person(Role.AUDITOR, store, name="Amara Diallo")
    found = search(supervisor, "amar", 5)
    assert [hit.url for hit in found.orders] == [reverse("order", args=[case.order_id])]
    assert [hit.url for hit in found.cases] == [reverse("case", args=[case.pk])]
    assert [hit.url for hit in found.people] == [reverse("person", args=[colleague.pk])]
    assert [name for name, _ in found.groups] == ["Cases", "Orders", "People"]


def test_each_sees_what_their_role_sees(case: Any, order_clerk: User, make_person: Any, other_store: Store) -> None:
    found = search(order_clerk, "4711", 5)
    assert [found.cases, found.people, len(found.orders)] == [[], [], 1]
    assert search(make_person(Role.SUPERVISOR, other_store), "4711", 5).groups == []


@pytest.mark.parametrize("words", ["", " ", "a", "\x00", "'; drop table", "x" * 5000, "%_%", ":* & !"])
def test_odd_words_find_nothing_and_break_nothing(words: str, case: Any, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    for name in ("search", "_palette"):
        assert client.get(reverse(name), {"q": words}).status_code == 200
    assert search(supervisor, words, 5).orders == []


def test_the_palette_leads_to_places_and_things(case: Any, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    text = client.get(reverse("_palette")).content.decode()
    assert reverse("rollout") in text
    assert reverse("account_logout") in text
    text = client.get(reverse("_palette"), {"q": "4711"}).content.decode()
    assert reverse("case", args=[case.pk]) in text
    assert reverse("rollout") not in text


def test_the_palette_offers_no_place_that_is_closed(order_clerk: User, client: Client) -> None:
    client.force_login(order_clerk)
    assert reverse("rollout") not in client.get(reverse("_palette")).content.decode()


def test_what_is_found_is_shown_as_text(case: Any, supervisor: User, client: Client) -> None:
    case.order.name = "<script>alert(1)</script>"
    case.order.save(update_fields=["name"])
    client.force_login(supervisor)
    for name in ("search", "_palette"):
        text = client.get(reverse(name), {"q": "4711"}).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_queries_do_not_grow_with_what_is_found(supervisor: User, store: Store, client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        order = OrderFactory(store=store, number=f"#90{number}")
        order.search = "'bulk'"
        order.save(update_fields=["search"])
        CaseFactory(order=order, store=store)
    client.force_login(supervisor)
    with django_assert_max_num_queries(16 + len(lanes())):  # the rail counts each lane
        client.get(reverse("_palette"), {"q": "bulk"})
