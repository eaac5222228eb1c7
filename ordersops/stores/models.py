"""Stores: one row for each sales channel connection."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7
from ordersops.sealing import SealedField

if TYPE_CHECKING:
    from ordersops.accounts.models import User


def every_day() -> list[int]:
    return list(range(7))


class StoreQuerySet(models.QuerySet["Store"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_ORDERS) -> Self:
        """The stores in which the person has the right."""
        from ordersops.accounts.access import store_ids

        return self.filter(pk__in=store_ids(user, perm))


class Store(models.Model):
    """One sales channel connection: platform, currency, time zone, secrets.

    `endpoint_id` is the unguessable part of the webhook address. A replaced webhook secret stays valid until
    `previous_secret_expires_at`, so the sender can be changed without losing a delivery.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120, unique=True)
    platform = models.CharField(max_length=30)
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.CharField(max_length=60, default="UTC")
    # When people work here: clocks of cases count these hours. Without them the clocks run around the clock.
    country = models.CharField(max_length=2, blank=True, help_text="Whose public holidays are kept; blank for none.")
    opens_at = models.TimeField(null=True)
    closes_at = models.TimeField(null=True)
    working_days = ArrayField(models.PositiveSmallIntegerField(), default=every_day, help_text="0 is Monday.")
    gross_margin = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        help_text="Percent of net sales; what an order earns where costs of its goods are not known.",
    )
    is_active = models.BooleanField(default=True)
    webhook_secret: Any = SealedField()
    previous_webhook_secret: Any = SealedField()
    previous_secret_expires_at = models.DateTimeField(null=True, blank=True)
    callback_url = models.URLField(blank=True, help_text="Where decisions are sent, signed (generic platform).")
    api_url = models.URLField(
        blank=True, help_text="Where the platform's own interface is: https://<shop>.myshopify.com, or the shop's address."
    )
    api_key: Any = SealedField(help_text="Access token, or consumer key.")
    api_secret: Any = SealedField(help_text="Consumer secret, where the platform has one.")
    helpdesk_url = models.URLField(blank=True, help_text="Where tickets are made, signed (docs/generic-contract.md).")
    helpdesk_secret: Any = SealedField(help_text="Of Standard Webhooks; the helpdesk's own, never the store's.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StoreQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        permissions = [(perm.value, perm.sentence) for perm in Perm]

    def __str__(self) -> str:
        return self.name

    @property
    def endpoint_path(self) -> str:
        return f"/hooks/{self.endpoint_id}"

    @property
    def platform_label(self) -> str:
        """The platform's name as it writes itself."""
        from ordersops.stores.platforms import platforms

        found = platforms().get(self.platform)
        return found.label if found else self.platform

    @property
    def has_api(self) -> bool:
        """Whether we can read from the store and write to it by ourselves."""
        return bool(self.api_url and self.api_key)

    def active_secrets(self, at: datetime | None = None) -> list[str]:
        """The secrets that a signature may be made with now, the current one first."""
        secrets = [self.webhook_secret]
        expires = self.previous_secret_expires_at
        if self.previous_webhook_secret and expires and expires > (at or timezone.now()):
            secrets.append(self.previous_webhook_secret)
        return secrets


class StoreUserPermission(UserObjectPermissionBase):
    """guardian's row for a right of one person in one store. Direct foreign key: no casts, and the database cascades."""

    content_object = models.ForeignKey(Store, on_delete=models.CASCADE)


class StoreGroupPermission(GroupObjectPermissionBase):
    """guardian's row for a right of one group in one store."""

    content_object = models.ForeignKey(Store, on_delete=models.CASCADE)


class StoreRole(models.Model):
    """The people who have one role in one store. The group's rights are synced from the roles as accounts/catalogue.py knows them."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=40, help_text="A role of accounts/roles.py, or the key of one that the installation made.")
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="store_role")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "role"], name="stores_one_group_per_role")]

    def __str__(self) -> str:
        return f"{self.name} in {self.store}"

    @property
    def name(self) -> str:
        """What people call the role."""
        from ordersops.accounts.catalogue import name_of

        return name_of(self.role)
