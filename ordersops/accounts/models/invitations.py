"""Invitations: links by which somebody sets their first password."""

from django.db import models
from django.utils import timezone

from ordersops.accounts.models.people import User
from ordersops.ids import uuid7


class Invitation(models.Model):
    """One link for one person. It works once, until it expires or a newer one takes its place; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_sha256 = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, help_text="When the mail server took it.")
    ended_at = models.DateTimeField(null=True, help_text="When it was used, or replaced by a newer one.")
    used = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(ended_at=None), name="accounts_one_open_invitation"),
            models.CheckConstraint(condition=models.Q(used=False) | models.Q(ended_at__isnull=False), name="accounts_used_is_ended"),
        ]

    def __str__(self) -> str:
        return f"for {self.person}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()
