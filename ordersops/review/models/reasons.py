"""Reason codes as data: what reviewers choose from, worded and ordered by supervisors. A row never changes; a change is a new version."""

from typing import ClassVar

from django.db import models

from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import Reason, lanes
from ordersops.review.models.decisions import Label
from ordersops.review.models.versioned import Versioned, VersionedQuerySet


class ReasonCodeQuerySet(VersionedQuerySet["ReasonCode"]):
    def current(self, lane: str) -> list["ReasonCode"]:
        """The codes of a lane as they are now, retired ones too, in their order."""
        return sorted(self.filter(lane=lane).newest(), key=lambda row: (row.rank, row.code))


class ReasonCode(Versioned):
    """One version of one code. Immutable in the database.

    Texts, order, default and whether it is offered are written here. What follows from a code (outcomes, label, right, second
    person) is declared with the lane, and a new code takes it from one that is there: it needs no second person (law 16).
    """

    SAME: ClassVar[tuple[str, ...]] = ("lane", "code")

    lane = models.CharField(max_length=20)
    code = models.CharField(max_length=10)
    text = models.CharField(max_length=120, help_text="What reviewers read.")
    customer_text = models.CharField(max_length=500, blank=True, help_text="What the customer may be told.")
    outcomes = models.JSONField(default=list)
    label = models.CharField(max_length=20, choices=Label.choices)
    overrides = models.BooleanField(default=False)
    needs = models.CharField(max_length=40, blank=True, help_text="A further right.")
    two = models.BooleanField(default=False, help_text="Always needs a second person.")
    default = models.BooleanField(default=False, help_text="Taken where advice is approved without choosing one.")
    rank = models.PositiveIntegerField()

    objects = ReasonCodeQuerySet.as_manager()

    class Meta:
        ordering = ["lane", "rank", "code", "-version"]
        constraints = [models.UniqueConstraint(fields=["lane", "code", "version"], name="review_one_reason_per_version")]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def reason(self) -> Reason:
        """As the lanes know it."""
        needs = Perm[self.needs.upper()] if self.needs else None
        return Reason(
            self.code, self.text, frozenset(self.outcomes), self.label, overrides=self.overrides, needs=needs,
            default=self.default, two=self.two, customer_text=self.customer_text, version=self.version,
        )  # fmt: skip


class Words:
    """What the codes of decisions say, each as it was worded when it was chosen. One query for all lanes."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str, int | None], str] = {
            (lane.key, reason.code, None): reason.sentence for lane in lanes().values() for reason in lane.reasons
        }
        for lane, code, version, text in ReasonCode.objects.order_by("version").values_list("lane", "code", "version", "text"):
            self._said[lane, code, version] = self._said[lane, code, None] = text

    def of(self, lane: str, code: str, version: int | None = None) -> str:
        """The sentence, or "" for no such code."""
        return self._said.get((lane, code, version)) or self._said.get((lane, code, None), "")
