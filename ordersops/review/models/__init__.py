"""What people decide: decisions, and those that wait for a second person."""

from ordersops.review.models.decisions import TAKEN_BACK, Decision, Label, Source
from ordersops.review.models.notes import FirstImpression, Tick
from ordersops.review.models.proposals import Bulk, Proposal, ProposalState
from ordersops.review.models.reasons import ReasonCode, Words

__all__ = [
    "TAKEN_BACK",
    "Bulk",
    "Decision",
    "FirstImpression",
    "Label",
    "Proposal",
    "ProposalState",
    "ReasonCode",
    "Source",
    "Tick",
    "Words",
]
