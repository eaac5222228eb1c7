"""Playbooks as data: what to do in a situation that comes again, written by supervisors. A row never changes; a change is a new version."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from ordersops.ids import uuid7
from ordersops.review.models.versioned import Versioned, VersionedQuerySet

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.cases.lanes import Outcome
    from ordersops.review.figures import Figures


class Playbook(models.Model):
    """What its versions are versions of. `key` is the declared one, or made from the first name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lane = models.CharField(max_length=20)
    key = models.SlugField(max_length=60)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.PROTECT, help_text="Empty: for all stores.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lane", "key"], name="review_one_playbook_per_key")]

    def __str__(self) -> str:
        return f"{self.lane}/{self.key}"


class PlaybookVersionQuerySet(VersionedQuerySet["PlaybookVersion"]):
    def visible_to(self, user: "User") -> Self:
        """Those of all stores, and those of stores whose cases the person sees."""
        from ordersops.accounts.access import store_ids
        from ordersops.accounts.roles import Perm

        seen = store_ids(user, Perm.VIEW_CASES)
        return self.filter(Q(playbook__store=None) | Q(playbook__store__in=seen)) if seen else self.none()

    def current(self, lane: str, stores: Iterable[UUID] | None = None) -> list["PlaybookVersion"]:
        """The playbooks of a lane as they are now, retired ones too, by name; with `stores`, those of all stores and of these."""
        rows = self.filter(playbook__lane=lane).select_related("playbook__store", "by")
        if stores is not None:
            rows = rows.filter(Q(playbook__store=None) | Q(playbook__store__in=list(stores)))
        return sorted(rows.newest(), key=lambda row: (row.name.casefold(), row.pk))


class PlaybookVersion(Versioned):
    """One version of one playbook. Immutable in the database.

    Without an outcome it only says what to do. With one it fills in the confirm step of a decision, and never commits.
    """

    SAME: ClassVar[tuple[str, ...]] = ("playbook",)

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(max_length=80)
    conditions = models.JSONField(help_text="[fact, operator, value] each; it fits where all of them hold.")
    steps = models.JSONField(default=list, help_text="Sentences, in their order.")
    outcome = models.CharField(max_length=40, blank=True, help_text="What it prepares; empty for nothing.")
    reason = models.CharField(max_length=10, blank=True, help_text="Reason code where the outcome is as advised.")
    reason_against = models.CharField(max_length=10, blank=True, help_text="Reason code where it is against the advice.")
    terms = models.JSONField(default=dict, help_text="Words that go into the outcome's terms, by field.")
    note = models.TextField(blank=True)

    # Set for pages:
    when: list[str]
    outcome_of: "Outcome | None"
    reason_words: str
    against_words: str
    figures: "Figures"

    objects = PlaybookVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["playbook", "version"], name="review_one_playbook_per_version")]

    def __str__(self) -> str:
        return self.name

    @property
    def lane(self) -> str:
        return self.playbook.lane
