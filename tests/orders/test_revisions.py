"""Before and after: of an address only what changed, and with the event that tells of it."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.orders.models import Order, Revision
from ordersops.orders.revisions import differences, dressed, tell
from ordersops.stores.models import Store
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
HOME = {"name": "Ada Byron", "address1": "1 High Street", "city": "Leeds", "country": "GB", "latitude": 53.8}


def test_of_an_address_only_what_changed() -> None:
    assert differences("shipping_address", HOME, {**HOME, "address1": "9 Dock Road", "latitude": 51.0}) == [
        {"label": "Shipping street", "before": "1 High Street", "after": "9 Dock Road"}
    ]
    assert differences("email", "a@b.example", None) == [{"label": "E-mail", "before": "a@b.example", "after": ""}]
    assert differences("shipping_address", HOME, {**HOME, "latitude": 51.0}) == []


@atomic
def changed(order: Order, by: User, field: str, before: Any, after: Any) -> None:
    Revision.objects.create(order=order, store=order.store, at=timezone.now(), field=field, before=before, after=after)
    told = {field: {"changed": True}, "total": {"before": "1.00", "after": "2.00"}, "address": {"changed": True}}
    record(Verb.ORDER_UPDATED, by=by, order=order, changed=told)


def test_each_event_gets_its_own_values(store: Store, system: User) -> None:
    order = OrderFactory(store=store)
    changed(order, system, "email", "first@x.example", "second@x.example")
    changed(order, system, "email", "second@x.example", "third@x.example")
    revisions = list(order.revisions.order_by("-id"))
    newest, oldest = tell(list(Event.objects.timeline_for(order=order)), revisions)
    assert {"label": "E-mail", "before": "second@x.example", "after": "third@x.example"} in newest.changes
    assert {"label": "E-mail", "before": "first@x.example", "after": "second@x.example"} in oldest.changes
    assert {"label": "Total", "before": "1.00", "after": "2.00"} in newest.changes
    assert len(newest.changes) == 2


def test_without_revisions_the_history_says_no_personal_value(store: Store, system: User) -> None:
    order = OrderFactory(store=store)
    changed(order, system, "email", "first@x.example", "second@x.example")
    (event,) = Event.objects.timeline_for(order=order)
    assert [change["label"] for change in event.changes] == ["Total"]
    assert isinstance(event.at, datetime)


def test_a_revision_in_which_nothing_differs_to_the_eye_is_left_out(store: Store) -> None:
    order = OrderFactory(store=store)
    Revision.objects.create(
        order=order, store=store, at=timezone.now(), field="shipping_address", before=HOME, after={**HOME, "latitude": 1}
    )
    assert dressed(order.revisions.all()) == []
