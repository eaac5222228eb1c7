"""Consultations: snapshots that wait for an advisor over the network. The row is the queue."""

from django.db import models
from django.db.models import Q

from ordersops.ids import uuid7


class ConsultationState(models.TextChoices):
    PENDING = "pending", "Waiting for the advisor"
    ANSWERED = "answered", "Answered"
    GIVEN_UP = "given_up", "Without an answer; the scorecard's advice stands"
    OVERTAKEN = "overtaken", "Newer facts came first"


class Consultation(models.Model):
    """One snapshot put to an advisor. The scorecard has answered already; its advice stands until, and unless, a better one comes.

    Scope, mode and policy are those in force when it was asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="consultations")
    baseline = models.ForeignKey("advice.Recommendation", on_delete=models.PROTECT, related_name="consultations")
    advisor = models.CharField(max_length=40)
    chosen_because = models.CharField(max_length=200, help_text="Why this advisor.")
    scope = models.CharField(max_length=60)
    mode = models.CharField(max_length=20)
    policy_version = models.CharField(max_length=60)
    second = models.BooleanField(default=False, help_text="Ask again without the customer's text.")
    state = models.CharField(max_length=20, choices=ConsultationState.choices, default=ConsultationState.PENDING)
    why = models.CharField(max_length=300, blank=True, help_text="Why there is no answer, in a sentence.")
    code = models.CharField(max_length=20, blank=True, help_text="A CallOutcome, or budget, breaker, prompt, stopped.")
    asked_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True)
    answer = models.OneToOneField("advice.Recommendation", null=True, on_delete=models.PROTECT, related_name="consultation")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["baseline"], name="advice_consulted_once")]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="pending"), name="advice_to_consult"),
            models.Index(fields=["order", "-asked_at"], name="advice_consulted_on"),
        ]

    def __str__(self) -> str:
        return f"{self.advisor} on {self.order_id}: {self.state}"
