"""Access tokens, how much each is used, and the answers that are kept for a repeated request."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ordersops.api.scopes import Scope
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from uuid import UUID

    from ordersops.accounts.models import User


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def valid(self) -> Self:
        """Neither revoked nor run out, and of somebody who may still sign in."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), owner__is_active=True)

    def managed_by(self, user: "User", stores: "list[UUID]") -> Self:
        """Tokens of people who have a role in one of these stores, and which reach into one of them; not one's own."""
        reach = Q(stores__in=stores) | Q(all_stores=True)
        return self.filter(reach, owner__groups__store_role__store__in=stores).exclude(owner=user).distinct()


class AccessToken(models.Model):
    """A key for machines. It acts as its owner, within its scopes and stores, until it expires.

    The token itself is shown once; only its SHA-256 is kept, which is enough for 256 random bits. Scopes and stores never change.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80, help_text="What it is for, in the owner's words.")
    prefix = models.CharField(max_length=11, unique=True, help_text="Its first characters, to recognise it by.")
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20))
    all_stores = models.BooleanField(default=True, help_text="All stores of its owner, also later ones.")
    stores = models.ManyToManyField("stores.Store", related_name="+", help_text="Where it is not for all stores.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_token_expires_later"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="api_token_revoked_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.prefix

    @property
    def state(self) -> str:
        """valid, revoked, expired, or dead with its owner's account."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "valid" if self.owner.is_active else "dead"

    @property
    def scope_labels(self) -> list[str]:
        return [scope.label for scope in Scope if scope.value in self.scopes]


class Usage(models.Model):
    """Requests of a token in one minute. The table is unlogged: counting costs no write to disk, and a crash starts anew."""

    token = models.OneToOneField(AccessToken, primary_key=True, on_delete=models.CASCADE)
    minute = models.BigIntegerField(help_text="Minutes since 1970.")
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.token_id}: {self.count}"


class KeptAnswer(models.Model):
    """The answer to a request that did something, under its Idempotency-Key; written with what it did, forgotten after a day.

    The body is sealed: it may show a customer's name.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token = models.ForeignKey(AccessToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, address, conditions and body.")
    store_id = models.UUIDField(null=True, help_text="Where it was done: who lost the right to see it does not see it again here.")
    needs = models.CharField(max_length=40, blank=True, help_text="The right to see it.")
    status = models.PositiveSmallIntegerField()
    etag = models.CharField(max_length=20, blank=True)
    body = models.BinaryField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_one_answer_per_key")]
        indexes = [models.Index(fields=["at"], name="api_answers_by_age")]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def minute_of(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
