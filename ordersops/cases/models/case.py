"""Cases: questions that wait for a person."""

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.roles import Perm
from ordersops.fields import SubjectField
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.cases.parts import Outcome


class CaseState(models.TextChoices):
    OPEN = "open", "Open"
    WAITING = "waiting", "Waiting for a second person"
    DECIDED = "decided", "Decided"
    WITHDRAWN = "withdrawn", "Withdrawn"


TRANSITIONS: dict[str, frozenset[str]] = {
    CaseState.OPEN: frozenset({CaseState.DECIDED, CaseState.WAITING, CaseState.WITHDRAWN}),
    # Back to open: the second person sent it back, or the first one took it back.
    CaseState.WAITING: frozenset({CaseState.OPEN, CaseState.DECIDED, CaseState.WITHDRAWN}),
    CaseState.DECIDED: frozenset({CaseState.OPEN}),  # undone within the hold window, or reopened
    CaseState.WITHDRAWN: frozenset({CaseState.OPEN}),  # reopened
}


# Its question has no answer yet: while such a case is there, no other one is opened about the same order or attack.
UNDECIDED = (CaseState.OPEN, CaseState.WAITING)


IN_QUEUE = Q(state="open", snoozed_until=None)
ASLEEP = Q(state="open", snoozed_until__isnull=False)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_CASES) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))

    def open(self) -> Self:
        """In the queue. What waits for a second person is not; `undecided` has both."""
        return self.filter(state=CaseState.OPEN)

    def undecided(self) -> Self:
        return self.filter(state__in=UNDECIDED)

    def awake(self) -> Self:
        """Not put aside until a time or an event."""
        return self.filter(snoozed_until=None)

    def asleep(self) -> Self:
        return self.filter(snoozed_until__isnull=False)

    def about(self, orders: Any) -> Self:
        """About one of these orders (rows, ids or a queryset of either), be it as a member of an attack. Each half by its own index: a
        plain OR would read every case."""
        first = Case.objects.filter(order__in=orders).order_by().values("pk")
        return self.filter(pk__in=first.union(Member.objects.filter(order__in=orders).order_by().values("case")))

    def on(self, subjects: Collection[UUID]) -> Self:
        """About one of these subjects; about an order also as a member of an attack."""
        first = self.filter(subject__in=subjects).order_by().values("pk")
        return self.filter(pk__in=first.union(Member.objects.filter(order__in=subjects).order_by().values("case")))

    def in_lane(self, lane: str) -> Self:
        return self.filter(lane=lane)

    def most_urgent_first(self) -> Self:
        return self.order_by("-priority", "due_at", "id")

    def free_for(self, user: "User") -> Self:
        """Not leased by anybody else."""
        return self.filter(Q(leased_by=None) | Q(lease_until__lte=timezone.now()) | Q(leased_by=user))


