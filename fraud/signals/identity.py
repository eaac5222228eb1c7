"""Who: names that fit together or do not, and whether we have met before."""

from decimal import Decimal

from fraud.reading.names import ALIKE
from fraud.signals.table import Hit, hit, is_true, signal
from ordersops.advice.facts import Evidence

FOUND_IN_EMAIL = 60  # per cent of the best word of the name; ours


@signal("identity", "Name of random letters", "name_gibberish", source="fraud.md 4.1 #5")
def name_gibberish(e: Evidence) -> Hit | None:
    return hit("The name looks like random letters", is_true("name_gibberish")) if e["name_gibberish"] else None


@signal("identity", "Name not in the e-mail", "name_in_email", source="fraud.md 4.1 #2")
def name_email_mismatch(e: Evidence) -> Hit | None:
    if e["name_in_email"] >= FOUND_IN_EMAIL:
        return None
    return hit("The name is not found in the e-mail address", ("name_in_email", "lt", Decimal(FOUND_IN_EMAIL)))


@signal("identity", "Recipient is not the payer", "same_recipient", source="fraud.md 4.1 #4")
def recipient_differs(e: Evidence) -> Hit | None:
    return (
        hit("The recipient has another name than the payer", ("same_recipient", "lt", Decimal(ALIKE)))
        if e["same_recipient"] < ALIKE
        else None
    )


@signal("identity", "Cardholder is not the payer", "cardholder_likeness", source="fraud.md 4.1 #3")
def cardholder_mismatch(e: Evidence) -> Hit | None:
    if e["cardholder_likeness"] >= ALIKE:
        return None
    return hit("The cardholder has another name than the billing address", ("cardholder_likeness", "lt", Decimal(ALIKE)))


@signal("identity", "First order", "prior_orders", source="fraud.md 4.1 #1")
def first_order(e: Evidence) -> Hit | None:
    return hit("First order of this customer", ("prior_orders", "eq", 0)) if e["prior_orders"] == 0 else None
