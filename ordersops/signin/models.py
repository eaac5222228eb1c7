"""For which roles a second factor is required. The factors themselves are allauth's."""

from django.db import models


class FactorRule(models.Model):
    """People with this role in the store need a second factor: without one they reach nothing but the page where they set one up."""

    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="factor_rules")
    role = models.CharField(max_length=60)
    since = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "role"], name="signin_one_rule_per_store_and_role")]

    def __str__(self) -> str:
        return f"{self.role} in {self.store_id}"
