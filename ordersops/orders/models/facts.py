"""The parts of an order that a store reports by themselves: money, parcels, refunds, disputes."""

from datetime import UTC, datetime

from django.db import models

from ordersops.ids import uuid7
from ordersops.orders.models.columns import MARKS, MONEY
from ordersops.orders.models.order import Order


class Fact(models.Model):
    """Base of the parts that a store reports by themselves, each with its own watermarks."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    external_id = models.CharField(max_length=200)
    source_at = models.DateTimeField(null=True)
    marks = models.JSONField(**MARKS)

    class Meta:
        abstract = True


class Transaction(Fact):
    """One movement of money as the store reports it: authorization, sale, capture, void or refund."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="transactions")
    kind = models.CharField(max_length=30)
    status = models.CharField(max_length=30)
    amount = models.DecimalField(**MONEY, null=True)
    currency = models.CharField(max_length=3, blank=True)
    gateway = models.CharField(max_length=120, blank=True)
    error_code = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When an authorization ends, where the store says so.")
    card = models.JSONField(default=dict, help_text="brand, last4, bin, fingerprint, country, wallet, funding, avs, cvv, name")

    class Meta:
        ordering = ["at", "external_id"]
        constraints = [models.UniqueConstraint(fields=["order", "external_id"], name="orders_one_transaction_per_external_id")]

    def __str__(self) -> str:
        return f"{self.kind} {self.status} {self.amount} {self.currency}"


class Shipment(Fact):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipments")
    status = models.CharField(max_length=40)
    carrier = models.CharField(max_length=120, blank=True)
    tracking_numbers = models.JSONField(default=list)
    quantities = models.JSONField(default=dict, help_text="line external id -> units")
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["shipped_at", "external_id"]
        constraints = [models.UniqueConstraint(fields=["order", "external_id"], name="orders_one_shipment_per_external_id")]

    def __str__(self) -> str:
        return f"{self.carrier} {', '.join(self.tracking_numbers)}".strip() or self.external_id


class Refund(Fact):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds")
    amount = models.DecimalField(**MONEY, null=True)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(null=True)
    items = models.JSONField(default=list, help_text="[line external id, units, restock: return | cancel | none]")

    class Meta:
        ordering = ["at", "external_id"]
        constraints = [models.UniqueConstraint(fields=["order", "external_id"], name="orders_one_refund_per_external_id")]

    def __str__(self) -> str:
        return f"Refund {self.amount}"


class Dispute(Fact):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="disputes")
    kind = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=60, blank=True)
    amount = models.DecimalField(**MONEY, null=True)
    currency = models.CharField(max_length=3, blank=True)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["opened_at", "external_id"]
        constraints = [models.UniqueConstraint(fields=["order", "external_id"], name="orders_one_dispute_per_external_id")]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}".strip()

    @property
    def is_open(self) -> bool:
        return self.status not in {"won", "lost", "charge_refunded", "accepted", "closed", "prevented"}


def at_or_never(moment: datetime | None) -> datetime:
    """For comparing watermarks: facts without a time are older than any with one."""
    return moment or datetime.min.replace(tzinfo=UTC)
