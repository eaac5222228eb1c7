"""Views of a list that somebody kept: its filters under a name, for oneself or for the people of a store."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from ordersops.ids import uuid7

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: "User") -> Self:
        """One's own, and those shared with a store in which one has a role."""
        from ordersops.accounts.access import store_ids
        from ordersops.accounts.roles import Perm

        return self.filter(Q(owner=user) | Q(store__in=store_ids(user, Perm.VIEW_ORDERS)))


class SavedView(models.Model):
    """Only the filters are kept. What they show is asked anew each time, with the rights of whoever looks."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.CASCADE, related_name="+", help_text="Shared with its people.")
    path = models.CharField(max_length=100, help_text="The list's address, such as /queues/fraud/.")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    # Set for pages:
    here: bool
    may_delete: bool

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "path", "name"], name="search_one_view_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path
