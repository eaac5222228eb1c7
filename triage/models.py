"""What triage keeps of an order: where it ships from and how far that is, and what is wrong with it."""

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7
from triage.exceptions import EXCEPTIONS, ExceptionClass

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class RoutingState(models.TextChoices):
    WAITING = "waiting", "Not routed yet"
    ROUTED = "routed", "Routed"
    SENT = "sent", "Sent to the node"
    ACCEPTED = "accepted", "Accepted by the node"
    REJECTED = "rejected", "Rejected by the node"
    DONE = "done", "Left"


# Something is kept at a node for it.
PLACED = frozenset({RoutingState.ROUTED, RoutingState.SENT, RoutingState.ACCEPTED})


class RoutingResult(models.Model):
    """What an order is, and where it ships from: one row for each order that was triaged. `next_look_at` is when time alone may change it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField("orders.Order", on_delete=models.CASCADE, related_name="routing_result")
    kind = models.CharField(max_length=20, help_text="standard, flagged or exception")
    label = models.CharField(max_length=200, blank=True)
    priority = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=20, choices=RoutingState.choices, default=RoutingState.WAITING)
    terms = models.JSONField(default=dict, help_text="Plans, what decided and the nearest flip, as they were when it was last looked at.")
    parcels = models.JSONField(default=list, help_text="[location id, line id, units] of the plan by which it was routed.")
    node = models.CharField(max_length=200, blank=True, help_text="What the plan is called.")
    refused_by = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    refused_because = models.CharField(max_length=60, blank=True)
    reroutes = models.PositiveSmallIntegerField(default=0)
    decision = models.ForeignKey("review.Decision", null=True, on_delete=models.SET_NULL, related_name="+")
    assessed_at = models.DateTimeField()
    routed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True)
    waits_on = models.CharField(max_length=20, blank=True, help_text="release: another lane or a hold decides; blank: time does.")
    seen_version = models.PositiveIntegerField(default=0, help_text="The order's version when it was looked at last.")

    class Meta:
        indexes = [
            models.Index(fields=["next_look_at"], condition=Q(next_look_at__isnull=False), name="triage_next_look"),
            models.Index(fields=["store", "kind", "-assessed_at"], name="triage_by_kind"),
        ]
        constraints = [models.CheckConstraint(condition=Q(kind__in=["standard", "flagged", "exception"]), name="triage_kind_known")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.node or 'not routed'}"


class NodeAnswer(models.Model):
    """What a warehouse answered to one request: the newest answer. Once it has shipped, that stays."""

    class Said(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        SHIPPED = "shipped", "Shipped"
        CANCELLED = "cancelled", "Let go"

    request = models.OneToOneField("effects.Effect", primary_key=True, on_delete=models.CASCADE, related_name="node_answer")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="node_answers")
    said = models.CharField(max_length=20, choices=Said.choices)
    reason = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)
    said_at = models.DateTimeField()
    mark = models.CharField(max_length=60, help_text="Watermark of the statement (orders/watermarks.py).")

    def __str__(self) -> str:
        return self.get_said_display()


class OrderExceptionQuerySet(models.QuerySet["OrderException"]):
    def open(self) -> Self:
        return self.filter(resolved_at__isnull=True)

    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_CASES) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))


class OrderException(models.Model):
    """Something that is wrong with an order, from when it was seen until its condition cleared. One open row for each class."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="exceptions")
    key = models.CharField(max_length=40)
    rule = models.CharField(max_length=40)
    severity = models.PositiveSmallIntegerField()
    owner = models.CharField(max_length=40, help_text="The role that solves it.")
    way = models.CharField(max_length=40, help_text="The resolution that fits best.")
    shared = models.CharField(max_length=200, blank=True, help_text="The carrier or node by which many are one problem.")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, help_text="A decision was made about it; it is open until its condition clears.")
    resolved_at = models.DateTimeField(null=True)

    # Set for pages:
    way_label: str
    owner_label: str

    objects = OrderExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["severity", "due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "key"], condition=Q(resolved_at__isnull=True), name="triage_one_open_exception_per_class"
            )
        ]
        indexes = [
            models.Index(fields=["store", "severity", "due_at"], condition=Q(resolved_at__isnull=True), name="triage_open_exceptions"),
            models.Index(fields=["store", "key", "shared"], condition=Q(resolved_at__isnull=True), name="triage_open_shared"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def of(self) -> ExceptionClass | None:
        return EXCEPTIONS.get(self.key)

    @property
    def label(self) -> str:
        return self.of.label if self.of else self.key
