"""Replies in a conversation without an order: written by a person, or asked for by the lane's mode. What is about an order is an effect of it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from inquiries import rules
from inquiries.actions.replying import last_channel, written_to
from inquiries.checking import faults
from inquiries.composing import compose
from inquiries.facts import gather
from inquiries.models import Conversation, ConversationState, Message, Posting, PostingState
from inquiries.reasons import ANSWER
from inquiries.terms import BY_HAND
from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.facts import Evidence
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lane
from ordersops.errors import Conflict, Invalid
from ordersops.jobs import enqueue
from ordersops.rollout.models import Mode
from ordersops.rollout.queries import Book

LANE, KIND = "inquiries", "inquiries.post"
# Nothing is said of an order to somebody who has none here, whoever looked it up.
LOOKED_UP = BY_HAND - {"statement"}


@atomic
def reply(*, conversation: Conversation, subject: str, text: str, by: User, looked_up: bool = False) -> Message:
    """Answer a conversation that has no order. Needs `decide_inquiries`.

    What no fact carries is refused, unless the person has `looked_up` a number or a day oneself. It leaves when the hold window is over,
    and can be taken back until then. Raises Conflict where the conversation has an order, or does not wait.
    """
    require(by, Perm.DECIDE_INQUIRIES, conversation.store_id, to="answer a customer", store=conversation.store_id)
    locked = _waiting(conversation)
    evidence = evidence_of(locked)
    subject, text = " ".join(subject.replace("\x00", "").split())[:200], text.replace("\x00", "").strip()
    refused = [one for one in faults(text, evidence, subject=subject) if not (looked_up and one.kind in LOOKED_UP)]
    if refused or not subject:
        raise Invalid(" ".join(one.sentence for one in refused[:5]) or "A reply needs a subject. Nothing was sent.")
    return _write(locked, subject, text, by=by, intent=str(evidence["intent"] or ""), automatic=False, looked_up=looked_up)


@atomic
def take_back(*, message: Message, by: User) -> Conversation:
    """Take a reply back before it leaves: it was never written, and the conversation waits again. Needs `decide_inquiries`."""
    require(by, Perm.DECIDE_INQUIRIES, message.store_id, to="take a reply back", store=message.store_id)
    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=message.conversation_id)
    posting = Posting.objects.select_for_update().filter(message=message).first()
    if posting is None or posting.state != PostingState.PENDING or posting.attempts:
        raise Conflict("This reply has left, or is leaving. Write another one that puts it right.")
    record(Verb.INQUIRY_TAKEN_BACK, by=by, store=message.store_id, conversation=conversation.pk, message=message.pk)
    message.delete()
    conversation.state = ConversationState.OPEN
    conversation.save(update_fields=["state"])
    return conversation


@atomic
def send_again(*, message: Message, by: User) -> Posting:
    """Try a reply again that could not be sent, or of which the mail server did not say whether it took it. Needs `decide_inquiries`."""
    require(by, Perm.DECIDE_INQUIRIES, message.store_id, to="send a reply again", store=message.store_id)
    posting = Posting.objects.select_for_update().filter(message=message).first()
    if posting is None or posting.state != PostingState.DEAD:
        raise Conflict("This reply is on its way, or has been sent already.")
    posting.state, posting.attempts, posting.last_error = PostingState.PENDING, 0, ""
    posting.not_before, posting.lease_until, posting.settled_at = timezone.now(), None, None
    posting.save()
    record(Verb.INQUIRY_SENT_AGAIN, by=by, store=message.store_id, conversation=message.conversation_id, message=message.pk)
    enqueue(KIND)
    return posting


@atomic
def reply_by_itself(*, conversation: Conversation, by: User) -> Message | None:
    """Ask which order is meant, or say what is in stock, where the lane runs by itself in this store and nothing speaks for a person.

    Once in a conversation, never to a machine, and never twice to one customer within the quiet time (policies.md 4.4). None where
    a person has to answer.
    """
    this = lane(LANE)
    locked = Conversation.objects.select_for_update(of=("self",)).select_related("store").get(pk=conversation.pk)
    in_force = Book(this).of_all(locked.store_id)
    if (
        in_force.mode != Mode.AUTO
        or ANSWER.key not in in_force.content.automatic
        or locked.order_id is not None
        or locked.state != ConversationState.OPEN
    ):
        return None
    policy = this.settings_of(in_force.policy)
    if locked.messages.filter(outgoing=True).exists() or written_to(locked, since=timezone.now() - timedelta(minutes=policy.quiet_minutes)):
        return None
    evidence = evidence_of(locked)
    against = {seen.key for seen in rules.see(evidence, policy) if seen.state == "fired"} - {"unknown_sender"}
    draft = compose(evidence)
    if evidence["machine"] or against or draft is None or faults(draft.text, evidence, subject=draft.subject):
        return None
    return _write(locked, draft.subject, draft.text, by=by, intent=str(evidence["intent"] or ""), automatic=True)


def evidence_of(conversation: Conversation) -> Evidence:
    """What is known of one conversation at this moment."""
    this = lane(LANE)
    policy: Any = this.settings_of(Book(this).of_all(conversation.store_id).policy)
    return gather([conversation], {conversation.store_id: policy}, User.objects.system())[conversation.pk]


def _waiting(conversation: Conversation) -> Conversation:
    locked = Conversation.objects.select_for_update(of=("self",)).select_related("store", "order").get(pk=conversation.pk)
    if locked.order_id is not None:
        raise Conflict("This conversation has an order: it is answered in its case.")
    if locked.state != ConversationState.OPEN:
        raise Conflict("This conversation is answered or closed already. A new message opens it again.")
    return locked


def _write(
    conversation: Conversation, subject: str, text: str, *, by: User, intent: str, automatic: bool, looked_up: bool = False
) -> Message:
    now = timezone.now()
    message = Message.objects.create(
        store_id=conversation.store_id, conversation=conversation, outgoing=True, automatic=automatic, channel=last_channel(conversation),
        subject=subject, body=text, intent=intent[:30], written_by=by, at=now,
    )  # fmt: skip
    leaves = now + timedelta(seconds=settings.HOLD_WINDOW_SECONDS)
    Posting.objects.create(store_id=conversation.store_id, message=message, not_before=leaves)
    conversation.state, conversation.last_at = ConversationState.ANSWERED, now
    conversation.save(update_fields=["state", "last_at"])
    record(
        Verb.INQUIRY_WRITTEN, by=by, store=conversation.store_id, conversation=conversation.pk, message=message.pk, automatic=automatic,
        looked_up=looked_up,
    )  # fmt: skip
    enqueue(KIND)
    return message
