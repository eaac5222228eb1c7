"""What follows from a decision on a conversation: the reply is written down, the conversation rests, another lane is told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from inquiries.models import Conversation, ConversationState, Message
from inquiries.reasons import CLOSE, HAND_OVER, TICKET
from ordersops.accounts.models import User
from ordersops.advice.actions import raise_questions
from ordersops.audit.actions import record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import Outcome, Told, lanes
from ordersops.effects.models import Effect, EffectState
from ordersops.errors import Conflict
from ordersops.review.models import Decision, Source


def settle(*, conversations: Sequence[Conversation], outcome: Outcome, decision: Decision, by: User, quiet: timedelta) -> None:
    """In the unit of the decision, which has locked the conversations.

    Conflict where automation would write to the same customer a second time within `quiet`: it is considered again later.
    """
    now, automatic = timezone.now(), decision.source == Source.SYSTEM
    for conversation in conversations:
        if outcome.key == CLOSE.key:
            conversation.state = ConversationState.CLOSED
            conversation.save(update_fields=["state"])
            record(Verb.INQUIRY_CLOSED, by=by, order=conversation.order, conversation=conversation.pk, why="nothing to answer")
            continue
        if outcome.key == TICKET.key:
            conversation.state = ConversationState.CLOSED
            conversation.save(update_fields=["state"])
            record(Verb.INQUIRY_HANDED_OVER, by=by, order=conversation.order, conversation=conversation.pk, lane="the helpdesk")
            continue
        if automatic and written_to(conversation, since=now - quiet):
            raise Conflict("An automatic reply went to this customer a moment ago.")
        message = Message.objects.create(
            store_id=conversation.store_id, conversation=conversation, outgoing=True, automatic=automatic,
            channel=last_channel(conversation), subject=str(decision.terms.get("subject", ""))[:200],
            body=str(decision.terms.get("text", "")), intent=str(decision.terms.get("intent", ""))[:30], decision=decision, written_by=by, at=now,
        )  # fmt: skip
        conversation.state, conversation.last_at = ConversationState.ANSWERED, now
        conversation.save(update_fields=["state", "last_at"])
        record(
            Verb.INQUIRY_REPLIED, by=by, order=conversation.order, conversation=conversation.pk, message=message.pk, decision=decision.pk,
            automatic=automatic,
        )  # fmt: skip
        if outcome.key == HAND_OVER.key:
            _tell(conversation, decision, by)


def open_again(*, conversations: Sequence[Conversation], by: User) -> None:
    """The decision is taken back before its reply left: the reply was never written, and the conversation waits again."""
    for conversation in conversations:
        newest = conversation.messages.filter(outgoing=True).exclude(decision=None).order_by("-at").first()
        if newest is not None and not Effect.objects.filter(decision=newest.decision_id, state=EffectState.DONE).exists():
            newest.delete()
        conversation.state = ConversationState.OPEN
        conversation.save(update_fields=["state"])


def written_to(conversation: Conversation, *, since: datetime) -> bool:
    same = Q(conversation=conversation) | Q(conversation__sender_key=conversation.sender_key, conversation__store=conversation.store_id)
    if conversation.sender_key is None:
        same = Q(conversation=conversation)
    return Message.objects.filter(same, outgoing=True, automatic=True, at__gt=since).exists()


def last_channel(conversation: Conversation) -> str:
    return str(conversation.messages.incoming().order_by("-at", "-id").values_list("channel", flat=True).first() or "api")


def _tell(conversation: Conversation, decision: Decision, by: User) -> None:
    """Another lane hears what was said; it makes of it what it asks about, and its question is raised."""
    other = lanes().get(str(decision.terms.get("lane", "")))
    if other is None or conversation.order is None:
        raise Conflict("The lane that would take this over is not set up here. Reply yourself instead.")
    said = "\n\n".join(conversation.messages.incoming().order_by("at", "id").values_list("body", flat=True))[-4000:]
    told = Told(
        order=conversation.order, about=str(decision.terms.get("intent", "")), text=said, source=conversation.pk,
        products=tuple(decision.terms.get("products", ())),
    )  # fmt: skip
    raise_questions({other.key: other.told([told], by=by)})
    record(Verb.INQUIRY_HANDED_OVER, by=by, order=conversation.order, conversation=conversation.pk, lane=other.key)
