"""Reads of inquiries."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from inquiries.entities import extract
from inquiries.finding import LOOKED_AT, RECENT, find_order
from inquiries.models import Conversation, ConversationState, Message
from ordersops.accounts.access import store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import Lane
from ordersops.cases.problems import Problem
from ordersops.lists import Page, newest
from ordersops.orders.models import Order

LETTERS = 50  # messages of one conversation, the newest ones
SHOWN: dict[str, tuple[str, Q]] = {
    "unlinked": ("Waiting, without an order", Q(state=ConversationState.OPEN, order=None)),
    "open": ("Waiting", Q(state=ConversationState.OPEN)),
    "answered": ("Answered", Q(state=ConversationState.ANSWERED)),
    "closed": ("Closed", Q(state=ConversationState.CLOSED)),
    "all": ("All", Q()),
}


def page_of(user: User, asked: dict[str, Any], cursor: str) -> Page[Conversation]:
    """Conversations of the person's stores, the newest first, each with its newest incoming `words` and whether a machine wrote them."""
    stores = [one for one in store_ids(user, Perm.VIEW_CASES) if asked["store"] in (None, "", one)]
    said = Message.objects.incoming().filter(conversation=OuterRef("pk")).order_by("-at", "-id")
    load = Conversation.objects.annotate(words=Subquery(said.values("body")[:1]), machine=Subquery(said.values("machine")[:1]))
    _, narrowed = SHOWN[asked["show"]]
    parts = [Conversation.objects.filter(narrowed, store=store) for store in stores]
    return newest(parts, "last_at", cursor, load=load.select_related("store", "order"))


def messages_of(conversation: Conversation) -> list[Message]:
    """What was written, the oldest first; of many the newest."""
    rows = conversation.messages.select_related("written_by", "posting").order_by("-at", "-id")[:LETTERS]
    return list(rows)[::-1]


def candidates(conversation: Conversation) -> list[Order]:
    """Orders that it may be about: one that its messages name, which came after them, and recent ones from the sender's address."""
    words = "\n".join(conversation.messages.incoming().order_by("-at", "-id").values_list("body", flat=True)[:LETTERS])
    named, _ = find_order(store_id=conversation.store_id, stated="", sender_email="", named=extract(words))
    if conversation.sender_key is None:
        return [named] if named else []
    rows = Order.objects.known().newest_first().filter(store=conversation.store_id, email_key=conversation.sender_key)
    recent = rows.filter(placed_at__gte=conversation.last_at - RECENT).select_related("store")[:LOOKED_AT]
    return list({order.pk: order for order in [*([named] if named else []), *recent]}.values())


def problems(user: User, stores: Sequence[UUID], most: int, *, of: Lane) -> list[Problem]:
    """Conversations that wait for us and of which no order is known: they have no case. One query."""
    visible = [one for one in store_ids(user, Perm.VIEW_CASES) if one in set(stores)]
    rows = Conversation.objects.filter(SHOWN["unlinked"][1], store__in=visible).order_by("last_at", "id").select_related("store")
    return [
        Problem(
            key=f"conversation:{row.pk}", source=of.key, source_label=of.label, store_id=row.store_id, store=row.store.name, about=row.title,
            url=reverse("inquiry", args=[row.pk]), what="Without an order", signal="Somebody wrote, and it is not known about which order.",
            since=row.last_at, due_at=row.last_at + of.policy.review_within["anomalous"], next_action="Link it, answer or close it",
            next_url=reverse("inquiry", args=[row.pk]),
        )
        for row in rows[:most]
    ]  # fmt: skip
