"""Outcomes and reason codes of the inquiries lane. What is answered, and by whose judgement, are two things."""

from ordersops.cases.lanes import Outcome, Reason
from ordersops.review.models import Label

ANSWER = Outcome(
    "answer", "Send the answer", "Answer", "good", "", "message.send", "The answer made of facts goes to the order's e-mail address.",
    automatic=True, mistaken="If it misses what was meant, the customer has to write again.",
)  # fmt: skip
ADDRESS = Outcome(
    "change_address", "Change the address and say so", "Change", "good", "", "order.update_address",
    "The order's delivery address becomes the one asked for, and the customer is told.", automatic=True,
    mistaken="If it was not the customer who asked, goods worth {amount} go to somebody else.", also=("message.send",),
)  # fmt: skip
HAND_OVER = Outcome(
    "hand_over", "Hand it over and say so", "Hand over", "neutral", "", "message.send",
    "Another lane is told what was said, and the customer that it is being looked at.",
    mistaken="If it is nothing for that lane, a colleague there closes it again.",
)  # fmt: skip
REPLY = Outcome(
    "reply", "Reply yourself", "Reply", "bad", "", "message.send", "Your words go to the order's e-mail address.",
    mistaken="If facts would have been enough, a person spent time on it.",
)  # fmt: skip
TICKET = Outcome(
    "ticket", "Open a ticket in the helpdesk", "Ticket", "neutral", "", "ticket.create",
    "The store's helpdesk is told what was said, what we know and what we would do. Nothing goes to the customer from here.",
    mistaken="If an answer would have been enough, the customer waits for a colleague.",
)  # fmt: skip
CLOSE = Outcome(
    "close", "Close without a reply", "Close", "neutral", "", "", "Nothing is sent; a new message opens it again.", automatic=True,
    mistaken="If an answer was expected, the customer waits for nothing.",
)  # fmt: skip
OUTCOMES = {one.key: one for one in (ANSWER, ADDRESS, HAND_OVER, REPLY, TICKET, CLOSE)}

_all = frozenset(OUTCOMES)
_replies = _all - {CLOSE.key, TICKET.key}
REASONS = (
    Reason("Q0", "As recommended, nothing to add", _all, Label.LEGITIMATE, default=True),
    Reason("Q1", "The question is answered by the facts", frozenset({ANSWER.key, REPLY.key}), Label.LEGITIMATE),
    Reason("Q2", "It belongs to other colleagues", frozenset({HAND_OVER.key, TICKET.key}), Label.LEGITIMATE),
    Reason("Q3", "Nothing was asked", frozenset({CLOSE.key}), Label.INCONCLUSIVE),
    Reason("P1", "The message was misread", _all, Label.INCONCLUSIVE, overrides=True),
    Reason("P2", "The facts do not tell the whole story", _replies, Label.INCONCLUSIVE, overrides=True),
    Reason("P3", "The customer needs a person", frozenset({REPLY.key, TICKET.key}), Label.INCONCLUSIVE, overrides=True),
    Reason("P4", "Goodwill towards the customer", _replies, Label.INCONCLUSIVE, overrides=True),
)
