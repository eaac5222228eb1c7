"""Block and allow lists of the fraud lane."""

from django.db import models

from ordersops.ids import uuid7


class ListKind(models.TextChoices):
    BLOCK = "block", "Block"
    ALLOW = "allow", "Allow"


class ListedKey(models.TextChoices):
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    IP = "ip", "IP address"
    CARD = "card", "Card"
    SHIP = "ship", "Shipping address"
    DEVICE = "device", "Device"


class ListEntry(models.Model):
    """A key that is blocked or trusted in one store. The digest is that of orders/keys.py, so no plain value is needed to match."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=ListKind.choices)
    key = models.CharField(max_length=10, choices=ListedKey.choices)
    digest = models.BigIntegerField()
    note = models.CharField(max_length=300)
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT)
    added_at = models.DateTimeField(auto_now_add=True)

    # Set for pages:
    carried: str
    may_remove: bool

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "key", "digest"], name="fraud_listed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
