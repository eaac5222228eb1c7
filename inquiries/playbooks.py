"""What to do with messages of kinds that come again. Supervisors change them on the page."""

from inquiries.reasons import HAND_OVER, REPLY, TICKET
from ordersops.cases.lanes import Play

PLAYBOOKS = (
    Play(
        "bank-dispute",
        "Speaks of a payment dispute",
        (("dispute_words", "eq", True),),
        (
            "Answer before the bank asks: say where the goods are.",
            "Gather the proof of delivery, and note when the bank wants it.",
            "Leave the money to those who may pay it back.",
        ),
        TICKET.key, "Q2", "P3", "A payment dispute is announced.",
    ),
    Play(
        "marked-delivered",
        "Delivered according to the carrier, not received",
        (("intent", "eq", "shipping.not_received"), ("order_found", "eq", True)),
        (
            "Look who signed, and where the carrier left it.",
            "Ask whether a neighbour or the porter has it.",
            "Hand it over, so that the carrier is asked.",
        ),
        HAND_OVER.key, "Q2", "P1", "Not received although marked as delivered.",
    ),
    Play(
        "angry-and-known",
        "An angry customer whom we know",
        (("angry_words", "eq", True), ("identity_known", "eq", True)),
        (
            "Say first that you have understood what went wrong, in your own words.",
            "Say what you do now, and nothing that you cannot keep.",
            "Goodwill is for those who may give it: ask a supervisor.",
        ),
        REPLY.key, "Q0", "P3", "Angry, and with a reason: needs a person's words.",
    ),
)  # fmt: skip
