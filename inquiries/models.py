"""Conversations with customers: what was written, by whom, and what we know of who it is. Rows change only through `actions`."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Q

from ordersops.ids import uuid7

LONGEST = 10_000  # characters of a message


class Channel(models.TextChoices):
    API = "api", "Interface"
    FORM = "form", "Web form"
    EMAIL = "email", "E-mail"


class Identity(models.TextChoices):
    """Whether we know that who writes is who ordered."""

    UNKNOWN = "unknown", "Not known"
    ASKED = "asked", "Asked by a code"
    KNOWN = "known", "Known"


class ConversationState(models.TextChoices):
    OPEN = "open", "Waits for us"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"


class Conversation(models.Model):
    """What one customer writes with one store about one thing. `order` is null until it is found.

    The subject of the lane (cases.lanes.Subject). The address of the sender is a claim; `identity` says whether it was proved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", null=True, on_delete=models.PROTECT, related_name="conversations")
    order_found_by = models.CharField(max_length=20, blank=True, help_text="number, email, tracking, or person")
    thread = models.CharField(max_length=200, blank=True, help_text="What the sender's system calls the conversation.")
    sender_email = models.CharField(max_length=320, blank=True)
    sender_key = models.BigIntegerField(null=True, help_text="Digest of the address (orders/keys.py).")
    sender_name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=ConversationState.choices, default=ConversationState.OPEN)
    identity = models.CharField(max_length=10, choices=Identity.choices, default=Identity.UNKNOWN)
    identity_how = models.CharField(max_length=20, blank=True, help_text="sender, code or person")
    identified_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(help_text="When the newest message came or left.")

    class Meta:
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "thread"], condition=~Q(thread=""), name="inquiries_one_conversation_per_thread"),
            models.CheckConstraint(
                condition=Q(identity="known", identified_at__isnull=False) | (~Q(identity="known") & Q(identified_at__isnull=True)),
                name="inquiries_known_since",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "sender_key", "-last_at"], name="inquiries_of_sender"),
            models.Index(fields=["order", "-last_at"], name="inquiries_of_order"),
            models.Index(fields=["store", "-last_at", "-id"], name="inquiries_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """For a queue's row: no personal data."""
        return str(self.order)[:60] if self.order else "Message"

    @property
    def moment(self) -> datetime | None:
        return self.last_at

    @property
    def at_risk(self) -> tuple[Decimal | None, str]:
        """The order that it is about, as far as one is known."""
        return (self.order.total, self.order.currency) if self.order else (None, self.store.currency)


class MessageQuerySet(models.QuerySet["Message"]):
    def incoming(self) -> Self:
        return self.filter(outgoing=False)


class Message(models.Model):
    """One thing that was written. Never changes. What a customer wrote is hostile: escaped, capped, and never an instruction."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    outgoing = models.BooleanField(default=False)
    automatic = models.BooleanField(default=False, help_text="Sent without a person.")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    external_id = models.CharField(max_length=200, blank=True, help_text="The sender's own name for it: the same one twice is one message.")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=LONGEST)
    machine = models.BooleanField(default=False, help_text="Sent by a machine, by its headers: never answered by one of ours.")
    intent = models.CharField(max_length=30, blank=True, help_text="Of a reply: what it answers.")
    decision = models.ForeignKey("review.Decision", null=True, on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+", help_text="Of a reply.")
    at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], condition=~Q(external_id=""), name="inquiries_message_once"),
            models.UniqueConstraint(fields=["decision"], condition=Q(decision__isnull=False), name="inquiries_one_reply_per_decision"),
        ]
        indexes = [models.Index(fields=["conversation", "at"], name="inquiries_messages")]

    def __str__(self) -> str:
        return f"{'Reply' if self.outgoing else 'Message'} of {self.at:%Y-%m-%d %H:%M}"


class PostingState(models.TextChoices):
    PENDING = "pending", "Leaves soon"
    SENT = "sent", "Sent"
    DEAD = "dead", "Could not be sent"


class Posting(models.Model):
    """A reply in a conversation without an order, on its way to whoever wrote. What is about an order leaves as an effect of it.

    Our own row is the queue (rows.py); the attempt is counted before the mail leaves, and one that was cut off is never repeated by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="posting")
    state = models.CharField(max_length=10, choices=PostingState.choices, default=PostingState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(help_text="End of the hold window, or of the pause after a failure.")
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=PostingState.values), name="inquiries_posting_state_known")]
        indexes = [models.Index(fields=["not_before"], condition=Q(state="pending"), name="inquiries_posting_ready")]

    def __str__(self) -> str:
        return f"Posting: {self.get_state_display()}"


class IdentityCode(models.Model):
    """A code that went to the e-mail address of the order: who sends it back reads that mailbox. Used once, for a short time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="codes")
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["order", "-made_at"], name="inquiries_codes_of_order")]

    def __str__(self) -> str:
        return f"Code of {self.made_at:%Y-%m-%d %H:%M}"
