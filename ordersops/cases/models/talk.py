"""What colleagues say about a case: comments, questions to somebody, files."""

from django.db import models
from django.db.models import Q

from ordersops.cases.models.case import Case
from ordersops.ids import uuid7


class Comment(models.Model):
    """One thing said, in the person's own words. The history names it by its id and never holds its text."""

    class Kind(models.TextChoices):
        COMMENT = "comment", "said"
        QUESTION = "question", "asked"
        ANSWER = "answer", "answered"
        ASSIGNED = "assigned", "assigned it"
        ESCALATED = "escalated", "escalated it"
        HANDED_BACK = "handed_back", "handed it back"
        SNOOZED = "snoozed", "put it aside"
        REOPENED = "reopened", "opened it again"
        REQUESTED = "requested", "asked for the review"
        DEADLINE = "deadline", "moved the deadline"
        FILE = "file", "attached a file"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.COMMENT)
    text = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["case", "at", "id"], name="cases_conversation")]

    def __str__(self) -> str:
        return f"{self.by} {self.get_kind_display()}"


class Mention(models.Model):
    """A colleague was asked. Open until they say something on the case."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="mentions")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="cases_asked_once")]
        indexes = [models.Index(fields=["person", "case"], condition=Q(answered_at=None), name="cases_asked_of")]

    def __str__(self) -> str:
        return f"{self.person} was asked"


class Attachment(models.Model):
    """A file that belongs to a comment. The content is sealed, and of a type that was found in it, not believed of its name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, help_text="The content type that it is served with.")
    size = models.PositiveIntegerField(help_text="Bytes, as it is served.")
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField(help_text="Sealed; see cases.files.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["case", "at"], name="cases_files")]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """Somebody has the case open. The table is unlogged: losing it in a crash loses nothing."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="present")
    person = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="cases_present_once")]
        indexes = [models.Index(fields=["store", "seen_at"], name="cases_present")]

    def __str__(self) -> str:
        return f"{self.person} has it open"
