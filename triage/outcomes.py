"""Outcomes and reason codes of the triage lane, and which way out of an exception leads to which of them."""

from ordersops.cases.lanes import Outcome, Reason
from ordersops.review.models import Label

ROUTE = Outcome(
    "route", "Ship as planned", "Route", "good", "", "", "What it needs is kept at the node, the store is told, and the node is asked to ship.",
    automatic=True, mistaken="If the node is wrong, {amount} arrives late or dear.",
)  # fmt: skip
CORRECT = Outcome(
    "correct_address", "Correct the address", "Correct", "neutral", "", "",
    "The address is written as its country writes it; it is the same place.", automatic=True,
    mistaken="If the correction is wrong, the parcel goes astray.",
)  # fmt: skip
TELL = Outcome(
    "tell", "Write to the customer", "Write", "neutral", "", "", "The customer gets the text that is ready here.",
    mistaken="The customer is troubled without need.",
)  # fmt: skip
WAIT = Outcome(
    "wait", "Hold and wait", "Wait", "neutral", "", "", "Nothing is sent; the order is looked at again when something changes.",
    mistaken="The customer waits without need.",
)  # fmt: skip
HANDLED = Outcome(
    "handled", "Handled by hand", "Handled", "neutral", "", "", "Somebody has taken care of it outside; it stays open until its condition clears.",
    mistaken="Nobody takes care of it.",
)  # fmt: skip
CANCEL = Outcome(
    "cancel", "Propose cancellation", "Cancel", "bad", "", "order.cancel", "The store is asked to cancel the order.",
    mistaken="A sale of {amount} is lost.", mistaken_margin="A sale of {amount} is lost that earns {margin}.",
)  # fmt: skip
OUTCOMES = {outcome.key: outcome for outcome in (ROUTE, CORRECT, TELL, WAIT, HANDLED, CANCEL)}

# Resolution -> outcome. What is not named is done outside.
WAYS = {
    "other_node": "route", "reroute": "route", "split": "route", "normalise": "correct_address", "ask": "tell", "remind": "tell",
    "payment_link": "tell", "tell": "tell", "substitute": "tell", "wait": "wait", "hold": "wait", "resume": "wait", "cancel": "cancel",
}  # fmt: skip


def _one(*outcomes: Outcome) -> frozenset[str]:
    return frozenset(outcome.key for outcome in outcomes)


_ALL = frozenset(OUTCOMES)
REASONS = (
    Reason("T0", "As recommended, nothing to add", _one(ROUTE), Label.INCONCLUSIVE, default=True),
    Reason("T1", "The node was chosen by hand", _one(ROUTE), Label.INCONCLUSIVE, overrides=True),
    Reason("C0", "As recommended, nothing to add", _one(CORRECT), Label.INCONCLUSIVE, default=True),
    Reason("W0", "As recommended, nothing to add", _one(WAIT), Label.INCONCLUSIVE, default=True),
    Reason("M0", "As recommended, nothing to add", _one(TELL), Label.INCONCLUSIVE, default=True),
    Reason("H0", "As recommended, nothing to add", _one(HANDLED), Label.INCONCLUSIVE, default=True),
    Reason("X0", "As recommended, nothing to add", _one(CANCEL), Label.INCONCLUSIVE, default=True),
    Reason("N1", "New information, named in the note", _ALL, Label.INCONCLUSIVE, overrides=True),
    Reason("N2", "The advice misread the facts", _ALL, Label.INCONCLUSIVE, overrides=True),
    Reason("N3", "The customer wishes it so", _ALL, Label.INCONCLUSIVE, overrides=True),
    Reason("N4", "A stock or node figure is wrong", _ALL, Label.INCONCLUSIVE, overrides=True),
)
