"""What people decide, and what they choose from: decisions, those that wait for a second person, reason codes, playbooks, and what customers were
asked before."""

from ordersops.review.models.confirmations import Confirmation, Result
from ordersops.review.models.decisions import TAKEN_BACK, Decision, Label, Source
from ordersops.review.models.notes import FirstImpression, Tick
from ordersops.review.models.playbooks import Playbook, PlaybookVersion
from ordersops.review.models.proposals import Bulk, Proposal, ProposalState
from ordersops.review.models.reasons import ReasonCode, Words

__all__ = [
    "TAKEN_BACK",
    "Bulk",
    "Confirmation",
    "Decision",
    "FirstImpression",
    "Label",
    "Playbook",
    "PlaybookVersion",
    "Proposal",
    "ProposalState",
    "ReasonCode",
    "Result",
    "Source",
    "Tick",
    "Words",
]
