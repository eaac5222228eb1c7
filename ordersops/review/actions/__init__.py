"""Verbs of the desk: deciding, the second person, and taking back."""

from ordersops.review.actions.bulk import approve_bulk, propose_bulk, send_back_bulk
from ordersops.review.actions.choosing import LEAST_NOTE, lock
from ordersops.review.actions.confirming import answer, forget_links, withdraw_link
from ordersops.review.actions.deciding import approve, decide_under, override
from ordersops.review.actions.noting import give_impression, tick
from ordersops.review.actions.playbooks import (
    Said,
    add_playbook,
    change_playbook,
    restore_playbook,
    retire_playbook,
    sync_playbooks,
)
from ordersops.review.actions.reasons import add_reason, change_reason, move_reason, restore_reason, retire_reason, sync_reasons
from ordersops.review.actions.requesting import request_review
from ordersops.review.actions.second import approve_second, decide_otherwise, send_back, take_back_proposal
from ordersops.review.actions.undoing import take_back, undo
from ordersops.review.actions.verifying import ask_customer

__all__ = [
    "LEAST_NOTE", "Said", "add_playbook", "add_reason", "answer", "approve", "approve_bulk", "approve_second", "ask_customer",
    "change_playbook", "change_reason", "decide_otherwise", "decide_under", "forget_links", "give_impression", "lock", "move_reason",
    "override", "propose_bulk", "request_review", "restore_playbook", "restore_reason", "retire_playbook", "retire_reason", "send_back",
    "send_back_bulk", "sync_playbooks", "sync_reasons", "take_back", "take_back_proposal", "tick", "undo", "withdraw_link",
]  # fmt: skip
