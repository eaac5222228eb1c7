"""Behaviour and history: how the order was placed, and what the customer's earlier orders became."""

from decimal import Decimal

from fraud.reading.baskets import pressing_words
from fraud.signals.table import Hit, at_least, hit, is_false, is_true, reached, said, signal, times
from ordersops.advice.facts import Evidence

NEW_DAYS = 3  # fraud.md 4.11 #81
DORMANT_DAYS = 180  # fraud.md 4.11 #86
OVER = 2
MULTIPLE = 3
KNOWN_ORDERS = 2
GOOD = (2, 5)


@signal("behaviour", "Placed through an interface", "scripted_checkout", source="fraud.md 4.10 #79")
def scripted_checkout(e: Evidence) -> Hit | None:
    return hit("Placed through an interface instead of the checkout page", is_true("scripted_checkout")) if e["scripted_checkout"] else None


@signal("behaviour", "The note presses", "note", source="fraud.md 4.10 #80")
def note_presses(e: Evidence) -> Hit | None:
    """The customer's words are quoted and weigh little; they are never believed."""
    words = pressing_words(e["note"])
    return hit("The customer's note presses for speed or against checks", ("note", "contains", words)) if words else None


@signal("behaviour", "No language sent", "language_sent", "user_agent_script", source="fraud.md 4.5 #38")
def no_language(e: Evidence) -> Hit | None:
    if e["language_sent"] or e["user_agent_script"]:
        return None
    return hit("The browser sent no language, as every browser of a person does", is_false("language_sent"))


@signal("history", "New account, large order", "account_age_days", "over_usual", source="fraud.md 4.11 #81")
def new_account_large(e: Evidence) -> Hit | None:
    if e["account_age_days"] >= NEW_DAYS or e["over_usual"] < OVER:
        return None
    says = "The account is only days old, and the order far above the store's usual"
    return hit(says, ("account_age_days", "lt", Decimal(NEW_DAYS)), ("over_usual", "ge", Decimal(OVER)))


@signal("history", "Dormant, then large", "days_since_last_order", "times_own_usual", source="fraud.md 4.11 #86")
def dormant_then_large(e: Evidence) -> Hit | None:
    if e["days_since_last_order"] < DORMANT_DAYS or e["times_own_usual"] < MULTIPLE:
        return None
    says = f"No order for {said(e['days_since_last_order'])} days, then one of a multiple of the customer's usual"
    return hit(says, ("days_since_last_order", "ge", Decimal(DORMANT_DAYS)), ("times_own_usual", "ge", Decimal(MULTIPLE)))


@signal("history", "Marks of a taken-over account", "prior_orders", "new_card", "new_address", "new_device", source="fraud.md 4.11 #85")
def account_takeover(e: Evidence) -> Hit | None:
    if e["prior_orders"] < KNOWN_ORDERS or not (e["new_card"] and e["new_address"] and e["new_device"]):
        return None
    says = "A known customer comes from a new device or network, with a new card, to a new address"
    return hit(says, at_least("prior_orders", KNOWN_ORDERS), is_true("new_card"), is_true("new_address"), is_true("new_device"))


@signal("history", "Earlier disputes", "prior_disputes", source="fraud.md 4.11 #83")
def prior_disputes(e: Evidence) -> Hit | None:
    level = reached(e["prior_disputes"], 1, 2)
    if level is None:
        return None
    earlier = times(e["prior_disputes"], "earlier order", "earlier orders")
    return hit(f"{earlier} of this customer disputed", at_least("prior_disputes", (1, 2)[level]), level=level)


@signal("history", "Earlier refunds", "prior_refunds", source="fraud.md 4.11 #84")
def prior_refunds(e: Evidence) -> Hit | None:
    level = reached(e["prior_refunds"], 3, 6)
    if level is None:
        return None
    earlier = times(e["prior_refunds"], "earlier order", "earlier orders")
    return hit(f"{earlier} of this customer refunded", at_least("prior_refunds", (3, 6)[level]), level=level)


@signal("history", "Good history", "good_orders", source="fraud.md 4.11 #82")
def good_history(e: Evidence) -> Hit | None:
    """Clears the customer only where they come as they always did: a stolen account has a good history too."""
    level = reached(e["good_orders"], *GOOD)
    if level is None or (e["new_device"] and (e["new_address"] or e["new_card"])):
        return None
    orders = times(e["good_orders"], "delivered order", "delivered orders")
    return hit(f"{orders} of this customer that nobody disputed", at_least("good_orders", GOOD[level]), level=level)
