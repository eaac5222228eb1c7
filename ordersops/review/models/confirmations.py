"""What a customer was asked to confirm by a link, and what came of it. What they typed is compared and never kept."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ordersops.cases.models.case import UNDECIDED
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


class Result(models.TextChoices):
    CONFIRMED = "confirmed", "The customer says they placed it"
    DENIED = "denied", "The customer says they did not place it"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REPLACED = "replaced", "Replaced by a newer link"
    DECIDED = "decided", "Void: the case was decided before an answer came"
    ERASED = "erased", "Void: the customer was erased"


ANSWERED = (Result.CONFIRMED, Result.DENIED)


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    def unended(self) -> Self:
        """Neither answered nor void. The time of some may be over."""
        return self.filter(ended_at=None)

    def live(self) -> Self:
        """Those whose link works now."""
        return self.unended().filter(expires_at__gt=timezone.now(), case__state__in=UNDECIDED)

    def answered(self) -> Self:
        return self.filter(result__in=ANSWERED)

    def answers_of(self, orders: "Collection[UUID]") -> "dict[UUID, Confirmation]":
        """What the customer of each order said that counts: that it was not them, if ever they did, else the newest answer."""
        found: dict[UUID, Confirmation] = {}
        for row in self.answered().filter(order__in=orders).order_by("ended_at"):
            if (before := found.get(row.order_id)) is None or before.result != Result.DENIED:
                found[row.order_id] = row
        return found


class Confirmation(models.Model):
    """One link to one customer about one case. Its letter is an effect; of an answer it keeps which kinds fitted, and when it came."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="confirmations")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="confirmations")
    effect = models.OneToOneField("effects.Effect", on_delete=models.PROTECT, related_name="confirmation")
    kinds = ArrayField(models.CharField(max_length=20))
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=20, choices=Result.choices, blank=True)
    fits = models.JSONField(default=dict, help_text="Kind -> whether what the customer typed is what the order holds.")

    # Set for pages:
    is_out: bool
    tone: str
    icon: str
    words: str
    letter: str
    rows: "list[dict[str, Any]]"

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="review_one_link_of_a_case"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="review_a_link_lives_a_while"),
            models.CheckConstraint(condition=Q(result__in=["", *Result.values]), name="review_confirmation_result_known"),
            models.CheckConstraint(
                condition=Q(ended_at=None, result="") | Q(ended_at__isnull=False) & ~Q(result=""), name="review_a_link_ends_with_a_result"
            ),
            models.CheckConstraint(condition=Q(fits={}) | Q(result="confirmed"), name="review_only_an_answer_fits"),
        ]

    def __str__(self) -> str:
        return f"Confirmation of {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_answered(self) -> bool:
        return self.result in ANSWERED

    @property
    def is_over(self) -> bool:
        """Without an answer, by its time alone."""
        return self.ended_at is None and self.expires_at <= timezone.now()
