from returns.actions.answering import answer_evidence, ask_evidence, cancel
from returns.actions.deciding import approve, decline, reopen
from returns.actions.handling import expire_overdue, inspect, mark_sent, receive, restock
from returns.actions.requesting import Wanted, request
from returns.actions.settling import settle
from returns.actions.visiting import forget_old_links, knock, make_link, open_link

__all__ = [
    "Wanted",
    "answer_evidence",
    "approve",
    "ask_evidence",
    "cancel",
    "decline",
    "expire_overdue",
    "forget_old_links",
    "inspect",
    "knock",
    "make_link",
    "mark_sent",
    "open_link",
    "receive",
    "reopen",
    "request",
    "restock",
    "settle",
]
