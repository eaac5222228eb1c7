"""Effects: acts on the outside world that follow from a decision, or that a person asked for on the order's page."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ordersops.accounts.roles import Perm
from ordersops.effects.kinds import KINDS
from ordersops.ids import uuid7
from ordersops.orders.models.columns import MONEY

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class EffectState(models.TextChoices):
    WAITING = "waiting", "Waiting for a second person"
    PLANNED = "planned", "Planned"
    SENDING = "sending", "Sending"
    HANDED_OVER = "handed_over", "Waiting for a person"
    DONE = "done", "Done"
    DEAD = "dead", "Failed"
    GIVEN_UP = "given_up", "Given up"
    UNDONE = "undone", "Undone"


S = EffectState
TRANSITIONS: dict[str, frozenset[str]] = {
    S.WAITING: frozenset({S.PLANNED, S.UNDONE}),
    S.PLANNED: frozenset({S.SENDING, S.UNDONE}),
    S.SENDING: frozenset({S.DONE, S.HANDED_OVER, S.PLANNED, S.DEAD}),  # back to planned: it is tried again later
    S.HANDED_OVER: frozenset({S.DONE, S.GIVEN_UP}),
    S.DEAD: frozenset({S.PLANNED, S.WAITING, S.GIVEN_UP}),  # waiting: another amount, which needs a second person
    S.DONE: frozenset(),
    S.GIVEN_UP: frozenset(),
    S.UNDONE: frozenset(),
}


LABELS = {kind.key: kind.label for kind in KINDS.values()}


class EffectQuerySet(models.QuerySet["Effect"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_CASES) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))

    def ready(self) -> Self:
        """Due, or left behind by a worker that died."""
        now = timezone.now()
        return self.filter(Q(state=S.PLANNED, not_before__lte=now) | Q(state=S.SENDING, lease_until__lte=now))

    def undoable(self) -> Self:
        return self.filter(Q(state=S.WAITING) | Q(state=S.PLANNED, attempts=0, due_at__gt=timezone.now()))


class Approval(models.Model):
    """On whose word money goes back. Never changes. Above the limit of the day a second person has approved what the first asked for.

    `limit` is what one person could have approved alone when it was asked for, by the table of that day (limits.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(**MONEY)
    currency = models.CharField(max_length=3)
    limit = models.DecimalField(**MONEY)
    needs_two = models.BooleanField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(second=None) | ~Q(second=F("first")), name="effects_two_different_people"),
            models.CheckConstraint(condition=Q(needs_two=False) | Q(second__isnull=False), name="effects_second_where_needed"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="effects_approval_of_an_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class Effect(models.Model):
    """One act, planned in the transaction of its decision or request, due after the hold window, done at most once.

    `idempotency_key` goes with every attempt; the receiver can tell a repeated attempt from a second act.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="effects")
    decision = models.ForeignKey("review.Decision", null=True, on_delete=models.PROTECT, related_name="effects")
    asked_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", help_text="Who asked for it, where no decision did."
    )
    reason = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict, db_default={})
    before = models.JSONField(default=dict, db_default={}, help_text="What its inverse restores.")
    inverse_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="inverse")
    amount = models.DecimalField(**MONEY, null=True, help_text="Money that goes back with it.")
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    approval = models.ForeignKey(Approval, null=True, on_delete=models.PROTECT, related_name="effects")
    idempotency_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=20, choices=EffectState.choices, default=S.PLANNED)
    planned_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(help_text="End of the hold window: until then it can be undone.")
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    external_id = models.CharField(max_length=120, blank=True, default="", db_default="", help_text="What it made is called there.")
    accepted_at = models.DateTimeField(null=True, help_text="When the other side accepted it. From then on it is only looked at.")
    last_error = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", help_text="Who undid it or did it by hand."
    )
    response_status = models.PositiveIntegerField(null=True)

    # Set for pages:
    stopped: str
    may_settle: bool
    may_undo: bool

    objects = EffectQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=S.values), name="effects_state_known"),
            models.CheckConstraint(condition=Q(decision__isnull=False) | Q(asked_by__isnull=False), name="effects_rests_on_someone"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(approval__isnull=False) | Q(state__in=[S.WAITING, S.UNDONE]), name="effects_money_is_approved"
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "not_before", "id"], condition=Q(state__in=["planned", "sending"]), name="effects_ready_in_store"
            ),
            models.Index(fields=["store", "lease_until"], condition=Q(lease_until__isnull=False), name="effects_under_way"),
            models.Index(fields=["store", "state", "-planned_at"], name="effects_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.order}"

    @property
    def instructions(self) -> str:
        """What a person must do where we cannot yet do it."""
        what = KINDS[self.kind].instructions if self.kind in KINDS else "Do in the store what was decided"
        return f"{what.format(order=self.order)}. Then mark it as done here."

    @property
    def label(self) -> str:
        return LABELS.get(self.kind, self.kind)

    @property
    def by(self) -> "User | None":
        """On whose word it happens."""
        return self.asked_by or (self.decision.by if self.decision else None)

    @property
    def can_be_undone(self) -> bool:
        return self.state == S.WAITING or (self.state == S.PLANNED and self.attempts == 0 and self.due_at > timezone.now())


class Attempt(models.Model):
    """One attempt at an effect: how far it came, and what went over the wire, sealed and without secrets.

    The bodies are forgotten after RAW_BODY_DAYS; how far it came stays.
    """

    class Step(models.TextChoices):
        CLAIMED = "claimed", "Taken by a worker"
        LOOKED = "looked", "Looked in the store"
        PREPARED = "prepared", "Request written down"
        ACCEPTED = "accepted", "Accepted by the store"
        SEEN = "seen", "Seen in the store"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    effect = models.ForeignKey(Effect, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    connector = models.CharField(max_length=40, blank=True)
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.CLAIMED)
    at = models.DateTimeField(auto_now_add=True)
    request = models.BinaryField(null=True)
    response = models.BinaryField(null=True)
    status = models.PositiveIntegerField(null=True)
    request_id = models.CharField(max_length=120, blank=True)
    latency_ms = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True)
    refused = models.BooleanField(default=False, help_text="The other side said no: nothing was done.")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["at"], condition=Q(request__isnull=False), name="effects_bodies")]

    def __str__(self) -> str:
        return f"Attempt {self.number} at {self.effect_id}"


class Breaker(models.Model):
    """How a connector to one store has been doing: after several faults in a row it is left alone for a while."""

    key = models.CharField(max_length=80, primary_key=True)
    faults = models.PositiveIntegerField(default=0, help_text="In a row.")
    open_until = models.DateTimeField(null=True)
    alert = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.key
