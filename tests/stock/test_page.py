"""/stock/ and the page of a location."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.verbs import Verb
from ordersops.stock.models import Level, Location
from ordersops.stores.models import Store
from tests.factories import InboundFactory, LevelFactory, LocationFactory, OrderFactory, ReservationFactory
from tests.kernel.history import told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
FORM = {
    "kind": "partner", "capabilities": ["hazmat", "customs"], "serves": "de, FR", "working_days": [0, 1, 2, 3, 4], "time_zone": "Europe/Berlin",
    "holidays_of": "DE", "cut_off": "16:30", "capacity": "200", "handling_days": "1", "pick_pack": "2.50", "priority": "10",
}  # fmt: skip


@pytest.fixture
def ops(client: Client, ops_reviewer: User) -> Client:
    client.force_login(ops_reviewer)
    return client


@pytest.mark.parametrize("show", ["levels", "reservations", "inbound"])
def test_the_lists_cost_the_same_however_long(show: str, ops: Client, store: Store) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            level = LevelFactory(store=store, reserved=1)
            ReservationFactory(order=OrderFactory(store=store), level=level)
            InboundFactory(store=store)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ops.get(reverse("stock"), {"show": show}).status_code == 200
        return len(captured)

    more(2)
    cost()
    few = cost()
    more(25)
    assert cost() == few < 45


def test_nothing_of_another_store_is_shown(ops: Client, store: Store, other_store: Store) -> None:
    LevelFactory(store=store, item__sku="OURS")
    theirs = LevelFactory(store=other_store, item__sku="THEIRS", location__name="Their hall")
    page = ops.get(reverse("stock")).content.decode()
    assert "OURS" in page
    assert "THEIRS" not in page
    assert "Their hall" not in page
    assert ops.get(reverse("stock_location", args=[theirs.location_id])).status_code == 404


def test_a_location_is_set_up(ops: Client, store: Store) -> None:
    place = LocationFactory(store=store)
    assert ops.post(reverse("stock_location", args=[place.pk]), FORM).status_code == 303
    place.refresh_from_db()
    assert (place.kind, place.capabilities, place.serves, place.working_days) == (
        "partner",
        ["hazmat", "customs"],
        ["DE", "FR"],
        [0, 1, 2, 3, 4],
    )
    assert told(store=store)[-1] == Verb.LOCATION_CHANGED
    assert 'value="16:30"' in ops.get(reverse("stock_location", args=[place.pk])).content.decode()


@pytest.mark.parametrize(("field", "value"), [("serves", "Germany"), ("time_zone", "Moon/Sea"), ("working_days", [])])
def test_what_is_wrong_is_said_beside_the_form(field: str, value: Any, ops: Client, store: Store) -> None:
    place = LocationFactory(store=store)
    answer = ops.post(reverse("stock_location", args=[place.pk]), {**FORM, field: value})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert Location.objects.get(pk=place.pk).kind == "warehouse"


def test_pausing_and_resuming(ops: Client, store: Store) -> None:
    place = LocationFactory(store=store)
    for name, form, paused in (("pause", {"note": "Stock is counted"}, True), ("resume", {}, False)):
        url = reverse(f"stock_location_{name}", args=[place.pk])
        assert ops.post(url, form).status_code == 303
        place.refresh_from_db()
        assert place.paused is paused
        assert ops.post(url, form).status_code == 409
    assert told(store=store)[-2:] == [Verb.LOCATION_PAUSED, Verb.LOCATION_RESUMED]


def test_safety_stock_is_never_promised(ops: Client, store: Store, client: Client, make_person: MakePerson) -> None:
    level = LevelFactory(store=store, on_hand=10)
    assert ops.post(reverse("stock_keep_back", args=[level.pk]), {"units": 4}).status_code == 303
    assert Level.objects.get(pk=level.pk).free == 6
    assert told(store=store)[-1] == Verb.SAFETY_STOCK_SET
    client.force_login(make_person(Role.FRAUD_REVIEWER, store))
    assert client.post(reverse("stock_keep_back", args=[level.pk]), {"units": 0}).status_code == 403
