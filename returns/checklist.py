"""What a returns reviewer makes sure of (RET-05). What the evidence answers is ticked by itself."""

from ordersops.cases.lanes import Check

CHECKLIST = (
    Check("who", "The customer is who they say", (("identity", "ne", "none"),)),
    Check("left", "What is asked for is left to return", (("units_left", "ge", 1),)),
    Check("money", "No dispute is open, and nothing was refunded already", (("dispute_open", "eq", False), ("refund_issued", "eq", False))),
    Check("goods", "Words and photos fit the reason"),
)
