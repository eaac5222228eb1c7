"""Replays: old questions put to an advisor again. They change nothing but these rows."""

from django.db import models

from ordersops.ids import uuid7


class Replay(models.Model):
    """One run over stored snapshots. `asked` counts down to what was found; a run goes on where it was cut off."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lane = models.CharField(max_length=30)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.PROTECT)
    advisor = models.CharField(max_length=40)
    advisor_version = models.CharField(max_length=120)
    because = models.CharField(max_length=200, help_text="A command, or the change that made automation fall back.")
    filters = models.JSONField(default=dict)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    # Set for pages:
    dollars: float

    class Meta:
        indexes = [models.Index(fields=["lane", "-started_at"], name="advice_replays")]

    def __str__(self) -> str:
        return f"{self.advisor_version} on {self.lane}"


class ReplayAnswer(models.Model):
    """What the advisor says now of one old recommendation's snapshot, beside what was advised and decided then."""

    id = models.BigAutoField(primary_key=True)
    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, related_name="answers")
    recommendation = models.ForeignKey("advice.Recommendation", on_delete=models.PROTECT, related_name="replays")
    decided = models.CharField(max_length=40, blank=True, help_text="What a person decided on it; empty where nobody has.")
    outcome = models.CharField(max_length=40, blank=True, help_text="Empty where there was no answer.")
    score = models.PositiveSmallIntegerField(null=True)
    claims = models.PositiveSmallIntegerField(default=0)
    claims_verified = models.PositiveSmallIntegerField(default=0)
    verified = models.BooleanField(default=False)
    flipped = models.BooleanField(default=False, help_text="Another outcome than was advised then.")
    differs = models.CharField(
        max_length=200, blank=True, help_text="Of the scorecard, which answers the same to the bit: what is not as it was, and why."
    )
    code = models.CharField(max_length=20, help_text="A CallOutcome; `answered` of the scorecard too.")
    cost_micros = models.PositiveBigIntegerField(default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    call = models.ForeignKey("advice.Call", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["replay", "recommendation"], name="advice_replayed_once")]
        indexes = [models.Index(fields=["replay"], condition=models.Q(flipped=True), name="advice_flips")]

    def __str__(self) -> str:
        return f"{self.outcome} for {self.recommendation_id}"
