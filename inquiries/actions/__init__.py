"""Verbs of inquiries: take in a message, find its order, make sure who writes, answer."""

from inquiries.actions.identifying import ask_code, give_code, know_person, send_code
from inquiries.actions.receiving import Incoming, close, link_order, receive
from inquiries.actions.replying import open_again, settle

__all__ = [
    "Incoming", "ask_code", "close", "give_code", "know_person", "link_order", "open_again", "receive", "send_code", "settle",
]  # fmt: skip
