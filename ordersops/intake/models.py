"""The inbox: every webhook as it was received, and the windows in which the store itself was read to compare."""

import zlib
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7
from ordersops.sealing import seal, unseal

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class DeliveryState(models.TextChoices):
    PENDING = "pending", "Waiting"
    DONE = "done", "Done"
    IGNORED = "ignored", "Ignored"
    DEAD = "dead", "Failed"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_INTAKE) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))

    def dead(self) -> Self:
        return self.filter(state=DeliveryState.DEAD)


class Delivery(models.Model):
    """One webhook as received. The body is sealed; after `RAW_BODY_DAYS` it is forgotten, the row stays.

    The row is the queue: workers claim pending rows that are due, grouped by `resource`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    location = models.ForeignKey(
        "stock.Location",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Whose warehouse sent it; none: the store.",
    )
    topic = models.CharField(max_length=120)
    resource = models.CharField(max_length=220, blank=True, help_text="What it is about, such as order:1001. Same resource, same worker.")
    dedupe_key = models.CharField(max_length=300)
    delivery_id = models.CharField(max_length=200, blank=True)
    event_id = models.CharField(max_length=200, blank=True)
    body = models.BinaryField(null=True)
    body_sha256 = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)
    source_at = models.DateTimeField(null=True, help_text="When the sender says it happened.")
    received_at = models.DateTimeField()
    duplicates = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    processed_at = models.DateTimeField(null=True)
    order = models.ForeignKey("orders.Order", null=True, on_delete=models.SET_NULL, related_name="deliveries", db_index=False)

    # Set for pages:
    may_replay: bool

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "dedupe_key"], name="intake_one_row_per_delivery"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="intake_state_known"),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="pending"), name="intake_ready"),
            models.Index(fields=["store", "resource"], condition=Q(state="pending"), name="intake_pending_resource"),
            models.Index(fields=["store", "-received_at"], name="intake_newest"),
            models.Index(fields=["store", "-received_at"], condition=Q(state="dead"), name="intake_dead"),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="intake_of_order"),
            models.Index(fields=["received_at"], condition=Q(body__isnull=False), name="intake_bodies"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.resource}"

    @property
    def raw(self) -> bytes | None:
        """The body as it was received; None once it was forgotten. Raises ValueError if it cannot be opened."""
        return None if self.body is None else zlib.decompress(unseal(bytes(self.body), context=body_context(self.id)))


def sealed_body(delivery_id: object, raw: bytes) -> bytes:
    """How a body is kept: compressed, which leaves it small enough to lie in its row, then sealed."""
    return seal(zlib.compress(raw, 1), context=body_context(delivery_id))


def body_context(delivery_id: object) -> str:
    """The additional data under which a delivery's body is sealed."""
    return f"intake_delivery.{delivery_id}.body"


class Pulse(models.Model):
    """How a store's channel beats: counts per hour, and the usual rate that silence is measured against."""

    store = models.OneToOneField("stores.Store", on_delete=models.CASCADE, related_name="pulse")
    counted_until = models.DateTimeField()
    last_event_at = models.DateTimeField(null=True)
    usual_gap_seconds = models.FloatField(null=True, help_text="Moving average of the time between events.")
    silent_since = models.DateTimeField(null=True)
    bad_signatures = models.PositiveIntegerField(default=0)
    last_bad_signature_at = models.DateTimeField(null=True)
    missed = models.PositiveIntegerField(default=0, db_default=0, help_text="Changes that a comparison found and no webhook announced.")
    last_missed_at = models.DateTimeField(null=True)
    repaired = models.PositiveIntegerField(default=0, db_default=0, help_text="Orders that a comparison changed here.")
    subscriptions = models.JSONField(default=list, db_default=[], help_text="What the store has subscribed for us, as it was last read.")
    subscriptions_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Pulse of {self.store_id}"


class WindowKind(models.TextChoices):
    RECENT = "recent", "Every five minutes"
    DAILY = "daily", "Once a day, 60 days"
    ASKED = "asked", "Asked for"


class WindowState(models.TextChoices):
    OPEN = "open", "Comparing"
    DONE = "done", "Compared"
    FAILED = "failed", "Failed"


class PollWindowQuerySet(models.QuerySet["PollWindow"]):
    def ready(self) -> Self:
        """Those that a worker may take now: due, and of a store that nobody is reading."""
        busy = PollWindow.objects.filter(store=OuterRef("store"), state=WindowState.OPEN, lease_until__gt=Now())
        return self.filter(~Exists(busy), state=WindowState.OPEN, not_before__lte=Now())

    def compared(self) -> Self:
        return self.filter(state=WindowState.DONE)


class PollWindow(models.Model):
    """One comparison with a store: the orders that it says changed between two moments.

    The row is the queue. `cursor` is kept with what its page brought, in one transaction, so a worker that dies costs a page
    read twice and nothing else. Of the documents `found`, some had been `announced` by webhook, some were `missed`; the rest
    were known from an earlier comparison, as windows overlap, or are older than the connection. `repaired` counts those that
    changed something here.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="windows", db_index=False)
    kind = models.CharField(max_length=10, choices=WindowKind.choices)
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=WindowState.choices, default=WindowState.OPEN)
    cursor = models.TextField(blank=True)
    pages = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    announced = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0, help_text="Since the last page that was read.")
    planned_at = models.DateTimeField()
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = PollWindowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "kind"], condition=Q(state="open"), name="intake_one_open_window"),
            models.CheckConstraint(condition=Q(state__in=WindowState.values), name="intake_window_state_known"),
            models.CheckConstraint(condition=Q(kind__in=WindowKind.values), name="intake_window_kind_known"),
            models.CheckConstraint(condition=Q(since__lt=models.F("until")), name="intake_window_has_a_length"),
            models.CheckConstraint(condition=Q(found__gte=models.F("announced") + models.F("missed")), name="intake_window_adds_up"),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="open"), name="intake_window_ready"),
            models.Index(fields=["store", "-planned_at"], name="intake_window_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.store_id}"

    @property
    def known(self) -> int:
        """Found by an earlier comparison already, or from before the store was connected."""
        return self.found - self.announced - self.missed
