"""Effects: acts on the outside world that follow from a decision."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class EffectState(models.TextChoices):
    PLANNED = "planned", "Planned"
    SENDING = "sending", "Sending"
    HANDED_OVER = "handed_over", "Waiting for a person"
    DONE = "done", "Done"
    DEAD = "dead", "Failed"
    UNDONE = "undone", "Undone"


S = EffectState
TRANSITIONS: dict[str, frozenset[str]] = {
    S.PLANNED: frozenset({S.SENDING, S.UNDONE}),
    S.SENDING: frozenset({S.DONE, S.HANDED_OVER, S.PLANNED, S.DEAD}),  # back to planned: it is tried again later
    S.HANDED_OVER: frozenset({S.DONE}),
    S.DEAD: frozenset({S.PLANNED}),
    S.DONE: frozenset(),
    S.UNDONE: frozenset(),
}


LABELS = {"order.release": "Release the order", "order.cancel": "Propose cancellation"}
INSTRUCTIONS = {
    "order.release": "Open order {order} in the store's admin and release its fulfilment hold, so that it can ship",
    "order.cancel": "Open order {order} in the store's admin, cancel it with a full refund and restock the items",
}


class EffectQuerySet(models.QuerySet["Effect"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_CASES) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))

    def ready(self) -> Self:
        """Due, or left behind by a worker that died."""
        now = timezone.now()
        return self.filter(Q(state=S.PLANNED, not_before__lte=now) | Q(state=S.SENDING, lease_until__lte=now))

    def undoable(self) -> Self:
        return self.filter(state=S.PLANNED, attempts=0, due_at__gt=timezone.now())


class Effect(models.Model):
    """One act, planned in the transaction of its decision, due after the hold window, done at most once.

    `idempotency_key` goes with every attempt; the receiver can tell a repeated attempt from a second act.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="effects")
    decision = models.ForeignKey("review.Decision", on_delete=models.PROTECT, related_name="effects")
    kind = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=20, choices=EffectState.choices, default=S.PLANNED)
    planned_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(help_text="End of the hold window: until then it can be undone.")
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", help_text="Who undid it or did it by hand."
    )
    response_status = models.PositiveIntegerField(null=True)

    objects = EffectQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_at"]
        constraints = [models.CheckConstraint(condition=Q(state__in=S.values), name="effects_state_known")]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state__in=["planned", "sending"]), name="effects_ready"),
            models.Index(fields=["store", "state", "-planned_at"], name="effects_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.order}"

    @property
    def instructions(self) -> str:
        """What a person must do where we cannot yet do it."""
        what = INSTRUCTIONS.get(self.kind, "Do in the store what was decided")
        return f"{what.format(order=self.order)}. Then mark it as done here."

    @property
    def label(self) -> str:
        return LABELS.get(self.kind, self.kind)

    @property
    def can_be_undone(self) -> bool:
        return self.state == S.PLANNED and self.attempts == 0 and self.due_at > timezone.now()
