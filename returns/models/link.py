"""How a customer without a login comes to their returns: somebody knocks, and a link goes to the e-mail address of the order."""

from django.db import models
from django.db.models import Q

from ordersops.ids import uuid7


class Knock(models.Model):
    """Somebody named an order number and an address. A row is made whether there is such an order or not, and goes when it was looked at.

    The address is kept as its digest alone: mail goes to the one on the order.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=60)
    email_key = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, default="pending")
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["not_before"]
        constraints = [models.CheckConstraint(condition=Q(state="pending"), name="returns_a_knock_is_pending")]
        indexes = [models.Index(fields=["not_before"], name="returns_knocks_due")]

    def __str__(self) -> str:
        return f"Knock of {self.not_before:%Y-%m-%d %H:%M}"


class ReturnLink(models.Model):
    """A link to the returns of one order. Only digests are kept: of the link, and of the visit that it was exchanged for, once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    visit = models.CharField(max_length=64, blank=True, help_text="Digest of what the customer's browser holds.")
    visit_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["visit"], condition=~Q(visit=""), name="returns_one_visit"),
            models.CheckConstraint(condition=Q(used_at=None, visit="") | Q(used_at__isnull=False), name="returns_a_visit_used_its_link"),
        ]
        indexes = [models.Index(fields=["order", "-made_at"], name="returns_links_of_order")]

    def __str__(self) -> str:
        return f"Link of {self.made_at:%Y-%m-%d %H:%M}"
