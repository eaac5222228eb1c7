"""/exceptions/: what is wrong now, and what of it is one problem."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.stores.models import Store
from tests.factories import OrderFactory
from triage.models import OrderException

pytestmark = pytest.mark.django_db


def wrong(store: Store, key: str = "no_scan", shared: str = "DHL", **more: Any) -> OrderException:
    now = timezone.now()
    given = {"rule": "unscanned", "severity": 3, "owner": "ops_reviewer", "way": "trace", "opened_at": now, "due_at": now}
    return OrderException.objects.create(store=store, order=OrderFactory(store=store), key=key, shared=shared, **{**given, **more})


@pytest.fixture
def ops(client: Client, ops_reviewer: User) -> Client:
    client.force_login(ops_reviewer)
    return client


def test_five_that_share_a_carrier_are_one_problem(ops: Client, store: Store, other_store: Store) -> None:
    for _ in range(4):
        wrong(store)
    assert "One problem" not in ops.get(reverse("exceptions")).content.decode()
    wrong(store)
    wrong(store, shared="UPS")
    wrong(other_store, shared="Their carrier")
    page = ops.get(reverse("exceptions")).content.decode()
    assert "Tracking without a scan: DHL" in page
    assert "Their carrier" not in page
    narrowed = ops.get(reverse("exceptions"), {"shared": "UPS"}).content.decode()
    assert narrowed.count('class="row-link"') == 1


def test_what_is_resolved_is_not_shown(ops: Client, store: Store) -> None:
    wrong(store, resolved_at=timezone.now())
    assert "Nothing is wrong" in ops.get(reverse("exceptions")).content.decode()


def test_the_list_costs_the_same_however_long(ops: Client, store: Store) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ops.get(reverse("exceptions")).status_code == 200
        return len(captured)

    wrong(store)
    cost()
    few = cost()
    for _ in range(20):
        wrong(store)
    assert cost() == few
