"""What is forgotten with an order: every word written about it, and by its customer from the same address, and who wrote it."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from inquiries.models import Conversation, IdentityCode, Message
from ordersops.orders.models import Order

GONE = "Erased"


def forget(orders: Sequence[Order]) -> int:
    """Messages, replies, senders and codes; also of conversations that found no order. That there was a conversation, and when, stays."""
    about = Q(order__in=[order.pk for order in orders])
    for store_id, key in {(order.store_id, order.email_key) for order in orders if order.email_key is not None}:
        about |= Q(store=store_id, sender_key=key)
    ids: list[UUID] = list(Conversation.objects.filter(about).order_by("pk").select_for_update().values_list("pk", flat=True))
    Conversation.objects.filter(pk__in=ids).update(sender_email="", sender_name="", sender_key=None, thread="")
    IdentityCode.objects.filter(conversation__in=ids).delete()
    return Message.objects.filter(conversation__in=ids).update(body=GONE, subject="", external_id="")
