"""What goods cost arrives with the facts; what the store usually earns is said by a supervisor; who sees either."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.errors import Forbidden, Invalid
from ordersops.intake.masking import DOTS, masked
from ordersops.stock.actions import take_in
from ordersops.stock.models import Item
from ordersops.stock.queries import unit_costs
from ordersops.stores.costs import sees_costs, set_gross_margin
from ordersops.stores.models import Store
from ordersops.stores.platforms import platforms
from tests.factories import ItemFactory
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


def stock(platform: str, topic: str, payload: dict[str, Any], store: Store, system: User) -> Item:
    found = platforms()[platform].facts(topic=topic, payload=payload, at=AT)
    assert found.stock is not None
    take_in(facts=[(store.pk, found.stock)], by=system)
    return Item.objects.get(store=store)


def test_the_generic_contract_states_what_a_unit_cost(store: Store, system: User) -> None:
    told = {
        "event": "order.created",
        "order_id": "1",
        "items": [{"sku": "A", "quantity": 1, "unit_cost": "12.3456"}, {"sku": "B", "quantity": 1}],
    }
    core = platforms()["generic"].facts(topic="order.created", payload=told, at=AT).core
    assert core is not None
    assert [line.unit_cost for line in core.lines] == [Decimal("12.3456"), None]
    item = stock(
        "generic",
        "item.updated",
        {"event": "item.updated", "stock_items": [{"sku": "A", "unit_cost": 7, "currency": "EUR"}]},
        store,
        system,
    )
    assert (item.unit_cost, item.cost_currency) == (Decimal(7), "EUR")


@pytest.mark.parametrize("cost", ["-1", "dear", True])
def test_a_cost_that_is_none_is_refused(cost: Any) -> None:
    told = {"event": "item.updated", "stock_items": [{"sku": "A", "unit_cost": cost}]}
    with pytest.raises(Invalid, match="unit_cost"):
        platforms()["generic"].facts(topic="item.updated", payload=told, at=AT)


def test_shopify_tells_the_cost_with_its_inventory_item(shopify_store: Store, system: User) -> None:
    item = stock("shopify", "inventory_items/update", {"id": 7, "sku": "A", "cost": "25.00"}, shopify_store, system)
    assert (item.unit_cost, item.cost_currency) == (Decimal(25), "")
    item = stock("shopify", "inventory_items/update", {"id": 7, "sku": "A", "cost": None}, shopify_store, system)
    assert item.unit_cost == Decimal(25)  # where the app may not see it, nothing is stated


def test_a_cost_in_another_currency_is_not_known(store: Store) -> None:
    ItemFactory(store=store, sku="A", unit_cost=Decimal(5))
    ItemFactory(store=store, sku="B", unit_cost=Decimal(6), cost_currency="EUR")
    ItemFactory(store=store, sku="C")
    skus = ["A", "B", "C", "D", ""]
    assert unit_costs(store, skus, "USD") == {"A": Decimal(5)}
    assert unit_costs(store, skus, "EUR") == {"B": Decimal(6)}


def test_items_of_one_sku_that_differ_tell_nothing(store: Store) -> None:
    ItemFactory(store=store, sku="A", external_id="1", unit_cost=Decimal(5))
    ItemFactory(store=store, sku="A", external_id="2", unit_cost=Decimal(6))
    assert unit_costs(store, ["A"], "USD") == {}


def test_a_body_is_shown_without_costs() -> None:
    assert masked({"unit_cost": "12.30", "cost": 7, "unit_price": "20"}) == {"unit_cost": f"1{DOTS}", "cost": DOTS, "unit_price": "20"}


def test_the_margin_is_set_and_told_once(store: Store, supervisor: User) -> None:
    for _ in range(2):
        set_gross_margin(store=store, by=supervisor, gross_margin=Decimal("30.00"))
    store.refresh_from_db()
    assert store.gross_margin == 30
    event = Event.objects.get(verb=Verb.STORE_UPDATED, store=store)
    assert event.data["changed"] == {"gross_margin": {"before": None, "after": "30"}}
    set_gross_margin(store=store, by=supervisor, gross_margin=None)
    store.refresh_from_db()
    assert store.gross_margin is None


@pytest.mark.parametrize("percent", ["-1", "100.01"])
def test_a_margin_beyond_reason_is_refused(store: Store, supervisor: User, percent: str) -> None:
    with pytest.raises(Invalid, match="between 0 and 100"):
        set_gross_margin(store=store, by=supervisor, gross_margin=Decimal(percent))


@pytest.mark.parametrize("role", [role for role in Role if Perm.WRITE_POLICY not in ROLES[role]])
def test_it_needs_its_right(store: Store, role: Role, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        set_gross_margin(store=store, by=make_person(role, store), gross_margin=Decimal(30))


def test_who_sees_what_goods_cost(store: Store, other_store: Store, make_person: MakePerson) -> None:
    blind = {role for role in Role if not sees_costs(make_person(role, store), store.pk)}
    assert blind == {Role.SUPPORT_AGENT}
    assert not sees_costs(make_person(Role.SUPERVISOR, other_store), store.pk)


def test_the_page_offers_it_to_supervisors_and_keeps_what_was_entered(store: Store, supervisor: User, admin: User, client: Client) -> None:
    client.force_login(supervisor)
    url = reverse("store_margin", args=[store.pk])
    assert client.post(url, {"gross_margin": "130"}).status_code == 422
    assert 'value="130"' in client.post(url, {"gross_margin": "130"}).content.decode()
    assert client.post(url, {"gross_margin": "32.5"}).status_code == 303
    page = client.get(reverse("store", args=[store.pk])).content.decode()
    assert 'value="32.5"' in page
    assert "32.5 % of net sales" in page
    assert client.post(url, {"gross_margin": ""}).status_code == 303
    store.refresh_from_db()
    assert store.gross_margin is None
    client.force_login(admin)
    assert url not in client.get(reverse("store", args=[store.pk])).content.decode()
