"""What is kept beside a request: its checks, its photos, and the acts that settle it."""

from django.db import models

from ordersops.ids import uuid7
from returns.models.request import ReturnLine, ReturnRequest


class CheckRow(models.Model):
    """One check of one line, as it came out. Never changes; a request that is judged again gets twelve new rows."""

    line = models.ForeignKey(ReturnLine, on_delete=models.CASCADE, related_name="checks")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    snapshot = models.CharField(max_length=64, help_text="SHA-256 of the evidence on which it was made.")
    number = models.PositiveSmallIntegerField()
    check_key = models.CharField(max_length=20)
    policy = models.CharField(max_length=60)
    inputs = models.JSONField(default=dict)
    result = models.CharField(max_length=20)
    code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(auto_now_add=True)

    # Set for pages:
    label: str
    tone: str
    said: str

    class Meta:
        ordering = ["line", "-at", "number"]
        constraints = [
            models.UniqueConstraint(fields=["line", "snapshot", "number"], name="returns_one_row_per_check"),
            models.CheckConstraint(condition=models.Q(number__gte=1, number__lte=12), name="returns_twelve_checks"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.check_key}: {self.result}"


class Photo(models.Model):
    """A picture that the customer sent: drawn anew, without metadata, sealed at rest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    line = models.ForeignKey(ReturnLine, on_delete=models.CASCADE, related_name="photos")
    kind = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="Bytes, as it is served.")
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField(help_text="Sealed; see returns/photos.py.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["line", "sha256"], name="returns_one_of_each_photo")]

    def __str__(self) -> str:
        return f"Photo of {self.line_id}"


class ReturnAct(models.Model):
    """An effect that settles the request: money or goods that go to the customer."""

    request = models.ForeignKey(ReturnRequest, on_delete=models.CASCADE, related_name="acts")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    effect = models.OneToOneField("effects.Effect", on_delete=models.PROTECT, related_name="return_act")
    line = models.ForeignKey(ReturnLine, null=True, on_delete=models.CASCADE, related_name="acts")

    class Meta:
        ordering = ["effect"]

    def __str__(self) -> str:
        return str(self.effect)
