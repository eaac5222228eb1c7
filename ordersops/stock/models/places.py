"""Locations and items: what a place can do, and what an item asks of it."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7
from ordersops.sealing import SealedField
from ordersops.stores.goods import NEEDS
from ordersops.stores.models import every_day
from ordersops.stores.worktime import Calendar

if TYPE_CHECKING:
    from ordersops.accounts.models import User

MARKS: dict[str, Any] = {"default": dict, "db_default": {}, "help_text": "Watermark -> the fields taken from it (orders/watermarks.py)."}


class Kind(models.TextChoices):
    WAREHOUSE = "warehouse", "Warehouse"
    PARTNER = "partner", "3PL"
    SHOP = "shop", "Shop"
    SUPPLIER = "supplier", "Supplier"
    HUB = "hub", "International hub"


class LocationQuerySet(models.QuerySet["Location"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_ORDERS) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))


class Location(models.Model):
    """A place that goods leave from. What the store states is mirrored; what it can do, and when, is said here and kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="locations")
    external_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True, help_text="As the store states it.")
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=60, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    source_at = models.DateTimeField(null=True)
    marks = models.JSONField(**MARKS)

    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.WAREHOUSE)
    capabilities = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    serves = ArrayField(models.CharField(max_length=2), default=list, blank=True, help_text="Countries; none named means all.")
    channels = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="Sources of orders that it works for; none named means all."
    )
    time_zone = models.CharField(max_length=60, default="UTC")
    holidays_of = models.CharField(max_length=2, blank=True)
    working_days = ArrayField(models.PositiveSmallIntegerField(), default=every_day, help_text="0 is Monday.")
    cut_off = models.TimeField(null=True, help_text="Local time; what is routed later leaves on the next working day.")
    capacity = models.PositiveIntegerField(null=True, help_text="Orders in a day; none means no limit.")
    handling_days = models.PositiveSmallIntegerField(default=1, help_text="Working days from order to hand-over.")
    pick_pack = models.DecimalField(
        max_digits=14, decimal_places=2, default=Decimal(0), help_text="Cost of one parcel, in the store's currency."
    )
    priority = models.PositiveSmallIntegerField(default=100, help_text="Lower comes first where all else is equal.")
    paused = models.BooleanField(default=False)
    paused_note = models.CharField(max_length=300, blank=True)
    # Its node: the warehouse system that is asked to ship, and answers (docs/warehouses.md).
    node_url = models.URLField(blank=True, help_text="Where orders are sent, signed.")
    node_secret: Any = SealedField(help_text="Of Standard Webhooks; the warehouse's own, never the store's.")
    node_endpoint = models.UUIDField(null=True, unique=True, help_text="The unguessable part of the address that it answers at.")

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="stock_one_location_per_external_id"),
            models.CheckConstraint(condition=Q(capabilities__contained_by=list(NEEDS)), name="stock_capabilities_known"),
        ]

    def __str__(self) -> str:
        return self.name or f"Location {self.external_id}"

    @property
    def can_handle(self) -> list[str]:
        """Its capabilities, in words."""
        return [NEEDS[key].lower() for key in self.capabilities if key in NEEDS]

    @property
    def has_node(self) -> bool:
        """Whether a warehouse system takes its orders."""
        return bool(self.node_url and self.node_secret)

    @property
    def node_path(self) -> str:
        """Where the node answers; "" without one."""
        return f"/hooks/{self.node_endpoint}" if self.node_endpoint else ""

    @property
    def calendar(self) -> Calendar:
        """On which days it works. A day is a whole day: the cut-off says what still leaves on it."""
        return Calendar(zone=self.time_zone, days=frozenset(self.working_days), country=self.holidays_of)


class Item(models.Model):
    """Something that is stocked: what its SKU asks of a place, and what customs want to know of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="items")
    external_id = models.CharField(max_length=200)
    sku = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=500, blank=True)
    grams = models.PositiveIntegerField(null=True)
    origin = models.CharField(max_length=2, blank=True, help_text="Country of origin.")
    hs_code = models.CharField(max_length=20, blank=True)
    needs = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    configured = models.BooleanField(default=False, help_text="Made to order: a line of it needs a specification.")
    unit_cost = models.DecimalField(max_digits=16, decimal_places=4, null=True, help_text="What one costs the store, without tax.")
    cost_currency = models.CharField(max_length=3, blank=True, default="", db_default="", help_text="Blank is the store's.")
    source_at = models.DateTimeField(null=True)
    marks = models.JSONField(**MARKS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="stock_one_item_per_external_id"),
            models.CheckConstraint(condition=Q(needs__contained_by=list(NEEDS)), name="stock_needs_known"),
        ]
        indexes = [models.Index(fields=["store", "sku"], name="stock_by_sku")]

    def __str__(self) -> str:
        return self.sku or self.title or self.external_id
