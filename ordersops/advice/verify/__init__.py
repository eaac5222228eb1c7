"""Whether an answer can be believed: each claim against the frozen evidence, and the answer as a whole (law 7)."""

from ordersops.advice.verify.claims import OPERATORS, SENTENCES, Checked, Claim, fold, plain, verify
from ordersops.advice.verify.examine import FAULTS, Examined, Fault, examine

__all__ = ["FAULTS", "OPERATORS", "SENTENCES", "Checked", "Claim", "Examined", "Fault", "examine", "fold", "plain", "verify"]
