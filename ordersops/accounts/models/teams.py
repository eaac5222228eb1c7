"""Teams: people who work together. A team can hold work; it gives no right."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Lower

from ordersops.accounts.models.people import User
from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from uuid import UUID


class TeamQuerySet(models.QuerySet["Team"]):
    def standing(self) -> Self:
        return self.filter(dissolved_at=None)

    def visible_to(self, user: User, perm: Perm = Perm.VIEW_PEOPLE) -> Self:
        """Teams that work for a store in which the person has the right."""
        from ordersops.accounts.access import store_ids

        return self.filter(pk__in=self.model._default_manager.filter(stores__in=store_ids(user, perm)).values("pk"))

    def of_store(self, store: "UUID") -> Self:
        """The teams to which work of the store can be given."""
        return self.standing().filter(stores=store)


class Team(models.Model):
    """Some people, and the stores for which they work together. Its members each keep the rights of their own roles."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)
    stores = models.ManyToManyField("stores.Store", related_name="teams")
    members = models.ManyToManyField(User, blank=True, related_name="teams")
    made_at = models.DateTimeField(auto_now_add=True)
    dissolved_at = models.DateTimeField(null=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), condition=models.Q(dissolved_at=None), name="accounts_one_team_of_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Its id as a text, for forms that offer people and teams together."""
        return str(self.pk)
