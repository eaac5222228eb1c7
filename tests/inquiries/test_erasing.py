"""What a customer wrote is forgotten with their orders."""

from typing import Any

from inquiries.models import Conversation, Message
from ordersops.cases.lanes import lane
from ordersops.orders.models import Order

LANE = "inquiries"


def test_words_and_senders_go_and_what_others_wrote_stays(order: Order, write: Any) -> None:
    write("Where is my order 1042? Ring me on 07700 900123.")
    write("Do you sell lamps?")  # the same customer, and no order named
    write("I am somebody else.", sender_email="grace@customer.example", sender_name="Grace Hopper")
    assert lane(LANE).forget([order]) == Message.objects.exclude(body="I am somebody else.").count()
    assert set(Message.objects.values_list("body", flat=True)) == {"Erased", "I am somebody else."}
    senders = set(Conversation.objects.values_list("sender_email", "sender_name", "sender_key"))
    assert ("", "", None) in senders
    assert {email for email, _, _ in senders} == {"", "grace@customer.example"}
