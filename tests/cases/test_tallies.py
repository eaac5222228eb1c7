"""What is open, for the first page: as it is while the queue is short, as its tally has it when it is long."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.cases import tallies
from ordersops.cases.models import Case, Tally
from ordersops.cases.tallies import add_up, overview
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def some(store: Store, count: int, **more: Any) -> list[Case]:
    return [CaseFactory(order=OrderFactory(store=store), amount=Decimal(100), currency="USD", **more) for _ in range(count)]


def fraud(user: User) -> dict[str, Any]:
    return next(row for row in overview(user) if row["lane"].key == "fraud")


def figures(user: User) -> tuple[Any, ...]:
    row = fraud(user)
    return row["open"], row["mine"], row["overdue"], row["amount_by_currency"]


def test_a_short_queue_is_told_as_it_is(store: Store, other_store: Store, fraud_reviewer: User) -> None:
    first, *_ = some(store, 2)
    some(store, 1, due_at=timezone.now() - HOUR)
    some(other_store, 1)
    Case.objects.filter(pk=first.pk).update(leased_by=fraud_reviewer, lease_until=timezone.now() + HOUR)
    add_up()
    some(store, 1)
    assert figures(fraud_reviewer) == (4, 1, 1, [("USD", Decimal(400))])


def test_a_long_one_as_its_tally_has_it(store: Store, fraud_reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "CAP", 2)
    some(store, 3)
    assert figures(fraud_reviewer)[0] == 3
    add_up()
    some(store, 1)
    assert figures(fraud_reviewer)[0] == 3
    add_up()
    assert figures(fraud_reviewer) == (4, 0, 0, [("USD", Decimal(400))])
    assert fraud(fraud_reviewer)["oldest_age"] > timedelta(0)


def test_what_is_closed_is_not_told_any_more(store: Store, fraud_reviewer: User) -> None:
    some(store, 2)
    add_up()
    Case.objects.update(state="withdrawn")
    add_up()
    assert not Tally.objects.exists()
    assert figures(fraud_reviewer) == (0, 0, 0, [])
