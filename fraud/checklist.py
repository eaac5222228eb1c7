"""What a fraud reviewer makes sure of (fraud.md 4 and 5.1). What the evidence answers is ticked by itself, the rest by a person."""

from ordersops.cases.lanes import Check

CHECKLIST = (
    Check("card", "The card's security code and postcode match", (("cvv_match", "eq", True), ("avs_postcode", "eq", True))),
    Check("address", "The shipping address is the customer's own, or its difference is explained", (("same_address", "eq", True),)),
    Check(
        "origin", "Phone, card and browser language belong to the country of the addresses",
        (("phone_country_fits", "eq", True), ("card_country_fits", "eq", True), ("language_fits", "eq", True)),
    ),
    Check("past", "Earlier orders were delivered, and nobody disputed them", (("good_orders", "ge", 1), ("prior_disputes", "eq", 0))),
    Check(
        "links", "No linked order is fraud, declined or disputed",
        (("linked_fraud", "eq", 0), ("linked_declined", "eq", 0), ("linked_disputed", "eq", 0)),
    ),
    Check("basket", "Basket and amount make sense for this customer"),
    Check("asked", "The customer was asked, or there is no need to"),
)  # fmt: skip
