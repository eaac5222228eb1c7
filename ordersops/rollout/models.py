"""Rollout: under which policy a lane works, how far it is automated, and the measurements that this rests on.

Everything but a standing is a row that never changes.
"""

from django.db import models
from django.db.models import F, Q

from ordersops.ids import uuid7

EVERYTHING = "everything"  # the scope without a rule
UNDO = "undo"  # the outcome of a decision that takes another back


class Mode(models.TextChoices):
    """The ladder (policies.md 4.11), lowest first."""

    OFF = "off", "Off"
    SHADOW = "shadow", "Shadow"
    ASSIST = "assist", "Assist"
    SAMPLED = "sampled", "Sampled"
    AUTO = "auto", "Auto"


LADDER: tuple[str, ...] = (Mode.OFF, Mode.SHADOW, Mode.ASSIST, Mode.SAMPLED, Mode.AUTO)
AUTOMATED = frozenset({Mode.SAMPLED, Mode.AUTO})


class PolicyVersion(models.Model):
    """The rules of one scope of a lane, as one person wrote them. In force once another has approved them. Immutable in the database.

    `store` null means every store that has none of its own. `rule` is what the evidence must say for an order to be in the
    scope: [[fact, op, value], ...], all of them; none for `everything`. `content` are the fields of rollout.content.Content.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lane = models.CharField(max_length=30)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=60, default=EVERYTHING)
    number = models.PositiveIntegerField(help_text="Counts up within lane, store and scope.")
    rule = models.JSONField(default=list)
    content = models.JSONField()
    note = models.TextField(help_text="Why it is proposed.")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-written_at"]
        constraints = [
            models.UniqueConstraint(fields=["lane", "store", "scope", "number"], nulls_distinct=False, name="rollout_policies_count_up"),
            models.CheckConstraint(
                condition=Q(scope=EVERYTHING, rule=[]) | ~Q(scope=EVERYTHING) & ~Q(rule=[]), name="rollout_scope_has_a_rule"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lane}/{self.scope}/{self.number}"

    @property
    def version(self) -> str:
        """What stands on every recommendation made under it."""
        where = f"@{self.store_id.hex[-6:]}" if self.store_id else ""
        return f"{self.lane}/{self.scope}{where}/{self.number}"


class Verdict(models.Model):
    """What a second person said to a policy version. `author` is repeated so that the database can refuse the same person."""

    policy = models.OneToOneField(PolicyVersion, on_delete=models.PROTECT, primary_key=True, related_name="verdict")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    note = models.TextField(blank=True)
    effective_from = models.DateTimeField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(author=F("by")), name="rollout_two_people"),
            models.CheckConstraint(condition=Q(approved=False) | Q(effective_from__isnull=False), name="rollout_approved_from_when"),
        ]
        indexes = [models.Index(fields=["effective_from"], condition=Q(approved=True), name="rollout_in_force")]

    def __str__(self) -> str:
        return f"{self.policy_id}: {'approved' if self.approved else 'sent back'}"


class Standing(models.Model):
    """Where a scope stands on the ladder now, and the advisor and policy on which it has earned that.

    With another advisor or policy than these two the scope is in shadow, whatever `mode` says.
    """

    lane = models.CharField(max_length=30)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=60, default=EVERYTHING)
    mode = models.CharField(max_length=20, choices=Mode.choices, default=Mode.SHADOW)
    policy_version = models.CharField(max_length=60)
    advisor = models.CharField(max_length=170, help_text="Advisor and its version.")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lane", "store", "scope"], nulls_distinct=False, name="rollout_one_standing"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="rollout_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.lane}/{self.scope}: {self.mode}"


class Step(models.Model):
    """One step up or down the ladder, with the figures on which it was taken. Immutable in the database."""

    id = models.BigAutoField(primary_key=True)
    lane = models.CharField(max_length=30)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=60)
    before = models.CharField(max_length=20, choices=Mode.choices)
    after = models.CharField(max_length=20, choices=Mode.choices)
    policy_version = models.CharField(max_length=60)
    advisor = models.CharField(max_length=170)
    because = models.CharField(max_length=300)
    figures = models.JSONField(default=dict, help_text="The gates as they were.")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["lane", "scope", "-at"], name="rollout_steps")]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"


class TrialSource(models.TextChoices):
    PERSON = "person", "A person decided"
    SAMPLED = "sampled", "A person checked a decision that would have been automatic"
    REPLAY = "replay", "A stored question was asked again"


class Trial(models.Model):
    """One piece of advice measured against what a person decided. Immutable in the database; what was undone is in `Void`.

    Rows of a replay never count towards automation, only towards assist.
    """

    id = models.BigAutoField(primary_key=True)
    lane = models.CharField(max_length=30)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=60)
    policy_version = models.CharField(max_length=60)
    advisor = models.CharField(max_length=170, help_text="Advisor and its version.")
    recommendation = models.ForeignKey("advice.Recommendation", on_delete=models.PROTECT, related_name="trials")
    decision = models.ForeignKey("review.Decision", on_delete=models.PROTECT, related_name="trials")
    advised = models.CharField(max_length=40)
    decided = models.CharField(max_length=40)
    agreed = models.BooleanField()
    source = models.CharField(max_length=20, choices=TrialSource.choices)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recommendation", "decision", "advisor", "source", "policy_version"], name="rollout_measured_once"
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "scope", "-at"], name="rollout_trials"),
            models.Index(fields=["store", "lane", "scope", "-at"], name="rollout_trials_of_store"),
            models.Index(fields=["policy_version", "advisor", "-at"], name="rollout_trials_of_version"),
            models.Index(fields=["policy_version", "advisor", "-at"], condition=Q(source="sampled"), name="rollout_checks"),
        ]

    def __str__(self) -> str:
        return f"{self.advised}, {self.decided}"


class Void(models.Model):
    """A decision that was undone: it measures nothing any more."""

    decision = models.OneToOneField("review.Decision", on_delete=models.PROTECT, primary_key=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.decision_id)


class Harm(models.Model):
    """An automatic decision that did harm, such as a dispute of an order that it released. Immutable in the database."""

    id = models.BigAutoField(primary_key=True)
    lane = models.CharField(max_length=30)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=60)
    decision = models.ForeignKey("review.Decision", on_delete=models.PROTECT, related_name="harms")
    severity = models.CharField(max_length=4, default="S1")
    why = models.CharField(max_length=300)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision"], name="rollout_one_harm_a_decision")]
        indexes = [models.Index(fields=["lane", "scope", "-at"], name="rollout_harms")]

    def __str__(self) -> str:
        return self.why


class Consideration(models.Model):
    """Whether one recommendation was turned into an automatic decision, and why not. Immutable in the database."""

    class Result(models.TextChoices):
        DECIDED = "decided", "Decided automatically"
        SAMPLED = "sampled", "Drawn for a person's check"
        PERSON = "person", "Left to a person"

    recommendation = models.OneToOneField("advice.Recommendation", on_delete=models.PROTECT, primary_key=True, related_name="consideration")
    result = models.CharField(max_length=20, choices=Result.choices)
    why = models.CharField(max_length=300, blank=True)
    decision = models.OneToOneField("review.Decision", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["result", "-at"], name="rollout_considered")]

    def __str__(self) -> str:
        return f"{self.result}: {self.why}"


class Switch(models.Model):
    """A kill switch: while it stands, nothing that matches is done by automation. Empty fields match everything.

    `effect` stops the sending of that kind of effect, whoever decided it. Taken away, or set, it works at the next claim.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lane = models.CharField(max_length=30, blank=True)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.PROTECT, related_name="+")
    effect = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=300)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lane", "store", "effect"], nulls_distinct=False, name="rollout_one_switch"),
        ]

    def __str__(self) -> str:
        return f"{self.lane or 'every lane'}: {self.why}"
