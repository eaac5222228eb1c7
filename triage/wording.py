"""What a customer can be told about an exception: by its class, never by a signal. Every text passes ordersops/wording.py in a test."""

from triage.classes import Triaged

DRAFTS: dict[str, tuple[str, str]] = {
    "payment": (
        "Your order {number}",
        "Thank you for your order {number}. The payment has not gone through yet. "
        "You can pay again from the page of your order; nothing was taken so far.",
    ),
    "address": (
        "The address of your order {number}",
        "Thank you for your order {number}. We want it to reach you: please look at the delivery address once more "
        "and tell us what is to be changed.",
    ),
    "stock": (
        "Your order {number}",
        "Thank you for your order {number}. Part of it is not in stock at the moment. Please tell us whether you would like to wait, "
        "take something similar, or have that part refunded.",
    ),
    "specification": (
        "How we are to make your order {number}",
        "Thank you for your order {number}. Part of it is made to order. Please tell us how you would like it, so that we can begin.",
    ),
    "duplicate": (
        "Your orders with us",
        "Thank you for your order {number}. We have two orders of yours with the same content. Please tell us whether you would like both.",
    ),
    "delay": (
        "News of your order {number}",
        "Your order {number} is taking longer than it should, and we are sorry for that. "
        "We are looking into it and will write again as soon as we know more.",
    ),
    "delivery_failed": (
        "The delivery of your order {number}",
        "The carrier could not hand over your order {number}. Please tell us whether the address is right, and on which day somebody is there.",
    ),
    "lost": (
        "News of your order {number}",
        "We are sorry: your parcel with order {number} has not arrived where it should. We are making it good, and will write to you about how.",
    ),
}


def draft(found: Triaged, number: str) -> dict[str, str]:
    """The text that is ready for the customer, by the most severe exception that has one; nothing where there is nothing to be said."""
    key = next((one.of.draft for one in found.exceptions if one.of.draft), "")
    if not key:
        return {}
    subject, text = DRAFTS[key]
    shown = number[:60] or "with us"
    return {"subject": subject.format(number=shown), "text": text.format(number=shown)}
