"""Levels, what is kept for whom, and what is on its way."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7
from ordersops.stock.models.places import Item, Location

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class LevelQuerySet(models.QuerySet["Level"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_ORDERS) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))


class Level(models.Model):
    """How much of an item lies at a location. `reserved` is maintained with the reservations, in the same statement.

    Reserved is never more than what is there, except where a newer fact of the store took away what was reserved already: then
    `oversold` says so, nothing more can be reserved, and the orders concerned are routed again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="levels")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="levels")
    on_hand = models.IntegerField(
        default=0,
        help_text="As last stated, with what is kept here and the statement has taken off already. Below zero where the store has oversold.",
    )
    net = models.BooleanField(default=False, db_default=False, help_text="The store states it after what it has sold.")
    safety_stock = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)
    oversold = models.BooleanField(default=False)
    source_at = models.DateTimeField(null=True)
    mark = models.CharField(
        max_length=60, blank=True, help_text="Watermark of the statement that it was taken from (orders/watermarks.py)."
    )
    changed_at = models.DateTimeField(default=timezone.now)

    objects = LevelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "item"], name="stock_one_level_per_place_and_item"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="stock_reserved_not_negative"),
            models.CheckConstraint(
                condition=Q(oversold=True) | Q(reserved=0) | Q(reserved__lte=F("on_hand")), name="stock_reserved_within_on_hand"
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-changed_at", "-id"], name="stock_levels_newest"),
            models.Index(fields=["item"], name="stock_levels_of_item"),
        ]

    def __str__(self) -> str:
        return f"{self.on_hand} at {self.location_id}"

    @property
    def free(self) -> int:
        """What can still be reserved."""
        return max(self.on_hand - self.reserved - self.safety_stock, 0)


class ReservationState(models.TextChoices):
    HELD = "held", "Kept"
    USED = "used", "Shipped"
    RELEASED = "released", "Released"


class Reservation(models.Model):
    """Units of a line that are kept at a location until they ship or are no longer needed there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="reservations")
    line = models.ForeignKey("orders.Line", on_delete=models.CASCADE, related_name="reservations")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="reservations")
    units = models.PositiveIntegerField()
    netted = models.BooleanField(
        default=False, db_default=False, help_text="The store's count is without these units already, so they are added to what lies there."
    )
    state = models.CharField(max_length=10, choices=ReservationState.choices, default=ReservationState.HELD)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=200, blank=True, help_text="Why it ended.")

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "level"], condition=Q(state="held"), name="stock_one_reservation_per_line_and_level"),
            models.CheckConstraint(condition=Q(units__gt=0), name="stock_reservation_of_something"),
            models.CheckConstraint(
                condition=Q(state="held", ended_at__isnull=True) | (~Q(state="held") & Q(ended_at__isnull=False)),
                name="stock_reservation_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-made_at", "-id"], condition=Q(state="held"), name="stock_kept_newest"),
            models.Index(fields=["level"], condition=Q(state="held"), name="stock_kept_at"),
        ]

    def __str__(self) -> str:
        return f"{self.units} kept"


class InboundState(models.TextChoices):
    EXPECTED = "expected", "Expected"
    ARRIVED = "arrived", "Arrived"
    CANCELLED = "cancelled", "Cancelled"


class Inbound(models.Model):
    """Units that a supplier or transfer will bring. Arriving changes no level: the store states what lies there then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200)
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="inbound")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="inbound")
    units = models.PositiveIntegerField()
    expected_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=InboundState.choices, default=InboundState.EXPECTED)
    source_at = models.DateTimeField(null=True)
    mark = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "external_id"], name="stock_one_inbound_per_external_id")]
        indexes = [
            models.Index(fields=["store", "-expected_at", "-id"], condition=Q(state="expected"), name="stock_expected"),
            models.Index(fields=["item"], condition=Q(state="expected"), name="stock_expected_of_item"),
        ]

    def __str__(self) -> str:
        return f"{self.units} expected"
