"""What is kept beside the orders: how personal fields changed, and what a store sells in a day."""

from django.db import models

from ordersops.orders.models.order import Order


class Revision(models.Model):
    """Before and after of a personal field. The audit event names the field; the values stay here, where they can be erased."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="revisions")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    at = models.DateTimeField(help_text="Source time of the facts that brought the change.")
    field = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    # Set for pages:
    lines: list[dict[str, str]]

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["order", "id"], name="orders_revisions")]

    def __str__(self) -> str:
        return f"{self.field} changed"


class StoreDay(models.Model):
    """What a store sells in a day: the sums from which its usual amount is known without reading orders."""

    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE)
    day = models.DateField()
    orders = models.IntegerField(default=0)  # signed: a change of -1 is checked before it is added up
    total = models.DecimalField(max_digits=24, decimal_places=2, default=0)
    squares = models.DecimalField(max_digits=40, decimal_places=4, default=0, help_text="Sum of the squares of the totals.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="orders_one_row_per_store_and_day")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}: {self.orders}"
