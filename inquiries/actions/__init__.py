"""Verbs of inquiries: take in a message, find its order, make sure who writes, answer."""

from inquiries.actions.identifying import ask_code, give_code, know_person, send_code
from inquiries.actions.receiving import Incoming, close, link_order, receive
from inquiries.actions.replying import open_again, settle
from inquiries.actions.writing import evidence_of, reply, reply_by_itself, send_again, take_back

__all__ = [
    "Incoming", "ask_code", "close", "evidence_of", "give_code", "know_person", "link_order", "open_again", "receive", "reply",
    "reply_by_itself", "send_again", "send_code", "settle", "take_back",
]  # fmt: skip