class Case(models.Model):
    """One question: about one subject, most often an order, or about the many orders of one attack (`group_key`).

    Priority is frozen when the case is queued and shown with its reasons. A lease says who is at work on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="cases", help_text="The order asked about; of an attack, the first."
    )
    subject = SubjectField()
    title = models.CharField(max_length=60, blank=True, help_text="What it is about, where that is not the order itself.")
    group_key = models.CharField(max_length=80, blank=True, help_text="What the orders of an attack share.")
    headline = models.CharField(max_length=200)
    signals = ArrayField(
        models.CharField(max_length=60),
        default=list,
        help_text="Signals that speak for risk in its newest advice, by key and without weight.",
    )
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
    reopened_at = models.DateTimeField(null=True, help_text="When a person last opened it again: automation leaves it alone from then on.")
    comments_count = models.PositiveIntegerField(default=0)
    tags = ArrayField(models.CharField(max_length=24), default=list, help_text="Words of the store's vocabulary (Tag), in order.")
    requested_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", help_text="Who asked for it, where no rule did."
    )

    assigned_to = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="assigned_cases")
    team = models.ForeignKey(
        "accounts.Team", null=True, on_delete=models.SET_NULL, related_name="cases", help_text="Whose members take it, each for themselves."
    )
    escalated_to = models.CharField(
        max_length=40, blank=True, help_text="The role that decides it, and supervisors; `team:` for the case's team; blank for everybody."
    )

    # The clock. `due_at` is the earlier of the lane's time in business hours and the end of the authorisation.
    warn_at = models.DateTimeField(null=True, help_text="When three quarters of the time are gone.")
    warned_at = models.DateTimeField(null=True, help_text="When it was told that three quarters of the time are gone.")
    breached_at = models.DateTimeField(null=True, help_text="When it was seen that nobody decided in time.")
    authorised_until = models.DateTimeField(null=True, help_text="When the money can no longer be taken.")
    due_set_at = models.DateTimeField(null=True, help_text="When a person last moved the deadline: new advice leaves it alone.")
    paused_at = models.DateTimeField(null=True, help_text="Since when the clock stands, for the snooze's reason.")

    snoozed_until = models.DateTimeField(null=True)
    snooze_reason = models.CharField(max_length=30, blank=True)
    wakes_on = ArrayField(models.CharField(max_length=30), default=list, help_text="Events that wake it before its time.")
    wake_keys = ArrayField(models.BigIntegerField(), default=list, help_text="Keys of its orders: a new order with one of them is linked.")
    woken_because = models.CharField(max_length=120, blank=True, help_text="Why it came back, and comes first.")

    # Set for pages:
    held_by: "User | None"
    mine: bool
    advised: "Outcome | None"
    here: list[str]
    standing: list[tuple[str, str, str]]
    advice_closed: bool

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lane", "subject"], condition=Q(state__in=UNDECIDED), name="cases_one_open_per_lane_and_subject"
            ),
            models.UniqueConstraint(
                fields=["store", "lane", "group_key"], condition=Q(state__in=UNDECIDED) & ~Q(group_key=""), name="cases_one_open_per_attack"
            ),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="cases_state_known"),
            models.CheckConstraint(
                condition=Q(paused_at=None) | Q(snoozed_until__isnull=False) & ~Q(snooze_reason=""), name="cases_paused_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["store", "lane", "-priority", "due_at", "id"], condition=IN_QUEUE, name="cases_queue"),
            models.Index(fields=["store", "lane", "due_at"], condition=IN_QUEUE, name="cases_due"),
            # Attacks and what somebody was given are few among many: a queue is never read from end to end to count them.
            models.Index(
                fields=["store", "lane", "-priority", "due_at", "id"], condition=IN_QUEUE & ~Q(group_key=""), name="cases_attacks"
            ),
            models.Index(fields=["assigned_to"], condition=Q(state="open", assigned_to__isnull=False), name="cases_assigned"),
            models.Index(fields=["team"], condition=Q(state="open", team__isnull=False), name="cases_of_teams"),
            # Tallies add up every open case of a store, out of this index alone.
            models.Index(
                fields=["store", "lane", "currency"],
                include=["id", "amount", "opened_at", "due_at", "leased_by", "lease_until"],
                condition=IN_QUEUE,
                name="cases_added_up",
            ),
            models.Index(fields=["store", "lane", "-priority", "due_at", "id"], condition=ASLEEP, name="cases_asleep"),
            models.Index(fields=["snoozed_until"], condition=ASLEEP, name="cases_to_wake"),
            models.Index(fields=["due_at"], condition=Q(state="open", breached_at=None, paused_at=None), name="cases_to_breach"),
            models.Index(
                fields=["warn_at"], condition=Q(state="open", warned_at=None, breached_at=None, paused_at=None), name="cases_to_warn"
            ),
            models.Index(
                fields=["store", "lane", "-priority", "due_at", "id"], condition=IN_QUEUE & ~Q(escalated_to=""), name="cases_escalated"
            ),
            models.Index(fields=["store", "due_at"], condition=Q(state="open", breached_at__isnull=False), name="cases_breached"),
            models.Index(fields=["store", "-changed_at"], condition=Q(state="waiting"), name="cases_waiting_changed"),
            GinIndex(fields=["tags"], name="cases_tags"),
            GinIndex(fields=["wake_keys"], condition=ASLEEP, name="cases_wake_keys"),
            # What stands out in a queue (cases/hints.py, cases/signs.py) is few among many.
            GinIndex(fields=["signals"], condition=Q(state="open"), name="cases_signals"),
            models.Index(fields=["store", "lane", "woken_because"], condition=IN_QUEUE & ~Q(woken_because=""), name="cases_woken"),
            models.Index(
                fields=["store", "lane", "authorised_until"],
                condition=IN_QUEUE & Q(authorised_until__isnull=False),
                name="cases_authorised",
            ),
            models.Index(fields=["store", "lane", "amount"], condition=IN_QUEUE, name="cases_by_amount"),
            models.Index(fields=["store", "-changed_at"], name="cases_changed"),
            models.Index(fields=["order"], name="cases_of_order"),
            models.Index(fields=["store", "-opened_at", "-id"], name="cases_newest"),
        ]

    def __str__(self) -> str:
        return self.headline

    @property
    def name(self) -> str:
        """What it is called: the subject's title, or the order's number."""
        return self.title or str(self.order)

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

    @property
    def is_asleep(self) -> bool:
        """Put aside until a time or an event."""
        return self.is_open and self.snoozed_until is not None

    @property
    def urgency(self) -> str:
        """How its clock stands: paused, late, soon (three quarters are gone) or later."""
        now = timezone.now()
        if self.paused_at is not None:
            return "paused"
        if self.due_at < now:
            return "late"
        return "soon" if (self.warn_at or self.due_at - timedelta(minutes=15)) <= now else "later"

    def holder_id(self) -> UUID | None:
        """Who holds the lease now."""
        return self.leased_by_id if self.lease_until and self.lease_until > timezone.now() else None


class Tag(models.Model):
    """A word that cases of a store carry. The vocabulary holds the words in use: the last case that drops one ends it."""

    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=24)
    used_at = models.DateTimeField(help_text="When it was last put on a case.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="cases_one_tag_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """What is open in a lane of a store, added up every few seconds (cases/tallies.py): so that no page adds up a long queue."""

    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="+")
    lane = models.CharField(max_length=30)
    currency = models.CharField(max_length=3, blank=True)
    open = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, help_text="Money at risk, in `currency`.")
    oldest = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "lane", "currency"], name="cases_one_tally")]

    def __str__(self) -> str:
        return f"{self.open} open in {self.lane}"


class Member(models.Model):
    """An order that a case is about, besides its first."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="members")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="memberships")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "order"], name="cases_member_once")]

    def __str__(self) -> str:
        return f"{self.order_id} in {self.case_id}"
