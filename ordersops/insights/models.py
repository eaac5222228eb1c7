"""Second, blind judgements of decided cases: what is to be judged again, what was answered, and who was right where two differ."""

from django.db import models
from django.db.models import F, Q

from ordersops.ids import uuid7


class Kind(models.TextChoices):
    """Why a case is judged again. Never shown to who judges it: a known answer looks like any other."""

    SAMPLED = "sampled", "Sampled"
    KNOWN = "known", "Known answer"


class Truth(models.TextChoices):
    BAD = "bad", "It was fraud"
    GOOD = "good", "It was legitimate"


class SecondReview(models.Model):
    """A decided case that waits to be judged again, by somebody else and from the evidence of that decision alone.

    While somebody is at it, `assigned_to` and `assigned_until` say who; nothing else ever changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="second_reviews")
    decision = models.OneToOneField("review.Decision", on_delete=models.PROTECT, related_name="second_review")
    recommendation = models.ForeignKey(
        "advice.Recommendation", on_delete=models.PROTECT, related_name="second_reviews", help_text="Its snapshot is what is shown."
    )
    decider = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="reviewed_again", help_text="Of the decision.")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    truth = models.CharField(max_length=20, choices=Truth.choices, blank=True, help_text="Of a known answer.")
    drawn_at = models.DateTimeField()
    assigned_to = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="second_reviews")
    assigned_until = models.DateTimeField(null=True)
    is_answered = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind="known") ^ Q(truth=""), name="insights_known_has_truth"),
            models.CheckConstraint(condition=Q(assigned_to=None) | ~Q(assigned_to=F("decider")), name="insights_not_one_s_own"),
        ]
        indexes = [
            models.Index(fields=["store", "lane", "drawn_at", "id"], condition=Q(is_answered=False), name="insights_waiting"),
            models.Index(fields=["drawn_at"], name="insights_drawn"),
        ]

    def __str__(self) -> str:
        return f"Second review {self.pk}"


class SecondAnswer(models.Model):
    """What the second person would have decided. Immutable in the database; nothing follows from it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    review = models.OneToOneField(SecondReview, on_delete=models.PROTECT, related_name="answer")
    decider = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided = models.CharField(max_length=40, help_text="The outcome of the decision.")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="second_answers")
    outcome = models.CharField(max_length=40)
    reason = models.CharField(max_length=10)
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [models.CheckConstraint(condition=~Q(by=F("decider")), name="insights_by_somebody_else")]
        indexes = [models.Index(fields=["store", "-at"], name="insights_answers")]

    def __str__(self) -> str:
        return f"{self.outcome} by {self.by_id}"


class Settlement(models.Model):
    """Which of two judgements stands, by a third person. Immutable in the database; it changes neither."""

    class Stands(models.TextChoices):
        FIRST = "first", "The decision"
        SECOND = "second", "The second review"
        EITHER = "either", "Either can be held"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    answer = models.OneToOneField(SecondAnswer, on_delete=models.PROTECT, related_name="settlement")
    stands = models.CharField(max_length=20, choices=Stands.choices)
    note = models.TextField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="settlements")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="insights_settled_with_a_note")]

    def __str__(self) -> str:
        return f"{self.stands} by {self.by_id}"
