"""Return requests and their lines."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7
from ordersops.orders.models import Order
from ordersops.orders.models.columns import MONEY
from returns.eligibility.abuse import REPORTS
from returns.eligibility.outcome import OUTCOMES
from returns.eligibility.restock import GRADES
from returns.grounds import CHOICES

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from returns.models.kept import CheckRow


class ReturnState(models.TextChoices):
    REQUESTED = "requested", "Requested"
    WAITING = "waiting", "Waiting for evidence"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    IN_TRANSIT = "in_transit", "On its way back"
    RECEIVED = "received", "Received"
    INSPECTED = "inspected", "Inspected"
    SETTLED = "settled", "Settled"
    EXPIRED = "expired", "Expired"
    CANCELLED = "cancelled", "Cancelled"


S = ReturnState
# Back to requested: its decision was taken back, or the customer has answered. Received without having been seen on its way, too.
TRANSITIONS: dict[str, frozenset[str]] = {
    S.REQUESTED: frozenset({S.WAITING, S.APPROVED, S.DECLINED, S.SETTLED, S.CANCELLED}),
    S.WAITING: frozenset({S.REQUESTED, S.APPROVED, S.DECLINED, S.SETTLED, S.EXPIRED, S.CANCELLED}),
    S.APPROVED: frozenset({S.REQUESTED, S.IN_TRANSIT, S.RECEIVED, S.EXPIRED, S.CANCELLED}),
    S.IN_TRANSIT: frozenset({S.RECEIVED, S.EXPIRED}),
    S.RECEIVED: frozenset({S.INSPECTED, S.SETTLED}),
    S.INSPECTED: frozenset({S.SETTLED}),
    S.SETTLED: frozenset({S.REQUESTED}),
    S.DECLINED: frozenset({S.REQUESTED}),
    S.EXPIRED: frozenset({S.RECEIVED}),  # it came all the same
    S.CANCELLED: frozenset(),
}
# Its units count as asked for.
OPEN = frozenset({S.REQUESTED, S.WAITING, S.APPROVED, S.IN_TRANSIT, S.RECEIVED, S.INSPECTED})


class Source(models.TextChoices):
    STORE = "store", "Store"
    API = "api", "API"
    INQUIRY = "inquiry", "Message"
    DESK = "desk", "Desk"
    PAGE = "page", "Returns page"


class Identity(models.TextChoices):
    CONTACT = "contact", "Number and contact fit"
    SIGNED_IN = "signed_in", "Signed in"
    STORE = "store", "The store vouches"
    STAFF = "staff", "Asked by a colleague"
    NONE = "none", "Not verified"


class Wish(models.TextChoices):
    REFUND = "refund", "Money back"
    EXCHANGE = "exchange", "Exchange"
    REPLACEMENT = "replacement", "Replacement"
    CREDIT = "credit", "Store credit"
    REPAIR = "repair", "Repair"
    KEEP = "keep", "Keep it for a lower price"


class RequestQuerySet(models.QuerySet["ReturnRequest"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_ORDERS) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def newest_first(self) -> Self:
        return self.order_by("-requested_at", "-id")


class ReturnRequest(models.Model):
    """Somebody wants to send something back. What was decided stands in `outcome` and on its lines."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="return_requests")
    number = models.CharField(max_length=140, help_text="R-<order>-<n>: what stands on the parcel.")
    external_id = models.CharField(max_length=200, blank=True, help_text="What the store calls it, where it has it.")
    stated = models.CharField(max_length=60, blank=True, help_text="The store's own word for its state, verbatim.")
    source_at = models.DateTimeField(null=True, help_text="The source time of the newest facts applied.")
    source = models.CharField(max_length=20, choices=Source.choices)
    identity = models.CharField(max_length=20, choices=Identity.choices, default=Identity.NONE)
    wish = models.CharField(max_length=20, choices=Wish.choices, blank=True)
    state = models.CharField(max_length=20, choices=ReturnState.choices, default=S.REQUESTED)
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    value = models.DecimalField(**MONEY, null=True, help_text="What was paid for what is asked, in the order's currency.")
    currency = models.CharField(max_length=3, blank=True)

    outcome = models.CharField(max_length=30, blank=True, help_text="What was decided: approve, keep_item, replace or decline.")
    decision = models.ForeignKey("review.Decision", null=True, on_delete=models.PROTECT, related_name="+")
    decline = models.CharField(max_length=30, blank=True)
    instructions = models.TextField(blank=True, help_text="What the customer is told.")
    refund_shipping = models.BooleanField(default=False)
    inspect = models.BooleanField(default=True, help_text="Money goes back only after an inspection.")
    destination = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    inspected_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "order", "number"], name="returns_one_request_per_number"),
            models.UniqueConstraint(
                fields=["store", "external_id"], condition=~Q(external_id=""), name="returns_one_request_per_external_id"
            ),
            models.CheckConstraint(condition=Q(state__in=S.values), name="returns_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[S.APPROVED, S.IN_TRANSIT]) | Q(approved_at__isnull=False), name="returns_approved_at_some_time"
            ),
            models.CheckConstraint(condition=~Q(state=S.DECLINED) | Q(closed_at__isnull=False), name="returns_declined_at_some_time"),
            models.CheckConstraint(condition=~Q(state=S.INSPECTED) | Q(inspected_at__isnull=False), name="returns_inspected_at_some_time"),
        ]
        indexes = [
            models.Index(fields=["store", "state", "-requested_at"], name="returns_by_state"),
            models.Index(fields=["store", "-requested_at", "-id"], name="returns_newest"),
            models.Index(fields=["store", "expires_at"], condition=Q(state__in=["approved", "waiting"]), name="returns_expiring"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def title(self) -> str:
        """What stands on the parcel. Holds no personal data."""
        return self.number

    @property
    def moment(self) -> datetime:
        return self.requested_at

    @property
    def at_risk(self) -> tuple[Decimal | None, str]:
        return self.value, self.currency


class ReturnLine(models.Model):
    """Some units of one line of the order: what is said of them, what was decided, what came back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    request = models.ForeignKey(ReturnRequest, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("orders.Line", on_delete=models.PROTECT, related_name="return_lines")
    external_id = models.CharField(max_length=200, blank=True, help_text="What the store calls it.")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=40, choices=CHOICES)
    stated_reason = models.CharField(max_length=120, blank=True, help_text="The store's own word, verbatim.")
    words = models.CharField(max_length=2000, blank=True, help_text="Typed by the customer.")
    condition = models.CharField(max_length=20, blank=True)

    outcome = models.CharField(max_length=30, blank=True, choices=list(OUTCOMES.items()))
    approved = models.PositiveIntegerField(default=0, help_text="Units.")
    amount = models.DecimalField(**MONEY, null=True, help_text="Money that goes back for it.")

    received = models.PositiveIntegerField(default=0)
    grade = models.CharField(max_length=20, blank=True, choices=list(GRADES))
    disposition = models.CharField(max_length=20, blank=True)
    report = models.CharField(max_length=60, blank=True, choices=[(key, says) for key, (says, _) in REPORTS.items()])
    finding = models.CharField(max_length=500, blank=True)
    restocked = models.PositiveIntegerField(default=0)

    # Set for pages:
    last_checks: "list[CheckRow]"

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "line"], name="returns_one_row_per_line"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="returns_some_units"),
            models.CheckConstraint(condition=Q(approved__lte=F("quantity")), name="returns_approved_within_asked"),
            models.CheckConstraint(condition=Q(restocked__lte=F("received")), name="returns_restocked_within_received"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="returns_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line_id}"
