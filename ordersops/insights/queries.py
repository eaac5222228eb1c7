"""Reads of second reviews: who may judge what, and what was answered."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ordersops.accounts.access import store_ids
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lanes
from ordersops.insights.models import SecondReview
from ordersops.lists import CAP

if TYPE_CHECKING:
    from ordersops.accounts.models import User


def reach(user: "User") -> dict[str, list[UUID]]:
    """The stores in which the person decides, by lane."""
    found = {key: store_ids(user, lane.decides) for key, lane in lanes().items()}
    return {key: stores for key, stores in found.items() if stores}


def within(reached: dict[str, list[UUID]]) -> Q:
    found = Q(pk__in=[])
    for key, stores in reached.items():
        found |= Q(lane=key, store__in=stores)
    return found


def held(user: "User") -> "QuerySet[SecondReview]":
    """What the person has in hand, and may still judge."""
    return SecondReview.objects.filter(within(reach(user)), assigned_to=user, assigned_until__gt=timezone.now(), is_answered=False)


def waiting_for(user: "User") -> "QuerySet[SecondReview]":
    """What the person may be given: nobody's, and of a case that they had nothing to do with (no event of theirs, decision or claim)."""
    free = Q(assigned_until=None) | Q(assigned_until__lte=timezone.now())
    touched = Event.objects.filter(case=OuterRef("case"), actor=user.pk).exclude(verb=Verb.CASE_TAKEN_AGAIN)
    rows = SecondReview.objects.filter(within(reach(user)), free, is_answered=False).exclude(decider=user)
    return rows.filter(~Exists(touched))


def waiting(user: "User") -> int:
    """How many wait for the person, none counted past the cap."""
    return waiting_for(user)[: CAP + 1].count()
