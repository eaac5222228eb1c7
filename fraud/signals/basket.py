"""What is bought, for how much, and how fast it has to be there."""

from decimal import Decimal

from fraud.signals.table import Hit, at_least, hit, is_true, reached, said, signal
from ordersops.advice.facts import Evidence

OVER = (2, 4)  # standard deviations above what the store usually sells
MULTIPLE = (3, 6)
UNITS = (6, 15)
RESALE_UNITS = 4
GIFT_CARDS = (2, 4)


@signal("basket", "First order, large", "prior_orders", "over_usual", source="fraud.md 4.9 #68, 4.1 #1")
def first_order_large(e: Evidence) -> Hit | None:
    level = reached(e["over_usual"], *OVER)
    if level is None or e["prior_orders"]:
        return None
    says = f"A first order, {said(e['over_usual'])} standard deviations above what the store usually sells"
    return hit(says, ("over_usual", "ge", Decimal(OVER[level])), ("prior_orders", "eq", 0), level=level)


@signal("basket", "Far above the usual", "over_usual", source="fraud.md 4.9 #67, #68")
def amount_far_over_usual(e: Evidence) -> Hit | None:
    if e["over_usual"] < OVER[1]:
        return None
    return hit(f"The total is {said(e['over_usual'])} standard deviations above the store's usual", ("over_usual", "ge", Decimal(OVER[1])))


@signal("basket", "Multiple of the customer's usual", "times_own_usual", source="fraud.md 4.9 #68")
def amount_multiple_of_own(e: Evidence) -> Hit | None:
    level = reached(e["times_own_usual"], *MULTIPLE)
    if level is None:
        return None
    says = f"The total is {said(e['times_own_usual'])} times what this customer usually orders"
    return hit(says, ("times_own_usual", "ge", Decimal(MULTIPLE[level])), level=level)


@signal("basket", "Express on a first order", "express", "prior_orders", source="fraud.md 4.9 #72")
def express_first_order(e: Evidence) -> Hit | None:
    if not e["express"] or e["prior_orders"]:
        return None
    return hit("Fast shipping on a first order", is_true("express"), ("prior_orders", "eq", 0))


@signal("basket", "Gift cards", "gift_card_units", source="fraud.md 4.9 #71")
def gift_cards(e: Evidence) -> Hit | None:
    level = reached(e["gift_card_units"], *GIFT_CARDS)
    return (
        None
        if level is None
        else hit(f"{e['gift_card_units']} gift cards in one order", at_least("gift_card_units", GIFT_CARDS[level]), level=level)
    )


@signal("basket", "Easily resold", "resaleable", "units", source="fraud.md 4.9 #71")
def resaleable(e: Evidence) -> Hit | None:
    if not e["resaleable"]:
        return None
    if e["units"] >= RESALE_UNITS:
        return hit(
            f"{e['units']} units, with goods that are easily resold among them",
            at_least("units", RESALE_UNITS),
            is_true("resaleable"),
            level=1,
        )
    return hit("Goods that are easily resold", is_true("resaleable"))


@signal("basket", "Many units", "units", source="fraud.md 4.9 #70")
def many_units(e: Evidence) -> Hit | None:
    level = reached(e["units"], *UNITS)
    return None if level is None else hit(f"{e['units']} units in one order", at_least("units", UNITS[level]), level=level)


@signal("basket", "First order, nothing to ship", "digital_only", "prior_orders", source="fraud.md 4.9 #73")
def digital_only(e: Evidence) -> Hit | None:
    if not e["digital_only"] or e["prior_orders"]:
        return None
    return hit("A first order with nothing to ship: it is gone at once", is_true("digital_only"), ("prior_orders", "eq", 0))
