"""A page costs the same number of queries however many rows it shows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.actions import give_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.cases.models import Member
from ordersops.lists import SIZE
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.factories import CaseFactory, DecisionFactory, DeliveryFactory, EffectFactory, HoldFactory, OrderFactory, TransactionFactory
from tests.insights.scene import decided, judged

pytestmark = pytest.mark.django_db

FEW, MANY = 3, 60
MOST_PER_PAGE = 54  # the rail counts the open cases of each lane


@pytest.fixture
def person(make_person: Any, store: Store, system: User) -> User:
    """Somebody who sees all sections."""
    found = make_person(Role.SUPERVISOR, store)
    give_role(person=found, role=Role.ADMIN, store=store, by=system)
    return found


def queries(client: Client, url: str) -> int:
    client.get(url)  # what is read once for a process, and the session's first note
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    assert len(captured) <= MOST_PER_PAGE
    # That somebody is here is written every few seconds, by the clock and not by the rows.
    return sum("cases_presence" not in asked["sql"] for asked in captured)


def _linked(store: Store, count: int) -> list[Order]:
    return OrderFactory.create_batch(count, store=store, email_key=1, phone_key=2, ip_key=3, card_key=4, ship_key=5, device_key=6)


def test_queue(client: Client, person: User, store: Store) -> None:
    _grows(client, person, reverse("queue", args=["fraud"]), lambda n: CaseFactory.create_batch(n, order__store=store, leased_by=person))


def test_workload(client: Client, person: User, store: Store, make_person: Any) -> None:
    def more(count: int) -> None:
        until = timezone.now() + timedelta(minutes=5)
        CaseFactory.create_batch(count, order__store=store, due_at=timezone.now() - timedelta(hours=1))
        for _ in range(count):
            colleague = make_person(Role.FRAUD_REVIEWER, store)
            CaseFactory(order__store=store, leased_by=colleague, lease_until=until, assigned_to=person)
            decided(store, colleague)

    _grows(client, person, reverse("workload"), more)


def test_quality(client: Client, person: User, store: Store, make_person: Any) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            judged(decided(store, make_person()), make_person(), "release")

    _grows(client, person, reverse("quality"), more)


def test_signals(client: Client, person: User, store: Store, make_person: Any) -> None:
    colleague = make_person(Role.FRAUD_REVIEWER, store)
    _grows(client, person, reverse("signals", args=["fraud"]), lambda n: [decided(store, colleague) for _ in range(n)])


def test_home(client: Client, person: User, store: Store) -> None:
    def more(count: int) -> None:
        until = timezone.now() + timedelta(minutes=5)
        CaseFactory.create_batch(count, order__store=store, leased_by=person, lease_until=until)
        for case in CaseFactory.create_batch(count, order__store=store):
            EffectFactory(decision=DecisionFactory(case=case, by=person), state="handed_over")

    _grows(client, person, reverse("home"), more)


def test_orders(client: Client, person: User, store: Store) -> None:
    _grows(client, person, reverse("orders"), lambda n: OrderFactory.create_batch(n, store=store))


def test_deliveries(client: Client, person: User, store: Store) -> None:
    _grows(client, person, reverse("deliveries"), lambda n: DeliveryFactory.create_batch(n, store=store, order=OrderFactory(store=store)))


def test_intake(client: Client, person: User, store: Store) -> None:
    _grows(client, person, reverse("intake"), lambda n: DeliveryFactory.create_batch(n, store=store))


def test_effects(client: Client, person: User, store: Store) -> None:
    def more(count: int) -> None:
        for case in CaseFactory.create_batch(count, order__store=store):
            EffectFactory(decision=DecisionFactory(case=case, by=person))

    _grows(client, person, reverse("effects"), more)


def test_people(client: Client, person: User, store: Store, make_person: Any) -> None:
    _grows(client, person, reverse("people"), lambda n: [make_person(Role.AUDITOR, store) for _ in range(n)])


def test_stores(client: Client, person: User, make_store: Any, system: User) -> None:
    def more(count: int) -> None:
        for _ in range(count // 3):
            give_role(person=person, role=Role.ADMIN, store=make_store(), by=system)

    _grows(client, person, reverse("stores"), more)


def test_case(client: Client, person: User, store: Store) -> None:
    case = CaseFactory(order=_linked(store, 1)[0])

    def more(count: int) -> None:
        for order in _linked(store, count):
            TransactionFactory(order=case.order)
            DecisionFactory(case=CaseFactory(order=order), by=person)

    _grows(client, person, reverse("case", args=[case.pk]), more)


def test_case_of_an_attack(client: Client, person: User, store: Store) -> None:
    case = CaseFactory(order=_linked(store, 1)[0], group_key="ip:3")

    def more(count: int) -> None:
        Member.objects.bulk_create(Member(case=case, order=order) for order in _linked(store, count))
        case.orders_count += count
        case.save()

    _grows(client, person, reverse("case", args=[case.pk]), more)


def test_order(client: Client, person: User, store: Store) -> None:
    order = OrderFactory(store=store)
    case = CaseFactory(order=order)
    case.state = "withdrawn"
    case.save()

    def more(count: int) -> None:
        TransactionFactory.create_batch(count, order=order)
        DeliveryFactory.create_batch(count, store=store, order=order)
        now = timezone.now()
        HoldFactory.create_batch(count, order=order, placed_by=person, released_by=person, released_at=now)
        for _ in range(count):
            decided = DecisionFactory(case=CaseFactory(order=order), by=person)
            EffectFactory(decision=decided)

    _grows(client, person, reverse("order", args=[order.pk]), more)


def _grows(client: Client, person: User, url: str, more: Callable[[int], Any]) -> None:
    client.force_login(person)
    more(FEW)
    few = queries(client, url)
    more(MANY - FEW)
    assert queries(client, url) == few


def test_pages_follow_each_other_without_gap_or_repeat(client: Client, person: User, store: Store) -> None:
    client.force_login(person)
    at = timezone.now()
    made = OrderFactory.create_batch(SIZE + 10, store=store, placed_at=at)  # all at the same instant
    first = client.get(reverse("orders"))
    second = client.get(reverse("orders"), {"cursor": first.context["next_cursor"]})
    shown = [order.pk for order in [*first.context["orders"], *second.context["orders"]]]
    assert sorted(shown) == sorted(order.pk for order in made)
    assert second.context["next_cursor"] == ""


def test_queue_pages_follow_each_other(client: Client, person: User, store: Store) -> None:
    client.force_login(person)
    due = timezone.now()
    made = [CaseFactory(order__store=store, priority=n % 3, due_at=due, advice=False) for n in range(SIZE + 10)]
    first = client.get(reverse("queue", args=["fraud"]))
    second = client.get(reverse("queue", args=["fraud"]), {"cursor": first.context["next_cursor"]})
    shown = [*first.context["cases"], *second.context["cases"]]
    assert sorted(case.pk for case in shown) == sorted(case.pk for case in made)
    assert [case.priority for case in shown] == sorted((case.priority for case in made), reverse=True)


@pytest.mark.parametrize("cursor", ["x", "%00", "W10", "WyJhIiwiYiJd", "bm9uc2Vuc2U" * 60])
def test_a_cursor_that_is_not_ours_is_the_first_page(client: Client, person: User, store: Store, cursor: str) -> None:
    client.force_login(person)
    OrderFactory(store=store)
    assert len(client.get(reverse("orders"), {"cursor": cursor}).context["orders"]) == 1
