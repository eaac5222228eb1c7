"""Decisions that wait for a second person (law 16). Nothing leaves while they wait; the holds stay."""

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7
from ordersops.review.models.decisions import Chosen

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.cases.lanes import Outcome


class ProposalState(models.TextChoices):
    WAITING = "waiting", "Waiting for a second person"
    APPROVED = "approved", "Approved by a second person"
    SENT_BACK = "sent_back", "Sent back"
    OTHERWISE = "otherwise", "Decided otherwise"
    TAKEN_BACK = "taken_back", "Taken back"
    GONE = "gone", "Nothing was left to decide"


P = ProposalState
# A second person's word: it is never one of those who had a say before.
BY_SECOND = (P.APPROVED, P.SENT_BACK, P.OTHERWISE)
TRANSITIONS: dict[str, frozenset[str]] = {
    P.WAITING: frozenset({P.APPROVED, P.SENT_BACK, P.OTHERWISE, P.TAKEN_BACK, P.GONE}),
    **{state: frozenset() for state in P.values if state != P.WAITING},
}


class Bulk(models.Model):
    """One decision about many cases, each of which waits for a second person by itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lane = models.CharField(max_length=30)
    outcome = models.CharField(max_length=40)
    reason = models.CharField(max_length=10)
    note = models.TextField(blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked = models.PositiveIntegerField(help_text="Cases that were chosen.")
    left_out = models.JSONField(default=list, help_text="[case id, why] of those that could not be taken.")
    at = models.DateTimeField(auto_now_add=True)

    # Set for pages:
    outcome_of: "Outcome | None"
    rows_waiting: int

    def __str__(self) -> str:
        return f"{self.outcome} of {self.asked} cases"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_CASES) -> Self:
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))

    def waiting(self) -> Self:
        return self.filter(state=P.WAITING)

    def for_second(self, user: "User") -> Self:
        """Those that this person may judge: with the right, and without having had a say already."""
        return self.waiting().visible_to(user, Perm.APPROVE_SECOND).exclude(parties__contains=[user.pk])


class Proposal(Chosen):
    """What the first person decided. Settled once: by a second person, by the first who takes it back, or because the case is gone.

    `parties` are all who had a say in it so far: the first person, and whoever's decision this one stands against.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="proposals")
    bulk = models.ForeignKey(Bulk, null=True, on_delete=models.PROTECT, related_name="proposals")
    recommendation = models.ForeignKey("advice.Recommendation", on_delete=models.PROTECT, related_name="+")
    why_two = models.JSONField(default=list, help_text="Why two people are needed, in sentences.")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="proposals")
    parties = ArrayField(models.UUIDField())
    instead_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    case_version = models.PositiveIntegerField(help_text="Of the case while it waits: a newer one means that advice arrived since.")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=P.choices, default=P.WAITING)
    settled_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_note = models.TextField(blank=True)

    # Set for pages:
    outcome_of: "Outcome | None"
    reason_sentence: str
    changed_since: bool

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="waiting"), name="review_one_proposal_waits"),
            models.CheckConstraint(condition=Q(state__in=P.values), name="review_proposal_state_known"),
            models.CheckConstraint(condition=Q(parties__contains=[F("by")]), name="review_first_person_is_a_party"),
            # Law 16: who had a say in it is never the second person.
            models.CheckConstraint(
                condition=~Q(state__in=BY_SECOND) | Q(settled_by__isnull=False) & ~Q(parties__contains=[F("settled_by")]),
                name="review_second_person_is_another",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True) | ~Q(state="waiting") & Q(settled_at__isnull=False),
                name="review_proposal_settled_when",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "proposed_at"], condition=Q(state="waiting"), name="review_second_queue"),
            models.Index(fields=["by", "-proposed_at"], name="review_proposed_by_person"),
            models.Index(fields=["store", "-settled_at"], condition=Q(settled_at__isnull=False), name="review_settled_newest"),
            models.Index(fields=["bulk"], condition=Q(bulk__isnull=False), name="review_rows_of_bulk"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} ({self.reason}), {self.get_state_display().lower()}"
