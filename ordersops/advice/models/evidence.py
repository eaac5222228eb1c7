"""Frozen evidence, what the rules saw in it, and what an advisor recommends. None of it ever changes."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from ordersops.fields import PlainJSONField, PlainTextField, SubjectField
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from ordersops.advice.facts import Evidence


class QuestionState(models.TextChoices):
    PENDING = "pending", "Pending"
    ANSWERED = "answered", "Answered"
    DEAD = "dead", "Failed"


class Question(models.Model):
    """A subject that a lane must look at (again). The row is the queue; asking twice before the answer is asking once."""

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="questions")
    subject = SubjectField()
    because = models.CharField(max_length=60, help_text="The change that raised it: placed, address, payment, risk, dispute ...")
    state = models.CharField(max_length=20, choices=QuestionState.choices, default=QuestionState.PENDING)
    asked_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lane", "subject"], condition=Q(state="pending"), name="advice_one_pending_question")
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="pending"), name="advice_ready"),
            models.Index(fields=["store", "-asked_at"], condition=Q(state="dead"), name="advice_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.lane}: {self.order_id} ({self.because})"


class Snapshot(models.Model):
    """The evidence for one question: canonical JSON, named by its SHA-256. Immutable in the database."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="snapshots")
    schema = models.PositiveSmallIntegerField(default=1)
    body = PlainTextField()
    taken_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["order", "-taken_at"], name="advice_snapshots_of_order")]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def evidence(self) -> "Evidence":
        from ordersops.advice.facts import Evidence

        return Evidence.parse(self.body)


class Recommendation(models.Model):
    """What an advisor thinks of one snapshot, and how far its claims were verified. Immutable in the database."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="recommendations")
    subject = SubjectField()
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="recommendations")
    advisor = models.CharField(max_length=40)
    advisor_version = models.CharField(max_length=120, help_text="Version of weights; of a model: model, effort and prompt.")
    chosen_because = models.CharField(max_length=200, blank=True, help_text="Why this advisor, or why the scorecard stands in for it.")
    policy_version = models.CharField(max_length=60)
    scope = models.CharField(max_length=60, default="everything", help_text="Scope of the policy under which it was asked.")
    mode = models.CharField(max_length=20, default="shadow", help_text="Mode of rollout under which it was asked.")
    shown = models.BooleanField(default=True, help_text="Advice for the desk; in shadow a model's advice is only measured.")
    outcome = models.CharField(max_length=40)
    terms = PlainJSONField(
        default=dict, help_text="What the outcome means here in particular, as the lane's rules computed it from the snapshot."
    )
    score = models.PositiveSmallIntegerField(help_text="0 to 100; higher is riskier.")
    band = models.CharField(max_length=20)
    confidence = models.CharField(max_length=20)
    justification = models.TextField(help_text="Composed by us from the verified claims.")
    claims = PlainJSONField(default=list, help_text="[{fact, op, value, direction, verified, actual, sentence}]")
    faults = models.JSONField(default=list, help_text="[{code, about}]: what is wrong with the answer beyond single claims (verify.py).")
    set_aside = models.JSONField(default=list, help_text="[{signal, reason}]: signals that the advisor does not follow.")
    prose = models.TextField(blank=True, help_text="The model's own words, personal values still as tokens.")
    draft = models.TextField(blank=True, help_text="A message to the customer, personal values still as tokens.")
    without_customer = models.JSONField(
        default=dict, help_text="{outcome, score} of the second question, without the customer's text; empty where it was not asked."
    )
    rests_on_customer = models.BooleanField(default=False, help_text="The outcome changes without what the customer wrote.")
    call = models.ForeignKey("advice.Call", null=True, on_delete=models.PROTECT, related_name="recommendations")
    missing = models.JSONField(default=list, help_text="Keys of facts that were not available.")
    alternatives = models.JSONField(default=list, help_text="[{outcome, why_not}]")
    verified = models.BooleanField(help_text="Every claim holds in the snapshot, and the answer has no fault.")
    advised_at = models.DateTimeField()

    # Set for pages:
    outcome_label: str
    advisor_label: str

    class Meta:
        indexes = [
            models.Index(fields=["order", "-advised_at"], name="advice_of_order"),
            models.Index(fields=["store", "lane", "-advised_at"], name="advice_by_lane"),
            models.Index(fields=["advised_at"], condition=Q(mode__in=["sampled", "auto"], shown=True), name="advice_to_automate"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} ({self.score})"


class Signal(models.Model):
    """One thing that the rules saw in a snapshot. Rules that saw nothing leave no row. Immutable in the database."""

    id = models.BigAutoField(primary_key=True)
    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="signals")
    key = models.CharField(max_length=60)
    group = models.CharField(max_length=30)
    state = models.CharField(max_length=20, help_text="fired, clearing or unavailable")
    points = models.SmallIntegerField(help_text="For (positive) or against (negative) risk; 0 when unavailable.")
    facts: Any = models.JSONField(default=list, help_text="Keys of the facts it rests on.")
    says = models.CharField(max_length=300)

    # Set for pages:
    claims_checked: list[dict[str, Any]]
    width: int
    set_aside: str

    class Meta:
        indexes = [models.Index(fields=["recommendation"], name="advice_signals")]

    def __str__(self) -> str:
        return f"{self.key} {self.points:+d}"
