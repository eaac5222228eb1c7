"""Requests about personal data. None is ever ignored: each has a day by which it must be settled, and a person who settles it."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class Kind(models.TextChoices):
    ACCESS = "access", "A customer asks what is kept of them"
    ERASE = "erase", "A customer is to be forgotten"
    CLOSE = "close", "The shop left; all of its customers are to be forgotten"


class PersonalRequestQuerySet(models.QuerySet["PersonalRequest"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_INTAKE) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))

    def open(self) -> Self:
        return self.filter(settled_at=None)


class PersonalRequest(models.Model):
    """One request that a store passed on. It names the customer and orders by the store's ids alone, so it may be kept for ever."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="personal_requests")
    delivery = models.OneToOneField("intake.Delivery", on_delete=models.PROTECT, related_name="personal_request")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    customer_key = models.CharField(max_length=200, blank=True)
    orders = models.JSONField(default=list, help_text="The store's ids of the orders that it is about.")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True, help_text="What was done.")
    # Erasing by our side: asked for by a person, done by a worker in batches. The row is the queue.
    erasing_since = models.DateTimeField(null=True)
    erasing_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    cursor = models.UUIDField(null=True, help_text="The last order that was erased.")
    erased = models.JSONField(default=dict, help_text="How much was erased, by name.")

    objects = PersonalRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="privacy_kind_known"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(note="")),
                name="privacy_settled_by_someone_who_says_how",
            ),
            models.CheckConstraint(
                condition=Q(erasing_since=None, erasing_by=None) | Q(erasing_since__isnull=False, erasing_by__isnull=False),
                name="privacy_erased_on_someones_word",
            ),
        ]
        indexes = [models.Index(fields=["store", "due_at"], condition=Q(settled_at=None), name="privacy_open")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_erasing(self) -> bool:
        return self.erasing_since is not None and self.settled_at is None

    @property
    def is_overdue(self) -> bool:
        return self.settled_at is None and self.due_at < timezone.now()

    @property
    def subject(self) -> str:
        """Whom it is about, by the store's ids."""
        parts = [f"customer {self.customer_key}"] if self.customer_key else []
        if self.orders:
            parts.append("orders " + ", ".join(self.orders[:10]) + (" and more" if len(self.orders) > 10 else ""))
        return "; ".join(parts) or "the whole store"
