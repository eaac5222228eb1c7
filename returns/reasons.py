"""Outcomes and reason codes of the returns lane. What becomes of each line stands in the terms of an outcome."""

from ordersops.cases.lanes import Outcome, Reason
from ordersops.review.models import Label

APPROVE = Outcome(
    "approve", "Accept the return", "Accept", "good", "", "", "The customer sends the goods back; money or goods follow when they are here.",
    automatic=True, mistaken="If it should not have been, {amount} goes back for goods that nobody had to take.",
)  # fmt: skip
KEEP = Outcome(
    "keep_item", "Refund, nothing comes back", "Refund", "good", "", "", "Money goes back at once, and the customer keeps the goods.",
    mistaken="If it should not have been, goods and {amount} are gone.",
)  # fmt: skip
REPLACE = Outcome(
    "replace", "Send a replacement, nothing comes back", "Replace", "good", "", "", "The goods are sent once more, for nothing.",
    mistaken="If it should not have been, the goods are gone twice.",
)  # fmt: skip
ASK = Outcome(
    "ask_evidence", "Ask the customer for evidence", "Ask", "neutral", "", "", "The customer is asked for photos or words; the return waits.",
    mistaken="If it was not needed, the customer waits for nothing.",
)  # fmt: skip
DECLINE = Outcome(
    "decline", "Decline the return", "Decline", "bad", "", "", "The customer keeps the goods, and is told so.",
    mistaken="If the customer was right, a dispute over {amount} may follow.",
)  # fmt: skip
OUTCOMES = {outcome.key: outcome for outcome in (APPROVE, KEEP, REPLACE, ASK, DECLINE)}

_yes = frozenset({APPROVE.key, KEEP.key, REPLACE.key})
_no, _ask = frozenset({DECLINE.key}), frozenset({ASK.key})
_any = _yes | _no | _ask
_sorry = "We are sorry: we cannot take these goods back. Please write to us if you have a question."

REASONS = (
    Reason("R0", "As recommended, nothing to add", _yes, Label.INCONCLUSIVE, default=True),
    Reason("R1", "Within the rules", _yes, Label.LEGITIMATE),
    Reason("R2", "Our fault, or the carrier's", _yes, Label.LEGITIMATE),
    Reason("R3", "Right by law", _yes, Label.LEGITIMATE),
    Reason("N0", "As recommended, nothing to add", _no, Label.INCONCLUSIVE, default=True, customer_text=_sorry),
    Reason("N1", "The return window has ended", _no, Label.INCONCLUSIVE, customer_text="The time for returns of this order is over."),
    Reason("N2", "Final sale", _no, Label.INCONCLUSIVE, customer_text="These goods were sold as a final sale."),
    Reason("N3", "Nothing is left to return", _no, Label.INCONCLUSIVE, customer_text=_sorry),
    Reason("N4", "Settled in another way already", _no, Label.INCONCLUSIVE, customer_text=_sorry),
    Reason("E0", "As recommended, nothing to add", _ask, Label.INCONCLUSIVE, default=True),
    Reason("O1", "New information, named in the note", _any, Label.INCONCLUSIVE, overrides=True),
    Reason("O2", "The advice misread the evidence", _any, Label.INCONCLUSIVE, overrides=True),
    Reason("O3", "Exception from the rules", _any, Label.INCONCLUSIVE, overrides=True),
    Reason("O4", "Goodwill towards the customer", _yes, Label.LEGITIMATE, overrides=True),
    Reason("O5", "Signs of abuse", _no | _ask, Label.SUSPECTED, overrides=True),
)
