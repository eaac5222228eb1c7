"""Taking in a message: once, with its order, and who writes made sure of."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from inquiries import actions
from inquiries.models import Channel, Conversation, Identity, IdentityCode, Message
from ordersops.accounts.roles import Role
from ordersops.advice.models import Question
from ordersops.audit.models import Event
from ordersops.cases.actions import snooze
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Shipment
from tests.factories import CaseFactory

pytestmark = pytest.mark.django_db


def test_a_message_raises_its_question_and_is_in_the_history(write: Any, order: Any) -> None:
    message = write("Where is my order 1042?")
    question = Question.objects.get(lane="inquiries")
    assert (question.subject, question.order_id) == (message.conversation_id, order.pk)
    told = list(Event.objects.filter(verb__startswith="inquiry.").order_by("seq").values_list("verb", flat=True))
    assert told == ["inquiry.received", "inquiry.identified"]
    assert "ada" not in str(list(Event.objects.filter(verb__startswith="inquiry.").values_list("payload", flat=True))).lower()


@pytest.mark.parametrize(("headers", "woken"), [({}, True), ({"auto-submitted": "auto-replied"}, False)])
def test_an_answer_brings_back_what_waits_for_it(write: Any, order: Any, agent: Any, headers: dict[str, str], woken: bool) -> None:
    case = CaseFactory(order=order, store=order.store)
    snooze(case=case, by=agent, reason="customer", until=timezone.now() + timedelta(days=2), wakes_on=["reply"])
    write("Yes, that was me, order 1042.", channel=Channel.EMAIL, headers=headers)
    case.refresh_from_db()
    assert case.is_asleep is not woken
    assert case.woken_because == ("an answer came" if woken else "")


@pytest.mark.parametrize(
    ("text", "more", "found_by"),
    [
        ("Where is my order #1042?", {"sender_email": "someone@else.example"}, "number"),
        ("Where is it?", {"order_number": "1042"}, "number"),
        ("Where is RR123456789DE?", {"sender_email": "someone@else.example"}, "tracking"),
        ("Where is my parcel?", {}, "email"),
        ("Where is my parcel?", {"sender_email": "someone@else.example"}, ""),
        ("Where is order 9999?", {"sender_email": "someone@else.example"}, ""),
    ],
)
def test_the_order_is_found(write: Any, order: Any, text: str, more: dict[str, Any], found_by: str) -> None:
    Shipment.objects.create(store=order.store, order=order, external_id="s1", status="in_transit", tracking_numbers=["RR123456789DE"])
    conversation = write(text, **more).conversation
    assert conversation.order_found_by == found_by
    assert conversation.order == (order if found_by else None)
    assert Question.objects.filter(lane="inquiries").exists() == bool(found_by)


def test_of_two_open_orders_the_address_alone_leads_to_neither(write: Any, order: Any, make_order: Any) -> None:
    make_order(number="#1043")
    assert write("Where is my parcel?").conversation.order is None


def test_an_order_of_another_store_is_not_found(write: Any, make_order: Any, make_store: Any) -> None:
    make_order(store=make_store(), number="#77001")
    assert write("Where is order 77001?").conversation.order is None


def test_the_same_message_twice_is_one(write: Any, order: Any) -> None:
    first, second = write("Where is 1042?", external_id="m1"), write("Where is 1042?", external_id="m1")
    assert first.pk == second.pk
    assert Message.objects.count() == 1


def test_a_conversation_goes_on(write: Any, order: Any) -> None:
    first, second = write("Where is my order 1042?"), write("And when does it come?")
    assert first.conversation_id == second.conversation_id


def test_a_thread_belongs_to_its_sender(write: Any, order: Any) -> None:
    write("Where is 1042?", thread="t1")
    with pytest.raises(Invalid, match="another sender"):
        write("Tell me too", thread="t1", sender_email="eve@else.example")


@pytest.mark.parametrize(("text", "email"), [("  ", "a@b.example"), ("Hello", "nobody")])
def test_without_words_or_address_nothing_is_taken_in(write: Any, text: str, email: str) -> None:
    with pytest.raises(Invalid):
        write(text, sender_email=email)
    assert not Conversation.objects.exists()


def test_a_long_and_hostile_message_is_capped(write: Any, order: Any) -> None:
    assert len(write("<script>alert(1042)</script>\x00" * 2000).body) == 10_000


def test_who_may_bring_messages_in(store: Any, make_person: Any) -> None:
    said = actions.Incoming(channel="api", sender_email="a@b.example", text="Hello")
    with pytest.raises(Forbidden):
        actions.receive(store=store, said=said, by=make_person(Role.AUDITOR, store))


# --- Who writes -------------------------------------------------------------------------------------------------------
def test_a_claimed_address_proves_nothing(write: Any, order: Any) -> None:
    assert write("Where is 1042?", proved=False).conversation.identity == Identity.UNKNOWN


def test_a_proved_address_of_somebody_else_proves_nothing(write: Any, order: Any) -> None:
    assert write("Where is 1042?", sender_email="eve@else.example").conversation.identity == Identity.UNKNOWN


def test_a_mail_is_proved_by_dmarc_alone(write: Any, order: Any) -> None:
    mail = {"channel": "email", "proved": False}
    assert write("Where is 1042?", **mail, headers={"authentication-results": "mx; spf=pass"}).conversation.identity == Identity.UNKNOWN
    assert write("Where is 1042?", **mail, headers={"authentication-results": "mx; dmarc=pass"}).conversation.identity == Identity.KNOWN


def test_the_code_goes_to_the_orders_address_and_is_good_once(write: Any, order: Any, system: Any, mailoutbox: Any) -> None:
    conversation = write("Where is 1042?", proved=False, sender_email="ada.private@else.example").conversation
    row, code = actions.ask_code(conversation=conversation, by=system)
    actions.send_code(row=row, code=code)
    (sent,) = mailoutbox
    assert sent.to == [order.email]
    assert code in sent.body
    assert code.replace("-", "") not in IdentityCode.objects.get().digest
    write(f"My code is {code.lower()}, so where is 1042?".upper(), proved=False, sender_email="ada.private@else.example")
    conversation.refresh_from_db()
    assert (conversation.identity, conversation.identity_how) == (Identity.KNOWN, "code")
    assert not actions.give_code(conversation=conversation, code=code, by=system)  # used up


def test_five_wrong_codes_void_it(write: Any, order: Any, system: Any) -> None:
    conversation = write("Where is 1042?", proved=False).conversation
    _, code = actions.ask_code(conversation=conversation, by=system)
    assert not any(actions.give_code(conversation=conversation, code="AAAA-2222", by=system) for _ in range(5))
    assert not actions.give_code(conversation=conversation, code=code, by=system)


def test_a_code_lives_for_a_day_and_three_go_out(write: Any, order: Any, system: Any) -> None:
    conversation = write("Where is 1042?", proved=False).conversation
    _, code = actions.ask_code(conversation=conversation, by=system)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert not actions.give_code(conversation=conversation, code=code, by=system)
    made = [actions.ask_code(conversation=conversation, by=system) for _ in range(4)]
    assert [one is not None for one in made] == [True, True, False, False]


def test_a_colleague_makes_sure(write: Any, order: Any, agent: Any, make_person: Any, store: Any) -> None:
    conversation = write("Where is 1042?", proved=False).conversation
    with pytest.raises(Forbidden):
        actions.know_person(conversation=conversation, by=make_person(Role.AUDITOR, store))
    actions.know_person(conversation=conversation, by=agent)
    conversation.refresh_from_db()
    assert conversation.identity_how == "person"
    with pytest.raises(Conflict):
        actions.know_person(conversation=conversation, by=agent)


# --- Without an order -------------------------------------------------------------------------------------------------
def test_a_person_links_the_order_once(write: Any, order: Any, agent: Any) -> None:
    conversation = write("Where is it?", sender_email="x@else.example").conversation
    actions.link_order(conversation=conversation, order=order, by=agent)
    assert Question.objects.get(lane="inquiries").subject == conversation.pk
    with pytest.raises(Conflict):
        actions.link_order(conversation=conversation, order=order, by=agent)


def test_an_order_of_another_store_is_not_linked(write: Any, agent: Any, make_order: Any, make_store: Any) -> None:
    conversation = write("Where is it?", sender_email="x@else.example").conversation
    with pytest.raises(Invalid):
        actions.link_order(conversation=conversation, order=make_order(store=make_store()), by=agent)


def test_what_has_no_order_can_be_closed(write: Any, agent: Any) -> None:
    conversation = write("Buy followers now", sender_email="x@else.example").conversation
    actions.close(conversation=conversation, by=agent)
    conversation.refresh_from_db()
    assert conversation.state == "closed"
    with pytest.raises(Conflict):
        actions.close(conversation=conversation, by=agent)
    assert not re.search("followers", str(list(Event.objects.values_list("payload", flat=True))))
