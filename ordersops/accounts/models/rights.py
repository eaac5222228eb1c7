"""Rights in rows: roles of one's own, who has which role since when, and the changes that two people make together."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from ordersops.accounts.models.people import User
from ordersops.ids import uuid7

if TYPE_CHECKING:
    from uuid import UUID


class CustomRole(models.Model):
    """A role that this installation made for itself. Held per store like those of the table in roles.py."""

    key = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=60)
    based_on = models.CharField(max_length=40, help_text="The role whose rights it started from.")
    perms = models.JSONField(default=list, help_text="Its rights, by name.")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), condition=Q(retired_at=None), name="accounts_one_role_of_a_name"),
            models.CheckConstraint(condition=Q(key__startswith="own-"), name="accounts_own_role_has_own_key"),
        ]

    def __str__(self) -> str:
        return self.name


class ChangeKind(models.TextChoices):
    GIVE = "give", "Give a role"
    TAKE = "take", "Take a role away"
    REOPEN = "reopen", "Open a closed account again"
    MAKE = "make", "Make a role"
    EDIT = "edit", "Change a role"
    RETIRE = "retire", "Retire a role"


class ChangeState(models.TextChoices):
    ASKED = "asked", "Waits for a second person"
    APPROVED = "approved", "Approved"
    SENT_BACK = "sent_back", "Sent back"
    WITHDRAWN = "withdrawn", "Withdrawn"


TRANSITIONS: dict[str, frozenset[str]] = {
    ChangeState.ASKED: frozenset({ChangeState.APPROVED, ChangeState.SENT_BACK, ChangeState.WITHDRAWN}),
    ChangeState.APPROVED: frozenset(),
    ChangeState.SENT_BACK: frozenset(),
    ChangeState.WITHDRAWN: frozenset(),
}
ABOUT_PEOPLE = (ChangeKind.GIVE, ChangeKind.TAKE, ChangeKind.REOPEN)
IN_A_STORE = (ChangeKind.GIVE, ChangeKind.TAKE)


class RightsChangeQuerySet(models.QuerySet["RightsChange"]):
    def waiting(self) -> Self:
        return self.filter(state=ChangeState.ASKED)


class RightsChange(models.Model):
    """What one person asked to change about rights, and what a second one said to it.

    The content never changes, and an answer is given once: a trigger refuses both. The same person can neither ask and approve
    nor take part in a change of their own rights: the constraints refuse it.

    `content` is what holds afterwards: {name, perms} of the role that is given, taken, made or changed (with `based_on`), or
    {roles: [[store, role], ...]} of an account that opens again. `before` is what held when it was asked for.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=ChangeKind.choices)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="rights_changes")
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, blank=True)
    content: Any = models.JSONField()
    before: Any = models.JSONField(default=dict)
    why = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=20, choices=ChangeState.choices, default=ChangeState.ASKED)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    objects = RightsChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ChangeState.values), name="accounts_change_state_known"),
            models.CheckConstraint(
                condition=Q(kind__in=IN_A_STORE, person__isnull=False, store__isnull=False) & ~Q(role="")
                | Q(kind=ChangeKind.REOPEN, person__isnull=False, store=None, role="")
                | Q(kind__in=[ChangeKind.MAKE, ChangeKind.EDIT, ChangeKind.RETIRE], person=None, store=None) & ~Q(role=""),
                name="accounts_change_is_about_something",
            ),
            models.CheckConstraint(
                condition=Q(state=ChangeState.ASKED, answered_by=None, answered_at=None)
                | ~Q(state=ChangeState.ASKED) & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="accounts_change_is_answered_by_someone",
            ),
            models.CheckConstraint(condition=Q(person=None) | ~Q(person=F("asked_by")), name="accounts_nobody_asks_for_themselves"),
            models.CheckConstraint(
                condition=Q(answered_by=None)
                | Q(state=ChangeState.WITHDRAWN) & Q(answered_by=F("asked_by"))
                | ~Q(state=ChangeState.WITHDRAWN) & ~Q(answered_by=F("asked_by")),
                name="accounts_two_different_people",
            ),
            models.CheckConstraint(
                condition=Q(person=None) | Q(answered_by=None) | ~Q(answered_by=F("person")), name="accounts_nobody_approves_themselves"
            ),
            models.UniqueConstraint(
                fields=["person", "store", "role"],
                condition=Q(state=ChangeState.ASKED, kind__in=IN_A_STORE),
                name="accounts_one_open_change_of_a_role",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state=ChangeState.ASKED, kind=ChangeKind.REOPEN), name="accounts_one_open_reopening"
            ),
            models.UniqueConstraint(
                fields=["role"],
                condition=Q(state=ChangeState.ASKED, kind__in=[ChangeKind.MAKE, ChangeKind.EDIT, ChangeKind.RETIRE]),
                name="accounts_one_open_change_to_a_role",
            ),
        ]
        indexes = [models.Index(fields=["-asked_at"], condition=Q(state=ChangeState.ASKED), name="accounts_changes_waiting")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_open(self) -> bool:
        return self.state == ChangeState.ASKED

    @property
    def about_a_person(self) -> bool:
        return self.kind in ABOUT_PEOPLE

    @property
    def role_name(self) -> str:
        """The name of the role as it was when this was asked."""
        return str(self.content.get("name", self.role))

    def stores_named(self) -> "list[UUID]":
        """The stores that the content itself names."""
        from uuid import UUID

        return [self.store_id] if self.store_id else [UUID(store) for store, _ in self.content.get("roles", [])]


class Grant(models.Model):
    """Since when a person has a role in a store, and on whose word. Ended, never deleted; the group says what holds now.

    The system (the command line) gives alone; of people, one asked (`given_by`) and another approved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40)
    since = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    change = models.OneToOneField(RightsChange, null=True, on_delete=models.PROTECT, related_name="grant")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(fields=["person", "store", "role"], condition=Q(ended_at=None), name="accounts_one_grant_of_a_role"),
            models.CheckConstraint(condition=Q(change=None) | Q(approved_by__isnull=False), name="accounts_grant_is_approved"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("given_by")) & ~Q(approved_by=F("person")) & ~Q(given_by=F("person")),
                name="accounts_grant_by_two_others",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role} in {self.store_id}"
