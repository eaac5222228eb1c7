"""Calls to advisors: what was sent and answered, what it cost, and what keeps them in bounds."""

from django.db import models
from django.db.models import Q

from ordersops.ids import uuid7


class Prompt(models.Model):
    """A prompt as it was registered: the file's text under its name, which carries its version. Immutable in the database.

    A call with a text that is not registered here is refused.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    lane = models.CharField(max_length=30)
    name = models.CharField(max_length=40, unique=True, help_text="Such as fraud-1; a changed text is a new name.")
    text = models.TextField()
    registered_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.name}@{self.sha256[:8]}"


class CallOutcome(models.TextChoices):
    """What became of one call. The value is the code that a fallback names."""

    ANSWERED = "answered", "Answered"
    # try again later
    BUSY = "busy", "The service is overloaded or limits us"
    UNREACHABLE = "unreachable", "The service could not be reached"
    LATE = "late", "No whole answer within the deadline"
    BROKEN = "broken", "The service failed"
    # nothing that trying again mends: somebody has to look
    KEY = "key", "The key was refused"
    PAYMENT = "payment", "The account has no money left, or its spend limit is reached"
    REQUEST = "request", "The service refused the request"
    REDIRECT = "redirect", "The service sent us elsewhere"
    FOREIGN = "foreign", "The answer is not the service's: HTML, or another protocol"
    # what the model said cannot be used
    REFUSAL = "refusal", "The model declined to answer"
    TRUNCATED = "truncated", "The answer was cut off"
    UNREADABLE = "unreadable", "The answer is not in the form that was asked for"


class Call(models.Model):
    """One request to an advisor over the network. Immutable in the database; the bodies are kept apart, for a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    trace_id = models.CharField(max_length=32, help_text="Of the OpenTelemetry trace; one for all calls of a consultation.")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    snapshot = models.ForeignKey("advice.Snapshot", on_delete=models.PROTECT, related_name="calls")
    purpose = models.CharField(max_length=20, help_text="live, second (without the customer's text), replay or eval")
    advisor = models.CharField(max_length=40)
    model_requested = models.CharField(max_length=80)
    model_returned = models.CharField(max_length=80, blank=True)
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="calls")
    request_sha256 = models.CharField(max_length=64)
    outcome = models.CharField(max_length=20, choices=CallOutcome.choices)
    detail = models.CharField(max_length=300, blank=True, help_text="What the service said, without content of ours.")
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP status; none where no answer came.")
    stop_reason = models.CharField(max_length=40, blank=True)
    request_id = models.CharField(max_length=120, blank=True, help_text="The service's own id of the request.")
    input_tokens = models.PositiveIntegerField(default=0, help_text="Not from the cache.")
    output_tokens = models.PositiveIntegerField(default=0)
    cache_read_tokens = models.PositiveIntegerField(default=0)
    cache_write_tokens = models.PositiveIntegerField(default=0)
    cost_micros = models.PositiveBigIntegerField(default=0, help_text="Millionths of a US dollar.")
    prices = models.CharField(max_length=20, blank=True, help_text="Date of the price table.")
    latency_ms = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    called_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["store", "lane", "-called_at"], name="advice_calls"),
            models.Index(fields=["advisor", "-called_at"], name="advice_calls_of_advisor"),
            models.Index(fields=["snapshot"], name="advice_calls_on"),
        ]

    def __str__(self) -> str:
        return f"{self.advisor} {self.model_requested}: {self.outcome}"


class CallBody(models.Model):
    """Request and answer of a call, compressed and sealed (`advice.bodies`). Forgotten after ORDERSOPS_CALL_BODY_DAYS; the hash stays."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, primary_key=True, related_name="body")
    request = models.BinaryField()
    response = models.BinaryField(null=True)
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["kept_at"], name="advice_bodies_by_age")]

    def __str__(self) -> str:
        return f"bodies of {self.call_id}"


class Breaker(models.Model):
    """How an advisor has been doing: after several faults in a row it is left alone for a while."""

    advisor = models.CharField(max_length=40, primary_key=True)
    faults = models.PositiveIntegerField(default=0, help_text="In a row.")
    open_until = models.DateTimeField(null=True)
    alert = models.CharField(max_length=300, blank=True, help_text="What somebody has to look at: a refused key, no money.")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.advisor


class Spend(models.Model):
    """Money spent on advice in a store and lane on one day (UTC), in millionths of a US dollar. `reserved` is under way."""

    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    lane = models.CharField(max_length=30)
    day = models.DateField()
    spent_micros = models.PositiveBigIntegerField(default=0)
    reserved_micros = models.PositiveBigIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "lane", "day"], name="advice_one_spend_a_day"),
            models.CheckConstraint(condition=Q(spent_micros__gte=0, reserved_micros__gte=0), name="advice_spend_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.lane} {self.day}"
