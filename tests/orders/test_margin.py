"""What an order earns: unit costs, the store's margin, or not known; with refunds, discounts, tax and currencies of any decimals."""

from decimal import Decimal as D
from typing import Any

import pytest

from ordersops.orders.margin import Margin, Sold, Sums, margin


def sums(total: str, currency: str = "EUR", **more: str) -> Sums:
    return Sums(currency=currency, total=D(total), **{name: D(value) for name, value in more.items()})


def sold(units: int = 1, price: str | None = "100", cost: str | None = "60", **more: Any) -> Sold:
    return Sold(units=units, price=None if price is None else D(price), cost=None if cost is None else D(cost), **more)


def test_unit_costs_are_taken_from_net_sales() -> None:
    """100 of goods less 10 of discount, without the 17.10 of tax and the 4.90 of carriage; the goods cost 60."""
    found = margin(sums("112.00", goods="100", discount="10", shipping="4.90", tax="17.10"), [sold()])
    assert found == Margin("EUR", earns=D("30.00"), basis="unit costs", percent=D(33), cost=D("60.00"))


def test_tax_within_prices_is_no_sale() -> None:
    """119 with 19 % within, carriage of 11.90 too: 100 net."""
    found = margin(sums("130.90", goods="119", shipping="11.90", tax="20.90"), [sold(price="119")])
    assert found.earns == D("40.00")


def test_without_every_cost_the_stores_margin_holds() -> None:
    lines = [sold(price="60"), sold(price="40", cost=None)]
    found = margin(sums("100", goods="100"), lines, D("30"))
    assert (found.earns, found.basis, found.percent, found.cost) == (D("30.00"), "store's gross margin", D("30"), None)


def test_unit_costs_come_before_the_stores_margin() -> None:
    assert margin(sums("100"), [sold()], D("30")).basis == "unit costs"


def test_without_either_it_is_not_known() -> None:
    found = margin(sums("100"), [sold(price="60"), sold(price="40", cost=None)])
    assert found.earns is None
    assert found.why == "no cost of 1 of 2 lines"


@pytest.mark.parametrize(
    ("head", "lines", "why"),
    [
        (Sums("EUR", total=None), [sold()], "no total"),
        (sums("100"), [sold(price=None)], "no price"),
        (sums("150", goods="100", shipping="5"), [sold()], "do not add up"),
        (sums("100"), [], "no price"),
        (sums("0", goods="0"), [], "no lines"),
    ],
)
def test_what_is_missing_is_said_and_not_guessed(head: Sums, lines: list[Sold], why: str) -> None:
    found = margin(head, lines)
    assert found.earns is None
    assert why in found.why


def test_the_cost_of_the_goods_is_known_without_the_sums() -> None:
    """What a wrong release costs does not hang on what the store says of tax."""
    assert margin(sums("150", goods="100"), [sold(units=2, price="50", cost="20")]).cost == D("40.00")


def test_a_loss_is_a_loss() -> None:
    assert margin(sums("100", goods="200", discount="100"), [sold(price="200", cost="130")]).earns == D("-30.00")


def test_a_goodwill_refund_comes_off_the_sales_and_the_goods_stay_paid() -> None:
    """20 of 100 went back, and no goods."""
    found = margin(sums("100", refunded="20"), [sold()])
    assert (found.earns, found.cost) == (D("20.00"), D("60.00"))


def test_returned_goods_take_their_sale_and_their_cost_with_them() -> None:
    found = margin(sums("100", refunded="50"), [sold(units=2, price="50", cost="30", returned=1)])
    assert (found.earns, found.cost) == (D("20.00"), D("30.00"))


def test_goods_are_off_before_the_money_went_back() -> None:
    found = margin(sums("100"), [sold(units=2, price="50", cost="30", cancelled=1)])
    assert (found.earns, found.cost) == (D("20.00"), D("30.00"))


@pytest.mark.parametrize(("goods", "total"), [("100", "100"), ("50", "50")])
def test_an_edit_counts_once_whether_the_store_took_it_off_its_sums_or_not(goods: str, total: str) -> None:
    found = margin(sums(total, goods=goods), [sold(units=2, price="50", cost="30", removed=1, cancelled=1)])
    assert found.earns == D("20.00")


def test_a_refund_of_everything_leaves_the_cost_of_goods_that_are_gone() -> None:
    assert margin(sums("100", refunded="100"), [sold()]).earns == D("-60.00")
    assert margin(sums("100", refunded="100"), [sold(returned=1)]).earns == D("0.00")


def test_a_cancelled_order_earns_nothing() -> None:
    assert margin(sums("100"), [sold(cancelled=1)]).earns == D("0.00")


def test_a_gift_card_earns_nothing_and_costs_its_value() -> None:
    card = sold(price="50", cost=None, gift_card=True)
    found = margin(sums("150"), [sold(), card])
    assert (found.earns, found.cost) == (D("40.00"), D("110.00"))
    assert margin(sums("150"), [sold(cost=None), card], D(30)).earns == D("30.00")
    assert margin(sums("50"), [card]).earns == D("0.00")


def test_a_free_order_costs_its_goods() -> None:
    found = margin(sums("0", goods="100", discount="100"), [sold()])
    assert (found.earns, found.percent) == (D("-60.00"), None)


@pytest.mark.parametrize(
    ("currency", "price", "cost", "earns"),
    [
        ("JPY", "1000", "333.3333", "667"),
        ("KWD", "10.000", "3.3335", "6.667"),
        ("EUR", "10.00", "3.3333", "6.67"),
        ("BHD", "10", "3.3334", "6.667"),
    ],
)
def test_each_currency_has_its_own_smallest_coin(currency: str, price: str, cost: str, earns: str) -> None:
    found = margin(sums(price, currency), [sold(price=price, cost=cost)])
    assert str(found.earns) == earns


def test_pennies_of_a_thousand_screws_add_up() -> None:
    """Costs are rounded as a sum, never each."""
    assert margin(sums("50"), [sold(units=1000, price="0.05", cost="0.0123")]).cost == D("12.30")
