"""What supervisors word and change, as rows that never change: a change is the next version, and a decision names the one that it read."""

from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.utils import timezone

from ordersops.ids import uuid7

OWN = frozenset({"id", "version", "by", "made_at"})  # what each version has for itself


Row = TypeVar("Row", bound="Versioned")


class VersionedQuerySet(models.QuerySet[Row]):
    def newest(self) -> Self:
        """The newest version of each."""
        return self.order_by(*self.model.SAME, "-version").distinct(*self.model.SAME)


class Versioned(models.Model):
    """One version of one thing. The migration of a subclass lets the database refuse every change (`deny_changes`)."""

    SAME: ClassVar[tuple[str, ...]]  # the fields that all versions of one thing share, and by which they are found

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField()
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def next(self, *, by: Any, **to: Any) -> Self:
        """Write the next version: as this one, but for `to`. The caller has locked the thing."""
        same = {field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields if field.name not in OWN}
        return type(self)._default_manager.create(**{**same, **to}, version=self.version + 1, by=by)
