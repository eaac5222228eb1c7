"""What happened: events on hash chains, the chains' heads, and signed checkpoints. The database fills and guards the rows."""

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from ordersops.accounts.roles import Perm
from ordersops.audit.verbs import Verb, describe

if TYPE_CHECKING:
    from ordersops.accounts.models import User


# What tells of advice and decisions.
ABOUT_CASES = [verb for verb in Verb if verb.partition(".")[0] in {"case", "decision", "effect"}] + [Verb.ORDER_ASSESSED, Verb.RISK_CHANGED]


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_AUDIT) -> Self:
        """Events of the stores whose history the person may search (or, with EXPORT_AUDIT, take out).

        Events of no store (people, keys) are seen by those who have that right in every active store.
        """
        from ordersops.accounts.access import store_ids

        stores = store_ids(user, perm)
        seen = Q(store__in=stores)
        if stores and not apps.get_model("stores", "Store").objects.filter(is_active=True).exclude(pk__in=stores).exists():
            seen |= Q(store__isnull=True)
        return self.filter(seen)

    def timeline_for(self, *, order: Any = None, case: Any = None, person: Any = None) -> Self:
        """Newest first: what happened to the order (also through a case about many orders), to the case, or by and to the person.

        Exactly one of them, as instance or id.
        """
        (key, subject), *more = [(key, s) for key, s in (("order", order), ("case", case), ("person", person)) if s is not None]
        if more:
            raise TypeError("timeline_for takes one subject")
        pk: UUID = getattr(subject, "pk", subject)
        if key == "order":
            # Ids and not a subquery: with an OR over one, the planner walks the whole history.
            attacks = list(apps.get_model("cases", "Member").objects.filter(order=pk).values_list("case", flat=True))
            return self.filter(Q(order=pk) | Q(case__in=attacks) if attacks else Q(order=pk)).newest_first()
        if key == "case":
            return self.filter(case=pk).newest_first()
        return self.filter(Q(actor=pk) | Q(stream=f"user:{pk}")).newest_first()

    def shown_to(self, user: "User", store: UUID) -> Self:
        """A timeline as this person may read it: advice, decisions and what follows from them are for those who may see cases,
        refused attempts for those who may search the history."""
        from ordersops.accounts.access import can

        events = self if can(user, Perm.VIEW_CASES, store) else self.filter(case__isnull=True).exclude(verb__in=ABOUT_CASES)
        return events if can(user, Perm.VIEW_AUDIT, store) else events.exclude(verb=Verb.ACCESS_REFUSED)

    def newest_first(self) -> Self:
        """By id, which every index serves. It is the order of time but for writers that waited for each other."""
        return self.order_by("-id")


class Event(models.Model):
    """One line of the history. Written by `actions.record` alone.

    A trigger sets epoch, xid, at, seq, prev and hash (chain.py says over what); others refuse UPDATE, DELETE and TRUNCATE.
    The foreign keys have no constraint: an event outlives what it is about.
    """

    id = models.BigAutoField(primary_key=True)
    stream = models.CharField(max_length=80, db_collation="C", help_text="order:<id>, case:, user:, refused:, store:<id> or system")
    seq = models.BigIntegerField(help_text="Place in the stream, from 1.")
    epoch = models.BigIntegerField(help_text="The database cluster that wrote it: transaction ids restart in a new one.")
    xid = models.BigIntegerField(help_text="The transaction that wrote it.")
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    actor_name = models.CharField(max_length=120, help_text="As it was then.")
    verb = models.CharField(max_length=40)
    payload = models.TextField(help_text="JSON, hashed as these bytes.")
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    order = models.ForeignKey("orders.Order", null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    request_id = models.CharField(max_length=64, help_text="Groups what one gesture caused.")
    prev = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="audit_one_event_per_place")]
        indexes = [
            models.Index("order", "id", condition=Q(order__isnull=False), name="audit_of_order"),
            models.Index("case", "id", condition=Q(case__isnull=False), name="audit_of_case"),
            models.Index("store", "id", name="audit_of_store"),
            models.Index("actor", "id", name="audit_by_actor"),
            models.Index("verb", "id", name="audit_by_verb"),
            BrinIndex(fields=["xid"], pages_per_range=32, autosummarize=True, name="audit_by_transaction"),
            BrinIndex(fields=["at"], pages_per_range=32, autosummarize=True, name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @cached_property
    def data(self) -> dict[str, Any]:
        """The payload. Money is text with its digits, times are ISO 8601 in UTC. Empty for a row that somebody spoilt: pages go on."""
        try:
            read = json.loads(self.payload)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    @cached_property
    def sentence(self) -> str:
        """What happened, as one plain sentence without personal data of customers."""
        return describe(self)

    @cached_property
    def changes(self) -> list[dict[str, str]]:
        """Before and after of each field that the event tells of. Values of personal fields are not in the history (orders/revisions.py)."""
        changed = self.data.get("changed")
        return [
            {
                "label": str(field).replace("_", " ").capitalize(),
                "before": _shown(change.get("before")),
                "after": _shown(change.get("after")),
            }
            for field, change in (changed.items() if isinstance(changed, dict) else ())
            if isinstance(change, dict) and not change.get("changed")
        ]

    @property
    def verb_label(self) -> str:
        verb = Verb.named(self.verb)
        return verb.label if verb else self.verb


def _shown(value: Any) -> str:
    return "" if value is None else str(value)[:200]


class Head(models.Model):
    """The end of a stream. Only the event trigger writes here; locking the row is what orders the writers of one stream."""

    stream = models.CharField(max_length=80, primary_key=True, db_collation="C")
    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.stream} at {self.seq}"


class Checkpoint(models.Model):
    """A signed Merkle root over the events whose transaction ids lie in [low, high) of one epoch. Never changes."""

    number = models.BigIntegerField(primary_key=True)
    epoch = models.BigIntegerField()
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    size = models.BigIntegerField(help_text="How many events.")
    at = models.DateTimeField()
    root = models.BinaryField(max_length=32)
    prev = models.BinaryField(max_length=32, help_text="Hash of the previous checkpoint.")
    hash = models.BinaryField(max_length=32)
    public_key = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Checkpoint {self.number} over {self.size} events"
