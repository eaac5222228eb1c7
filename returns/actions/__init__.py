from returns.actions.answering import answer_evidence, ask_evidence, cancel
from returns.actions.deciding import approve, decline, reopen
from returns.actions.handling import expire_overdue, inspect, mark_sent, receive, restock
from returns.actions.requesting import Wanted, request
from returns.actions.settling import settle

__all__ = [
    "Wanted",
    "answer_evidence",
    "approve",
    "ask_evidence",
    "cancel",
    "decline",
    "expire_overdue",
    "inspect",
    "mark_sent",
    "receive",
    "reopen",
    "request",
    "restock",
    "settle",
]
