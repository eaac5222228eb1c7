"""Decisions: what was decided, by whom, on which advice. A row never changes; a later decision supersedes it."""

from django.db import models
from django.db.models import Q

from ordersops.ids import uuid7


class Source(models.TextChoices):
    PERSON = "person", "A person"
    SYSTEM = "system", "The system"


class Label(models.TextChoices):
    """A fact about the world, which is not the decision."""

    CONFIRMED_FRAUD = "confirmed_fraud", "Confirmed fraud"
    SUSPECTED = "suspected", "Suspected"
    LEGITIMATE = "legitimate", "Legitimate"
    INCONCLUSIVE = "inconclusive", "Inconclusive"


class FirstImpression(models.Model):
    """What a reviewer thought before the advice was opened to them. Immutable in the database; one for each case and person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="impressions")
    recommendation = models.ForeignKey(
        "advice.Recommendation", on_delete=models.PROTECT, related_name="impressions", help_text="The advice that was closed."
    )
    outcome = models.CharField(max_length=40)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="impressions")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["case", "by"], name="review_one_impression_each")]
        indexes = [models.Index(fields=["store", "-at"], name="review_impressions")]

    def __str__(self) -> str:
        return f"{self.outcome} by {self.by_id}"


class Tick(models.Model):
    """An item of the lane's checklist that a person made sure of. Taken off again, the row goes; the history keeps both."""

    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="ticks")
    item = models.CharField(max_length=40, help_text="Key of the lane's Check.")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="ticks")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "item"], name="review_one_tick_per_item")]

    def __str__(self) -> str:
        return f"{self.item} by {self.by_id}"


class Decision(models.Model):
    """Immutable in the database. That it was undone is a superseding decision with the outcome `undo`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="decisions")
    recommendation = models.ForeignKey("advice.Recommendation", on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=40)
    overrides = models.BooleanField(help_text="Decided against the recommendation.")
    reason = models.CharField(max_length=10, help_text="Reason code of the lane.")
    note = models.TextField(blank=True)
    label = models.CharField(max_length=20, choices=Label.choices)
    source = models.CharField(max_length=20, choices=Source.choices, default=Source.PERSON)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="decisions")
    case_version = models.PositiveIntegerField()
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(fields=["case", "case_version"], name="review_one_decision_per_version"),
            models.CheckConstraint(condition=Q(overrides=False) | ~Q(note=""), name="review_override_has_a_note"),
        ]
        indexes = [
            models.Index(fields=["store", "-decided_at"], name="review_newest"),
            models.Index(fields=["by", "-decided_at"], name="review_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} ({self.reason})"
