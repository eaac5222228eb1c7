"""What playbooks are worth: how often each fitted, was used, and kept what it prepared; and which open cases conditions would fit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, F, Func, Q, UUIDField
from django.utils import timezone

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import Lane
from ordersops.cases.models import Case
from ordersops.review.impressions import closed_among
from ordersops.review.models import Decision, PlaybookVersion
from ordersops.review.playbooks import asks_advice, fits, looked_at

if TYPE_CHECKING:
    from ordersops.accounts.models import User

COUNTED = timedelta(days=30)
MOST_TRIED = 300  # open cases, the most urgent first


class Unnest(Func):
    function = "unnest"
    set_returning = True


@dataclass(frozen=True, slots=True)
class Figures:
    """Of decisions that stand: in how many it fitted, filled in the confirm step, and was kept."""

    fitted: int = 0
    used: int = 0
    kept: int = 0


def figures(user: "User", playbooks: Sequence[UUID]) -> dict[UUID, Figures]:
    """By playbook, over the last 30 days, in the stores whose cases the person sees. Three queries."""
    versions = dict(PlaybookVersion.objects.filter(playbook__in=playbooks).values_list("pk", "playbook"))
    lately = Decision.objects.filter(
        store__in=store_ids(user, Perm.VIEW_CASES), decided_at__gt=timezone.now() - COUNTED, superseded_by=None
    ).order_by()
    fitted, used, stood = Counter[UUID](), Counter[UUID](), Counter[UUID]()
    unnested = lately.exclude(fitted=[]).annotate(fit=Unnest(F("fitted"), output_field=UUIDField()))
    for version, rows in unnested.values("fit").annotate(rows=Count("pk")).values_list("fit", "rows"):
        if version in versions:
            fitted[versions[version]] += rows
    counted = (
        lately.filter(playbook__in=versions).values("playbook").annotate(rows=Count("pk"), stood=Count("pk", filter=Q(playbook_kept=True)))
    )
    for row in counted:
        used[versions[row["playbook"]]] += row["rows"]
        stood[versions[row["playbook"]]] += row["stood"]
    return {key: Figures(fitted[key], used[key], stood[key]) for key in playbooks}


@dataclass(frozen=True, slots=True)
class Tried:
    """Of `asked` open cases, `found` would fit. `left_out`: their advice is closed to the person, and the conditions ask for it."""

    found: list[Case]
    asked: int
    left_out: int
    more: bool  # there are more open cases than were asked


def tried(user: "User", about: Lane, conditions: Sequence[Sequence[Any]], store: UUID | None) -> Tried:
    """Which of the open cases that the person sees would fit these conditions now: the most urgent ones, in a constant number of queries."""
    rows = Case.objects.visible_to(user).open().in_lane(about.key).select_related("order", "store")
    if store is not None:
        rows = rows.filter(store=store)
    cases = list(rows.most_urgent_first()[: MOST_TRIED + 1])
    more, cases = len(cases) > MOST_TRIED, cases[:MOST_TRIED]
    closed = closed_among(cases, user) if asks_advice(conditions) else set()
    asked = [case for case in cases if case.pk not in closed]
    advice = Recommendation.objects.filter(
        order__in=[case.order_id for case in asked], subject__in=[case.subject for case in asked], lane=about.key, shown=True
    )
    newest = {
        row.subject: row
        for row in advice.select_related("snapshot")
        .prefetch_related("signals")
        .order_by("subject", "-advised_at", "-id")
        .distinct("subject")
    }
    found = [case for case in asked if (row := newest.get(case.subject)) and fits(conditions, looked_at(row))]
    return Tried(found, len(asked), len(closed), more)
