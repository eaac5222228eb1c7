"""Reading long queues: the most urgent cases of several stores, and counts that end at the cap. Nothing here reads a queue from end to end."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from ordersops.cases.escalation import teams_of
from ordersops.cases.models import CaseQuerySet
from ordersops.lists import CAP

if TYPE_CHECKING:
    from ordersops.accounts.models import User

URGENT = ("-priority", "due_at", "pk")


def most_urgent(cases: CaseQuerySet, stores: Sequence[UUID], most: int) -> list[UUID]:
    """The ids of the most urgent of these cases, each store read from the urgent end of its own index."""
    picks = [cases.filter(store=store).order_by(*URGENT).values_list("pk", "priority", "due_at")[:most] for store in stores]
    if not picks:
        return []
    picked: Any = picks[0] if len(picks) == 1 else picks[0].union(*picks[1:], all=True).order_by(*URGENT)[:most]
    return [row[0] for row in picked]


def theirs(user: "User") -> Q:
    """Held by the person now, assigned to them, or a team's of theirs to take."""
    found = Q(leased_by=user, lease_until__gt=timezone.now()) | Q(assigned_to=user)
    return found | Q(team__in=teams, assigned_to=None) if (teams := teams_of(user)) else found


def counted(parts: "Mapping[str, QuerySet[Any]]") -> dict[str, int]:
    """How many rows each part has, none counted past the cap (CAP + 1 says that there are more); one statement, each out of its own index."""
    found: dict[str, int] = dict.fromkeys(parts, 0)
    asked: list[str] = []
    statements: list[str] = []
    params: list[Any] = []
    for name, rows in parts.items():
        try:
            sql, values = rows.order_by().values("pk")[: CAP + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        asked.append(name)
        statements.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608  Django wrote the inner statement
        params += values
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(statements)}", params)
            found.update(zip(asked, cursor.fetchone() or (), strict=True))
    return found
