"""Whether an answer can be believed: each claim against the frozen evidence, and the answer as a whole (law 7)."""

from ordersops.advice.verify.claims import OPERATORS, ORDER, SENTENCES, STATE, Checked, Claim, fold, plain, verify
from ordersops.advice.verify.examine import Examined, examine
from ordersops.advice.verify.faults import FAULTS, NOTES, Fault

__all__ = [
    "FAULTS", "NOTES", "OPERATORS", "ORDER", "SENTENCES", "STATE", "Checked", "Claim", "Examined", "Fault", "examine", "fold", "plain", "verify",
]  # fmt: skip
