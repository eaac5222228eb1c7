"""Cases: questions that wait for a person."""

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class CaseState(models.TextChoices):
    OPEN = "open", "Open"
    WAITING = "waiting", "Waiting for a second person"
    DECIDED = "decided", "Decided"
    WITHDRAWN = "withdrawn", "Withdrawn"


TRANSITIONS: dict[str, frozenset[str]] = {
    CaseState.OPEN: frozenset({CaseState.DECIDED, CaseState.WAITING, CaseState.WITHDRAWN}),
    # Back to open: the second person sent it back, or the first one took it back.
    CaseState.WAITING: frozenset({CaseState.OPEN, CaseState.DECIDED, CaseState.WITHDRAWN}),
    CaseState.DECIDED: frozenset({CaseState.OPEN}),  # the decision was undone within the hold window
    CaseState.WITHDRAWN: frozenset(),
}


# Its question has no answer yet: while such a case is there, no other one is opened about the same order or attack.
UNDECIDED = (CaseState.OPEN, CaseState.WAITING)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_CASES) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))

    def open(self) -> Self:
        """In the queue. What waits for a second person is not; `undecided` has both."""
        return self.filter(state=CaseState.OPEN)

    def undecided(self) -> Self:
        return self.filter(state__in=UNDECIDED)

    def in_lane(self, lane: str) -> Self:
        return self.filter(lane=lane)

    def most_urgent_first(self) -> Self:
        return self.order_by("-priority", "due_at", "id")

    def free_for(self, user: "User") -> Self:
        """Not leased by anybody else."""
        return self.filter(Q(leased_by=None) | Q(lease_until__lte=timezone.now()) | Q(leased_by=user))


class Case(models.Model):
    """One question: about one order, or about the many orders of one attack (`group_key`).

    Priority is frozen when the case is queued and shown with its reasons. A lease says who is at work on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="cases", help_text="The order asked about; of an attack, the first."
    )
    group_key = models.CharField(max_length=80, blank=True, help_text="What the orders of an attack share.")
    headline = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=CaseState.choices, default=CaseState.OPEN)
    band = models.CharField(max_length=20)
    score = models.PositiveSmallIntegerField()
    priority = models.PositiveIntegerField()
    priority_reasons = models.JSONField(default=list)
    orders_count = models.PositiveIntegerField(default=1)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, help_text="Money at risk, in `currency`.")
    currency = models.CharField(max_length=3, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    changed_at = models.DateTimeField(auto_now=True)
    decided_at = models.DateTimeField(null=True)
    leased_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="leases")
    lease_until = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, help_text="A decision names the version it was made on.")

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lane", "order"], condition=Q(state__in=UNDECIDED), name="cases_one_open_per_lane_and_order"),
            models.UniqueConstraint(
                fields=["store", "lane", "group_key"], condition=Q(state__in=UNDECIDED) & ~Q(group_key=""), name="cases_one_open_per_attack"
            ),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="cases_state_known"),
        ]
        indexes = [
            models.Index(fields=["store", "lane", "-priority", "due_at", "id"], condition=Q(state="open"), name="cases_queue"),
            models.Index(fields=["store", "-changed_at"], name="cases_changed"),
            models.Index(fields=["order"], name="cases_of_order"),
        ]

    def __str__(self) -> str:
        return self.headline

    @property
    def is_open(self) -> bool:
        return self.state == CaseState.OPEN

    @property
    def is_waiting(self) -> bool:
        """For a second person."""
        return self.state == CaseState.WAITING

    @property
    def is_attack(self) -> bool:
        return bool(self.group_key)

    def holder_id(self) -> UUID | None:
        """Who holds the lease now."""
        return self.leased_by_id if self.lease_until and self.lease_until > timezone.now() else None


class Member(models.Model):
    """An order that a case is about, besides its first."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="members")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="memberships")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "order"], name="cases_member_once")]

    def __str__(self) -> str:
        return f"{self.order_id} in {self.case_id}"
