"""Search: both sides split words alike, and no word breaks the question."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordersops.accounts.models import User
from ordersops.orders.actions import apply_facts
from ordersops.orders.models import Order
from ordersops.orders.search import lexemes, query, words
from ordersops.stores.facts import AddressFacts, CoreFacts, LineFacts, OrderFacts, ShipmentFacts
from ordersops.stores.models import Store

AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#1001", ["1001"]),
        ("Ada  BYRON", ["ada", "byron"]),
        ("0151-234.567/8", ["01512345678"]),
        ("SKU-55/b", ["sku-55/b"]),
        ('o\'neil "x" \\ & | ! :*', ["o", "neil", "x"]),
        ("ada@a.example", ["ada@a.example"]),
        ("Straße", ["strasse"]),
        ("\x00 ", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.fixture
def order(store: Store, system: User) -> Order:
    facts = OrderFacts(
        order="gid-77", at=AT,
        core=CoreFacts(number="#1001", placed_at=AT, email="Ada.Byron@a.example", phone="+44 151 2345678",
                       shipping_address=AddressFacts(name="Ada Byron-King"), lines=(LineFacts(external_id="1", sku="MUG-RED", quantity=1),)),
        shipments=(ShipmentFacts(external_id="s", status="shipped", tracking_numbers=("1ZN0RT42",)),),
    )  # fmt: skip
    apply_facts(facts=[(store.pk, facts)], by=system)
    return Order.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        "#1001",
        "1001",
        "100",
        "gid-77",
        "ada",
        "BYRON",
        "ada byron 1001",
        "ada.byron@a.example",
        "+44 151 2345678",
        "mug-red",
        "mug",
        "1zn0rt42",
    ],
)
def test_an_order_is_found_by(order: Order, asked: str) -> None:
    assert list(Order.objects.search(asked)) == [order]


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["", "  ", "&", "ada smith", "2001", "'", "a" * 500])
def test_an_order_is_not_found_by(order: Order, asked: str) -> None:
    assert list(Order.objects.search(asked)) == []


@pytest.mark.django_db
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
def test_whatever_is_written_can_be_found_again(order: Order, text: str) -> None:
    Order.objects.filter(pk=order.pk).update(search=lexemes([text]))
    assert Order.objects.search(text).exists() == bool(words(text))
    assert query(text).count("&") <= 7
