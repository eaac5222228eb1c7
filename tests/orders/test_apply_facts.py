"""Taking facts in: what changes, what is told, what a person reads where it does not fit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.orders.actions import apply_facts
from ordersops.orders.changes import Change
from ordersops.orders.models import Customer, Order, StoreDay
from ordersops.stores.facts import (
    AddressFacts,
    CoreFacts,
    CustomerFacts,
    DisputeFacts,
    LineFacts,
    OrderFacts,
    RefundFacts,
    ShipmentFacts,
    TransactionFacts,
)
from ordersops.stores.models import Store
from tests.kernel.history import events, told
from tests.orders.facts_of_any_kind import order_facts

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD: dict[str, Any] = {
    "number": "#1", "placed_at": NOON, "currency": "USD", "total": Decimal("30.00"), "email": "ada@a.example", "customer_id": "c1",
    "payment": "paid", "lines": (LineFacts(external_id="l1", sku="MUG", quantity=3, price=Decimal(10)),),
}  # fmt: skip


def facts(minutes: float = 0, order: str = "1", core: dict[str, Any] | None = None, **parts: Any) -> OrderFacts:
    at = NOON + timedelta(minutes=minutes)
    return OrderFacts(order=order, at=at, core=None if core is None else CoreFacts(**core), **parts)


@pytest.fixture
def take(store: Store, system: User) -> Any:
    """Take in facts about the order and return the change."""

    def taken(*facts: OrderFacts) -> Change | None:
        changes = apply_facts(facts=[(store.pk, one) for one in facts], by=system)
        assert len(changes) <= 1
        return changes[0] if changes else None

    return taken


def the_order() -> Order:
    return Order.objects.get()


def test_an_order_is_placed_once(take: Any) -> None:
    change = take(facts(core=HEAD))
    assert change.kinds == {"placed"}
    assert take(facts(core=HEAD)) is None
    assert told(order=change.order) == [Verb.ORDER_PLACED]
    event = events(order=change.order)[0]
    assert event.data == {"number": "#1", "lines": 1, "total": "30.00", "currency": "USD"}
    assert "ada" not in event.payload


def test_older_facts_change_nothing(take: Any) -> None:
    take(facts(5, core=HEAD | {"note": "new"}))
    assert take(facts(0, core=HEAD | {"note": "old"})) is None
    assert the_order().note == "new"


def test_what_is_not_stated_stays(take: Any) -> None:
    take(facts(core=HEAD))
    change = take(facts(5, core={"payment": "refunded"}))
    order = the_order()
    assert (order.email, order.total, order.lines.count()) == ("ada@a.example", Decimal("30.00"), 1)
    assert order.payment == "refunded"
    assert set(change.fields) == {"payment", "commercial", "stage"}


def test_a_late_statement_still_fills_in_what_nobody_stated_since(take: Any) -> None:
    take(facts(5, core={"payment": "refunded"}))
    assert the_order().placed_at is None
    change = take(facts(0, core=HEAD))
    assert change.kinds == {"placed"}
    assert (the_order().payment, the_order().number) == ("refunded", "#1")


@pytest.mark.parametrize("arriving", [(0, 5, 9), (9, 5, 0), (5, 9, 0)])
def test_an_order_is_placed_at_the_earliest_time_that_is_told(take: Any, arriving: tuple[int, ...]) -> None:
    """A store that does not say when is taken at the time of its event; a later event does not move the order."""
    for minutes in arriving:
        take(facts(minutes, core=HEAD | {"placed_at": NOON + timedelta(minutes=minutes)}))
    assert the_order().placed_at == NOON


def test_a_list_of_lines_is_whole(take: Any) -> None:
    take(facts(core=HEAD))
    take(facts(1, core={"lines": (LineFacts(external_id="l2", quantity=1),)}))
    assert [line.external_id for line in the_order().lines.all()] == ["l2"]
    take(facts(2, core={"lines": ()}))
    assert not the_order().lines.exists()


def test_an_update_is_told_with_before_and_after_and_without_personal_values(take: Any) -> None:
    take(facts(core=HEAD))
    change = take(facts(1, core={"total": Decimal("20.00"), "email": "bo@b.example", "shipping_address": AddressFacts(name="Bo Ek")}))
    assert change.kinds == {"address", "contact"}
    (update,) = events(Verb.ORDER_UPDATED, order=change.order)
    assert update.data["changed"]["total"] == {"before": "30.00", "after": "20.00"}
    assert update.data["changed"]["email"] == {"changed": True}
    assert "Bo" not in update.payload
    assert "b.example" not in update.payload
    assert {revision.field: revision.after for revision in the_order().revisions.all()}["email"] == "bo@b.example"


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"transactions": (TransactionFacts(external_id="t", kind="sale", status="success", amount=Decimal(30)),)}, "payment"),
        ({"shipments": (ShipmentFacts(external_id="s", status="shipped", quantities={"l1": 1}),)}, "shipment"),
        ({"refunds": (RefundFacts(external_id="r", amount=Decimal(5)),)}, "refund"),
        ({"disputes": (DisputeFacts(external_id="d", status="needs_response"),)}, "dispute"),
    ],
)
def test_a_part_is_told_by_its_kind_and_only_once(take: Any, part: dict[str, Any], kind: str) -> None:
    take(facts(core=HEAD))
    change = take(facts(1, **part))
    assert change.kinds == {kind}
    assert take(facts(1, **part)) is None
    assert told(order=change.order) == [Verb.ORDER_PLACED, Verb.ORDER_UPDATED]


def test_a_scan_says_nothing_of_the_contents(take: Any) -> None:
    take(facts(core=HEAD, shipments=(ShipmentFacts(external_id="s", at=NOON, status="shipped", quantities={"l1": 3}),)))
    take(facts(9, shipments=(ShipmentFacts(external_id="s", at=NOON + timedelta(hours=1), status="delivered"),)))
    line = the_order().lines.get()
    assert (line.shipped, line.delivered, the_order().fulfilment) == (3, 3, "delivered")


def test_an_unknown_payment_word_is_kept_and_nothing_is_guessed(take: Any) -> None:
    take(facts(core=HEAD | {"payment": "", "stated": {"financial": "LAYAWAY"}}))
    assert (the_order().payment, the_order().stated) == ("unknown", {"financial": "LAYAWAY"})


def test_an_open_dispute_shows_and_a_closed_one_does_not(take: Any) -> None:
    take(facts(core=HEAD, disputes=(DisputeFacts(external_id="d", at=NOON, status="needs_response"),)))
    assert the_order().payment == "disputed"
    take(facts(1, disputes=(DisputeFacts(external_id="d", at=NOON + timedelta(days=1), status="won"),)))
    assert the_order().payment == "paid"


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"shipments": (ShipmentFacts(external_id="s", status="shipped", quantities={"l1": 9}),)}, "9 units of MUG shipped, 3 ordered"),
        ({"shipments": (ShipmentFacts(external_id="s", status="shipped", quantities={"?": 1}),)}, "line ? was shipped or refunded"),
        ({"refunds": (RefundFacts(external_id="r", amount=Decimal(99)),)}, "99.00 refunded, but 30.00 captured so far"),
        ({"refunds": (RefundFacts(external_id="r", items=(("l1", 7, "return"),)),)}, "7 units of MUG refunded, 3 ordered"),
        (
            {"transactions": (TransactionFacts(external_id="t", kind="capture", status="success", amount=Decimal(-5)),)},
            "-5.00 as the sum of every capture cannot be right",
        ),
        (
            {
                "transactions": tuple(
                    TransactionFacts(external_id=f"t{n}", kind="authorization", status="success", amount=Decimal("999999999999.99"))
                    for n in (1, 2)
                )
            },
            "1999999999999.98 as the sum of every authorization cannot be right",
        ),
        (
            {"transactions": (TransactionFacts(external_id="t", kind="sale", status="success", amount=Decimal(5), currency="EUR"),)},
            "a sale in EUR is left out of the sums in USD",
        ),
    ],
)
def test_what_does_not_fit_is_said(take: Any, parts: dict[str, Any], says: str) -> None:
    take(facts(core=HEAD, **parts))
    assert any(says in issue for issue in the_order().issues)


def test_a_derived_issue_goes_when_its_cause_goes(take: Any) -> None:
    take(facts(core=HEAD, refunds=(RefundFacts(external_id="r", at=NOON, amount=Decimal(99)),)))
    assert the_order().issues
    take(facts(1, refunds=(RefundFacts(external_id="r", at=NOON + timedelta(hours=1), amount=Decimal(9)),)))
    assert the_order().issues == []


@given(sequence=st.lists(order_facts(), min_size=1, max_size=8))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_no_facts_break_an_invariant(sequence: list[OrderFacts], store: Store, system: User) -> None:
    """The constraints of the database would raise; that they do not is the point."""
    for one in sequence:
        apply_facts(facts=[(store.pk, one)], by=system)
    for order in Order.objects.prefetch_related("lines"):
        assert 0 <= order.refunded <= order.captured
        for line in order.lines.all():
            assert line.returned <= line.shipped <= line.ordered - line.cancelled
            assert line.delivered <= line.shipped
            assert line.refunded <= line.ordered
    assert all(day.orders >= 0 for day in StoreDay.objects.all())


# --- Customers and days -----------------------------------------------------------------------------------------------
def test_an_order_stays_with_its_customer_when_a_parcel_is_announced(take: Any) -> None:
    take(facts(core=HEAD))
    take(facts(1, shipments=(ShipmentFacts(external_id="s", status="shipped", quantities={"l1": 1}),)))
    assert the_order().customer.external_id == "c1"
    assert Customer.objects.get().orders_count == 1


def test_a_guest_is_known_by_e_mail_until_the_store_names_a_customer(take: Any) -> None:
    take(facts(core=HEAD | {"customer_id": "", "email": "Ada+shop@A.example"}))
    assert the_order().customer.external_id == "email:ada@a.example"
    take(facts(1, core={"customer_id": "c1"}))
    assert dict(Customer.objects.values_list("external_id", "orders_count")) == {"email:ada@a.example": 0, "c1": 1}


def test_an_old_word_about_a_customer_changes_nothing_even_in_a_batch(take: Any) -> None:
    new = CustomerFacts(external_id="c1", at=NOON + timedelta(hours=1), name="Ada New", tier="vip")
    old = CustomerFacts(external_id="c1", at=NOON, name="Ada Old", email="ada@a.example")
    take(facts(core=HEAD, customer=new), facts(0, customer=old))
    customer = Customer.objects.get()
    assert (customer.name, customer.email, customer.tier, customer.orders_count) == ("Ada New", "ada@a.example", "vip", 1)


def test_a_customer_can_be_told_of_without_an_order(store: Store, system: User) -> None:
    alone = OrderFacts(at=NOON, customer=CustomerFacts(external_id="c9", name="Ada"))
    assert apply_facts(facts=[(store.pk, alone)], by=system) == []
    assert Customer.objects.get().name == "Ada"


def test_a_day_is_counted_once_and_moved_with_its_order(take: Any) -> None:
    take(facts(core=HEAD))
    take(facts(1, core={"total": None}))
    take(facts(2, core={"total": Decimal(50)}))
    take(facts(3, core={"placed_at": NOON - timedelta(days=1)}))
    days = {str(day.day): (day.orders, day.total) for day in StoreDay.objects.all()}
    assert days == {"2026-11-20": (0, Decimal(0)), "2026-11-19": (1, Decimal(50))}


# --- Cost ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("history", [0, 30])
def test_the_number_of_queries_depends_neither_on_the_batch_nor_on_history(history: int, store: Store, system: User) -> None:
    def batch(first: int, count: int, minutes: int) -> int:
        named = [
            facts(minutes, order=f"o{n}", core=HEAD | {"note": str(minutes), "email": f"{n % 7}@a.example"},
                  transactions=(TransactionFacts(external_id=f"t{minutes}", kind="sale", status="success", amount=Decimal(1)),),
                  shipments=(ShipmentFacts(external_id="s", at=NOON + timedelta(minutes=minutes), status="shipped", quantities={"l1": minutes}),),
                  refunds=(RefundFacts(external_id="r", amount=Decimal(1)),), disputes=(DisputeFacts(external_id="d", status="won"),))
            for n in range(first, first + count)
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as caught:
            apply_facts(facts=[(store.pk, one) for one in named], by=system)
        return len(caught)

    if history:
        for minutes in (1, 2):
            batch(0, history, minutes)
    assert batch(1000, 1, 5) == batch(2000, 50, 5)
    assert batch(1000, 1, 6) == batch(2000, 50, 6) <= 30
