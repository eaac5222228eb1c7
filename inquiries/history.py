"""What was before: earlier replies and disputes, for a batch of conversations in two queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from inquiries.models import Conversation, Message
from ordersops.orders.models import Dispute

READ_BACK = 200  # replies to one customer that are looked at


@dataclass(slots=True)
class Past:
    """`replies`: automatic ones to this customer, the newest first: when, and what they answered."""

    disputes: int = 0
    automatic: int = 0
    here: list[datetime] = field(default_factory=list)
    replies: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def last_automatic(self) -> datetime | None:
        return max((at for at, _ in self.replies), default=None)

    def unsettled(self, intent: str, *, since: datetime) -> bool:
        """An automatic reply in this conversation was written back to, or the same was asked before and answered by one (policies.md 4.4)."""
        return any(at >= since for at in self.here) or any(at >= since and answered == intent for at, answered in self.replies)


def read_past(conversations: Sequence[Conversation]) -> dict[UUID, Past]:
    found: dict[UUID, Past] = defaultdict(Past)
    keys = {one.sender_key for one in conversations if one.sender_key is not None}
    stores = {one.store_id for one in conversations}
    ids = [one.pk for one in conversations]
    same = Q(conversation__in=ids) | Q(conversation__sender_key__in=keys, store__in=stores)
    rows = Message.objects.filter(same, outgoing=True, automatic=True).order_by("-at")[: READ_BACK * max(len(ids), 1)]
    replies = list(rows.values_list("conversation_id", "store_id", "conversation__sender_key", "at", "intent"))
    customers = {one.order.customer_id for one in conversations if one.order and one.order.customer_id}
    emails = {one.order.email_key for one in conversations if one.order and one.order.email_key is not None}
    disputed = list(
        Dispute.objects.filter(Q(order__customer__in=customers) | Q(order__email_key__in=emails), store__in=stores).values_list(
            "order_id", "store_id", "order__customer_id", "order__email_key"
        )
    )
    for one in conversations:
        past = found[one.pk]
        for conversation, store, key, at, intent in replies:
            if conversation == one.pk:
                past.automatic += 1
                past.here.append(at)
            if conversation == one.pk or (store == one.store_id and key is not None and key == one.sender_key):
                past.replies.append((at, intent))
        if one.order is not None:
            past.disputes = sum(
                store == one.store_id and order != one.order.pk
                and ((customer is not None and customer == one.order.customer_id) or (key is not None and key == one.order.email_key))
                for order, store, customer, key in disputed
            )  # fmt: skip
    return found
