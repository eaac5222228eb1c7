"""What to do with return requests of kinds that come again. Supervisors change them on the page."""

from ordersops.cases.lanes import Play
from returns.reasons import APPROVE, DECLINE, REPLACE

PLAYBOOKS = (
    Play(
        "damaged-with-photos",
        "Arrived damaged, with photos",
        (("reason", "eq", "DAMAGED_IN_TRANSIT"), ("photos", "ge", 1)),
        (
            "Look at the photos: is the parcel damaged, or only the goods?",
            "Keep the photos for the claim with the carrier.",
            "The customer pays nothing for the way back.",
        ),
        APPROVE.key, "R2", "O1", "Damaged on the way; the photos show it.",
    ),
    Play(
        "something-missing",
        "Something was missing in the parcel",
        (("reason", "eq", "MISSING_ITEM"), ("identity", "ne", "none")),
        (
            "Compare the weight that the carrier measured with that of the goods.",
            "Look whether this customer missed something before.",
            "Send what was missing; there is nothing to send back.",
        ),
        REPLACE.key, "R2", "O1", "Something was missing in the parcel.",
    ),
    Play(
        "dispute-open",
        "The payment is disputed",
        (("dispute_open", "eq", True),),
        (
            "The bank gives the money back or not: never pay it back here as well.",
            "Gather the proof of delivery for the bank.",
            "Tell the customer that the bank has taken it up.",
        ),
        DECLINE.key, "N4", "O1", "The customer's bank has taken it up already.",
    ),
)  # fmt: skip
