"""Outcomes and reason codes of the fraud lane (fraud.md 5.4). What is decided, and what it says about the world, are two things."""

from dataclasses import replace

from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import Outcome, Reason
from ordersops.orders.lifecycle import Risk
from ordersops.review.models import Label

RELEASE = Outcome(
    "release", "Release the order", "Release", "good", Risk.APPROVED, "order.release", "The fraud hold ends and the order may ship.",
    automatic=True, mistaken="If it is fraud, goods and {amount} are lost.",
    mistaken_cost="If it is fraud, {amount} is charged back, and goods that cost {cost} are gone.", also=("order.risk_assessment",),
)  # fmt: skip
# No automation proposes a cancellation (policies.md 4.11).
DECLINE = Outcome(
    "decline", "Decline and propose cancellation", "Decline", "bad", Risk.DECLINED, "order.cancel",
    "The order stays held, and the store is asked to cancel it.", mistaken="If it is honest, a sale of {amount} is lost.",
    mistaken_margin="If it is honest, a sale of {amount} is lost that earns {margin}.", also=("order.risk_assessment",),
)  # fmt: skip
OUTCOMES = {outcome.key: outcome for outcome in (RELEASE, DECLINE)}

_release, _decline = frozenset({RELEASE.key}), frozenset({DECLINE.key})
_either = _release | _decline

# What the customer may be told: the same whatever the reason was (fraud.md 5.7), and nothing where it is open which way it goes.
_SAID = {
    _release: "Thank you for your order. It is being prepared now.",
    _decline: "We are sorry: we cannot go ahead with your order. Please write to us if you have a question.",
}

_REASONS = (
    Reason("A1", "Verified with the customer", _release, Label.LEGITIMATE),
    Reason("A2", "Strong card evidence: street, postcode and code match", _release, Label.LEGITIMATE),
    Reason("A3", "Known customer with a good history", _release, Label.LEGITIMATE),
    Reason("A4", "The mismatch is explained: gift, travel, new address", _release, Label.LEGITIMATE),
    Reason("A5", "Low value, risk accepted", _release, Label.INCONCLUSIVE),
    Reason("A6", "The rules were wrong about this order", _release, Label.LEGITIMATE),
    Reason("A0", "As recommended, nothing to add", _release, Label.INCONCLUSIVE, default=True),
    Reason("D1", "Linked to confirmed fraud", _decline, Label.CONFIRMED_FRAUD),
    Reason("D2", "Evidence of a stolen card", _decline, Label.SUSPECTED),
    Reason("D3", "Card testing", _decline, Label.CONFIRMED_FRAUD),
    Reason("D4", "Taken-over account", _decline, Label.SUSPECTED),
    Reason("D5", "Reshipper or forwarder, against our policy", _decline, Label.SUSPECTED),
    Reason("D6", "Could not be verified when asked", _decline, Label.SUSPECTED),
    Reason("D7", "History of refunds or abuse", _decline, Label.SUSPECTED),
    Reason("D8", "Sanctions or another legal reason", _decline, Label.INCONCLUSIVE),
    Reason("D9", "Business rule, not fraud", _decline, Label.INCONCLUSIVE),
    Reason("D10", "The customer cancelled meanwhile", _decline, Label.INCONCLUSIVE),
    Reason("D0", "As recommended, nothing to add", _decline, Label.SUSPECTED, default=True),
    Reason("O1", "New information, named in the note", _either, Label.INCONCLUSIVE, overrides=True),
    Reason("O2", "The advice misread the evidence", _either, Label.INCONCLUSIVE, overrides=True),
    Reason("O3", "A signal is wrong or was not available", _either, Label.INCONCLUSIVE, overrides=True),
    Reason("O4", "Exception from the policy", _either, Label.INCONCLUSIVE, overrides=True, needs=Perm.OVERRIDE_BLOCK_LIST, two=True),
    Reason("O5", "Goodwill towards the customer", _release, Label.INCONCLUSIVE, overrides=True),
)

REASONS = tuple(replace(reason, customer_text=_SAID.get(reason.outcomes, "")) for reason in _REASONS)
