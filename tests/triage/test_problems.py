"""What is wrong with orders and is no case stands on the control tower too."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.cases.lanes import lane
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory
from tests.people import MakePerson
from triage.models import OrderException

pytestmark = pytest.mark.django_db


def test_a_decided_exception_that_has_not_cleared_is_a_problem(store: Store, other_store: Store, make_person: MakePerson) -> None:
    supervisor: User = make_person(Role.SUPERVISOR, store)
    order, now = OrderFactory(store=store), timezone.now()
    row = OrderException.objects.create(
        store=store, order=order, key="delivery_stalled", rule="stalled", severity=2, owner="ops_reviewer", way="trace", opened_at=now,
        due_at=now - timedelta(hours=1), handled_at=now,
    )  # fmt: skip
    (found,) = lane("triage").problems(supervisor, [store.pk, other_store.pk], 10)
    assert (found.key, found.urgency, found.about) == (f"exception:{row.pk}", "late", str(order))
    assert not lane("triage").problems(supervisor, [other_store.pk], 10)
    assert not lane("triage").problems(make_person(Role.SUPERVISOR, other_store), [store.pk, other_store.pk], 10)
    CaseFactory(order=order, lane="triage", advice=False)
    assert not lane("triage").problems(supervisor, [store.pk], 10), "its case stands there"
