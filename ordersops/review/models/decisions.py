"""Decisions: what was decided, by whom, on which advice. A row never changes; a later decision supersedes it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

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


TAKEN_BACK = "TAKEN_BACK"  # the reason of a decision that takes another back after it was carried out; before that it is UNDO


class Chosen(models.Model):
    """What was chosen: of a decision, and of one that waits for a second person."""

    outcome = models.CharField(max_length=40)
    terms = models.JSONField(default=dict, help_text="What the outcome means here in particular, as it was decided.")
    overrides = models.BooleanField(help_text="Decided against the recommendation.")
    reason = models.CharField(max_length=10, help_text="Reason code of the lane.")
    reason_version = models.PositiveIntegerField(null=True, help_text="As the code was worded; empty where it was as declared.")
    note = models.TextField(blank=True)
    label = models.CharField(max_length=20, choices=Label.choices)
    playbook = models.ForeignKey(
        "review.PlaybookVersion", null=True, on_delete=models.PROTECT, related_name="+", help_text="The playbook that filled it in."
    )
    playbook_kept = models.BooleanField(null=True, help_text="Whether outcome, reason and terms are those that the playbook prepared.")

    class Meta:
        abstract = True


class Decision(Chosen):
    """Immutable in the database. That it was undone is a superseding decision with the outcome `undo`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="decisions")
    recommendation = models.ForeignKey("advice.Recommendation", on_delete=models.PROTECT, related_name="decisions")
    source = models.CharField(max_length=20, choices=Source.choices, default=Source.PERSON)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="decisions")
    second = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", help_text="Who approved it where two people were needed."
    )
    proposal = models.OneToOneField(
        "review.Proposal", null=True, on_delete=models.PROTECT, related_name="decision", help_text="As it waited for a second person."
    )
    case_version = models.PositiveIntegerField()
    fitted = ArrayField(models.UUIDField(), default=list, help_text="The playbook versions that fitted when it was decided, used or not.")
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    decided_at = models.DateTimeField()

    # Set for pages:
    outcome_label: str
    tone: str
    reason_sentence: str

    class Meta:
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(fields=["case", "case_version"], name="review_one_decision_per_version"),
            models.CheckConstraint(condition=Q(second=None) | ~Q(second=F("by")), name="review_two_different_people"),
            models.CheckConstraint(condition=Q(overrides=False) | ~Q(note=""), name="review_override_has_a_note"),
        ]
        indexes = [
            models.Index(fields=["store", "-decided_at"], name="review_newest"),
            models.Index(fields=["by", "-decided_at"], name="review_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} ({self.reason})"
