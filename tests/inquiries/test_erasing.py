"""What a customer wrote is forgotten with their orders."""

from typing import Any

from inquiries import actions, jobs
from inquiries.models import Conversation, IdentityCode, Message
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


def test_codes_threads_and_replies_on_their_way_go_too(
    order: Order, write: Any, agent: Any, system: Any, settings: Any, mailoutbox: Any
) -> None:
    settings.MAIL_LEAVES, settings.HOLD_WINDOW_SECONDS = True, 0
    asked = write("Where is my order 1042?", proved=False, thread="t-1", external_id="m-1").conversation
    assert actions.ask_code(conversation=asked, by=system)
    other = write("Do you sell lamps?", proved=False, sender_name="Ada").conversation
    if other.order_id is None:  # a question about no order, answered a moment ago
        actions.reply(conversation=other, subject="Your message", text="Which kind of lamp do you mean?", by=agent)
    lane(LANE).forget([order])
    jobs.post()
    assert not mailoutbox
    assert not IdentityCode.objects.exists()
    assert set(Conversation.objects.values_list("thread", flat=True)) == {""}
    assert set(Message.objects.values_list("external_id", "subject", "body")) == {("", "", "Erased")}


def test_forgetting_twice_changes_nothing_more_and_another_store_keeps_its_letters(
    order: Order, write: Any, make_store: Any, system: Any
) -> None:
    write("Where is my order 1042?")
    said = actions.Incoming(channel="api", sender_email=order.email, text="I wrote to the other shop.", proved=True)
    actions.receive(store=make_store(), said=said, by=system)
    lane(LANE).forget([order])
    before = list(Message.objects.order_by("at").values_list("body", flat=True))
    lane(LANE).forget([order])
    assert list(Message.objects.order_by("at").values_list("body", flat=True)) == before == ["Erased", "I wrote to the other shop."]
