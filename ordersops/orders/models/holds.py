"""Holds: reasons why an order may not ship."""

from typing import Self

from django.db import models
from django.db.models import Q

from ordersops.ids import uuid7
from ordersops.orders.lifecycle import HoldReason
from ordersops.orders.models.order import Order


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> Self:
        return self.filter(released_at__isnull=True)


class Hold(models.Model):
    """A reason why an order may not ship. Released once, by somebody with the right, never by a model."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=30, choices=HoldReason.choices)
    note = models.CharField(max_length=300, blank=True)
    placed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(
        "review.Decision", null=True, on_delete=models.PROTECT, related_name="+", help_text="On which it was released."
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["placed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "reason"], condition=Q(released_at__isnull=True), name="orders_one_open_hold_per_reason"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True) | Q(released_at__isnull=False, released_by__isnull=False),
                name="orders_hold_released_by_someone",
            ),
            # Law 5: a fraud hold ends on a decision, and on nothing else.
            models.CheckConstraint(
                condition=~Q(reason="fraud") | Q(released_at__isnull=True) | Q(decision__isnull=False),
                name="orders_fraud_hold_needs_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} hold"
