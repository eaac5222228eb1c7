"""Taking in messages, and finding the order that they are about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.utils import timezone

from inquiries.actions.identifying import code_in, know, try_code
from inquiries.entities import extract
from inquiries.finding import find_order
from inquiries.machines import by_machine, fresh, proved_sender
from inquiries.models import LONGEST, Channel, Conversation, ConversationState, Identity, Message
from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.actions import raise_questions
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import wake
from ordersops.cases.lanes import Raised
from ordersops.errors import Conflict, Invalid
from ordersops.orders.keys import email_key
from ordersops.orders.models import Order
from ordersops.stores.models import Store

LANE = "inquiries"
SAME_CONVERSATION = timedelta(days=14)  # a new message of the same sender about the same order goes on where the last one ended


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it came. `proved`: whoever brought it states that the sender is signed in with this address."""

    channel: str
    sender_email: str
    text: str
    subject: str = ""
    sender_name: str = ""
    order_number: str = ""
    external_id: str = ""
    thread: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    proved: bool = False
    at: datetime | None = None


@atomic
def receive(*, store: Store, said: Incoming, by: User) -> Message:
    """Take in one message: it joins its conversation or begins one, its order is looked for, and the question is raised. Cases of any lane
    about that order that were put aside until an answer come back; what a machine wrote is no answer.

    The same message twice is one. A person needs `decide_inquiries`; the doors act in the system's name. Raises Invalid for one
    without words or without an address to answer to.
    """
    if not by.is_system:
        require(by, Perm.DECIDE_INQUIRIES, store.pk, to="bring in a message", store=store)
    text = said.text.replace("\x00", "").strip()
    if not text or "@" not in said.sender_email:
        raise Invalid("A message needs words, and the e-mail address of who wrote it. Nothing was taken in.")
    if said.external_id and (twice := Message.objects.filter(store=store, external_id=said.external_id[:200]).first()):
        return twice
    named = extract(fresh(text))
    order, found_by = find_order(store_id=store.pk, stated=said.order_number, sender_email=said.sender_email, named=named)
    if order is not None:  # before anything else, as whoever changes an order does: the two must not wait for each other
        Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    conversation = _conversation(store, said, order, found_by)
    now = timezone.now()
    message = Message(
        store=store, conversation=conversation, channel=Channel(said.channel), external_id=said.external_id[:200],
        subject=" ".join(said.subject.replace("\x00", "").split())[:200], body=text[:LONGEST], at=now,
        machine=by_machine(said.headers, sender=said.sender_email, subject=said.subject),
    )  # fmt: skip
    try:
        with atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return Message.objects.get(store=store, external_id=said.external_id[:200])
    conversation.last_at, conversation.state = now, ConversationState.OPEN
    conversation.save(update_fields=["last_at", "state"])
    record(
        Verb.INQUIRY_RECEIVED, by=by, order=conversation.order, store=store, conversation=conversation.pk, message=message.pk,
        channel=message.channel, machine=message.machine,
    )  # fmt: skip
    proved = said.proved or (said.channel == Channel.EMAIL and proved_sender(said.headers))
    if proved and conversation.order and sender_is_customer(conversation):
        know(conversation, how="sender", by=by)
    elif (code := code_in(text)) and conversation.identity != Identity.KNOWN:
        try_code(conversation, code, by=by)
    _ask(conversation, because="message")
    if conversation.order and not message.machine:
        wake(event="reply", by=by, orders=[conversation.order])
    return message


@atomic
def link_order(*, conversation: Conversation, order: Order, by: User) -> Conversation:
    """Say which order a conversation is about. Needs `decide_inquiries`; an order of another store is not found, and one that is
    linked already stays."""
    require(by, Perm.DECIDE_INQUIRIES, conversation.store_id, to="link a conversation to an order", store=conversation.store_id)
    if order.store_id != conversation.store_id:
        raise Invalid("This order is of another store. Nothing was changed.")
    locked = Conversation.objects.select_for_update(of=("self",)).select_related("store").get(pk=conversation.pk)
    if locked.order_id is not None:
        raise Conflict("This conversation is linked to an order already.")
    locked.order, locked.order_found_by = order, "person"
    locked.save(update_fields=["order", "order_found_by"])
    record(Verb.INQUIRY_LINKED, by=by, order=order, conversation=locked.pk, by_what="person")
    if locked.state == ConversationState.OPEN:
        _ask(locked, because="order linked")
    return locked


@atomic
def close(*, conversation: Conversation, by: User, why: str = "nothing to answer") -> Conversation:
    """Close a conversation that no order was found for. Needs `decide_inquiries`. What has an order is decided as a case."""
    require(by, Perm.DECIDE_INQUIRIES, conversation.store_id, to="close a conversation", store=conversation.store_id)
    locked = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    if locked.order_id is not None or locked.state != ConversationState.OPEN:
        raise Conflict("This conversation has an order or is closed already: decide its case.")
    locked.state = ConversationState.CLOSED
    locked.save(update_fields=["state"])
    record(Verb.INQUIRY_CLOSED, by=by, store=locked.store_id, conversation=locked.pk, why=why[:60])
    return locked


def sender_is_customer(conversation: Conversation) -> bool:
    """Whether the sender's address is the one that was left with the order."""
    order = conversation.order
    return order is not None and order.email_key is not None and order.email_key == conversation.sender_key


def _conversation(store: Store, said: Incoming, order: Order | None, found_by: str) -> Conversation:
    """The thread that it belongs to, else the sender's last one about the same order, else a new one."""
    key, now = email_key(said.sender_email), timezone.now()
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("order", "store").filter(store=store)
    found = rows.filter(thread=said.thread[:200]).first() if said.thread else None
    if found is not None and found.sender_key != key:
        raise Invalid("This thread belongs to another sender. Send the message without it.")
    if found is None and key is not None:
        recent = rows.filter(sender_key=key, last_at__gte=now - SAME_CONVERSATION, thread=said.thread[:200])
        found = recent.filter(order=order).first() if order else recent.first()
    if found is None:
        return Conversation.objects.create(
            store=store, order=order, order_found_by=found_by, thread=said.thread[:200], sender_email=said.sender_email.strip()[:320],
            sender_key=key, sender_name=" ".join(said.sender_name.replace("\x00", "").split())[:200], last_at=now,
        )  # fmt: skip
    if found.order is None and order is not None:
        found.order, found.order_found_by = order, found_by
        found.save(update_fields=["order", "order_found_by"])
    return found


def _ask(conversation: Conversation, *, because: str) -> None:
    """Raise the question, where there is an order to ask about; else the conversation waits on the lane's page."""
    if conversation.order_id is not None:
        raise_questions({LANE: [Raised(conversation.store_id, conversation.pk, conversation.order_id, because)]})
