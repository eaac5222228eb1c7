"""What people note before they decide: first impressions, and ticks of the checklist."""

from django.db import models

from ordersops.ids import uuid7


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

    # Set for pages:
    outcome_label: str
    tone: str
    as_advised: bool

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
