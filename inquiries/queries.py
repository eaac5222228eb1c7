"""Reads of inquiries."""

from django.db.models import OuterRef, Subquery

from inquiries.models import Conversation, ConversationState, Message
from ordersops.accounts.access import store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm

SHOWN = 50


def without_order(user: User) -> list[Conversation]:
    """What waits and has no order, the oldest first, each with its newest words as `words`."""
    newest = Message.objects.incoming().filter(conversation=OuterRef("pk")).order_by("-at", "-id")
    rows = Conversation.objects.filter(store__in=store_ids(user, Perm.DECIDE_INQUIRIES), order=None, state=ConversationState.OPEN)
    found = rows.annotate(words=Subquery(newest.values("body")[:1]), machine=Subquery(newest.values("machine")[:1]))
    return list(found.exclude(machine=True).select_related("store").order_by("last_at", "id")[:SHOWN])
