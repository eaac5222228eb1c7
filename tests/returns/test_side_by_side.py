"""Many settle and refund at the same moment."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from ordersops.accounts.actions import give_role, invite, sync_roles
from ordersops.accounts.roles import Role
from ordersops.effects.actions import ask
from ordersops.effects.models import Effect
from ordersops.errors import Refusal
from ordersops.orders.models import Line
from ordersops.stores.actions import connect
from returns.actions import settle
from tests.returns.shop import D, asked_for, delivered_order, wanted
from tests.returns.test_settling import approved, back


@pytest.mark.django_db
def test_a_database_to_copy() -> None:
    assert Effect.objects.count() == 0


def test_refunds_at_the_same_moment_never_exceed_what_was_captured(fresh_database: str, django_db_blocker: Any) -> None:
    """Four returns of one order and four refunds asked for beside them, each by its own thread: together at most what was captured."""
    with django_db_blocker.unblock():
        _crowd()


def _crowd() -> None:
    system = sync_roles()
    store = connect(name="Crowd", platform="generic", by=system, currency="USD")
    people = [invite(email=f"crowd{n}@test.example", name=f"Person {n}", by=system) for n in range(8)]
    for person in people:
        give_role(person=person, role=Role.RETURNS_REVIEWER, store=store, by=system)
    order = delivered_order(store, prices=("10.00",) * 4, shipping="0.00")
    Line.objects.filter(order=order).update(price=D("25.00"))  # each return believes that it is owed 25.00 of the 40.00
    made = [approved(asked_for(order, wanted(f"li-{n}")), amount="25.00") for n in range(4)]
    for one in made:
        back(one, people[0])
    start = threading.Barrier(8)
    said: list[str] = []

    def settles(number: int) -> None:
        try:
            start.wait()
            if number < 4:
                settle(request=made[number], by=people[number])
            else:
                ask(
                    order=order,
                    kind="refund.create",
                    arguments={"amount": "15.00", "currency": "USD"},
                    reason="Goodwill",
                    by=people[number],
                )
        except Refusal as refusal:
            said.append(refusal.message)
        finally:
            connection.close()

    connection.close()
    threads = [threading.Thread(target=settles, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    amounts = [effect.amount or Decimal(0) for effect in Effect.objects.filter(order=order, kind="refund.create")]
    assert sum(amounts) == D("40.00"), (amounts, said)
    assert len(said) + len(amounts) == 8
