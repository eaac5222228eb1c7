"""Who has a case open. Touched by the page as it asks for news, so it costs nothing more than a read, and a write every few seconds."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.utils import timezone

from ordersops.cases.models import Case, Presence

if TYPE_CHECKING:
    from ordersops.accounts.models import User

STAYS = timedelta(seconds=12)  # a page asks every two seconds, and slower when the server is slow
WRITTEN_EVERY = timedelta(seconds=5)

_SEEN = (
    "SELECT p.person_id, u.name, p.seen_at FROM cases_presence p JOIN accounts_user u ON u.id = p.person_id"
    " WHERE p.case_id = %s AND p.seen_at > %s ORDER BY u.name, u.id"
)


def touch(case: Case, person: "User") -> list[str]:
    """The person has the case open now. Returns the names of the others who have."""
    now = timezone.now()
    with connection.cursor() as cursor:  # plain, because every open case asks it every two seconds
        cursor.execute(_SEEN, [case.pk, now - STAYS])
        seen = cursor.fetchall()
    own = next((at for pk, _, at in seen if pk == person.pk), None)
    if own is None or own < now - WRITTEN_EVERY:
        _write(case, person)
    return [name for pk, name, _ in seen if pk != person.pk]


def _write(case: Case, person: "User") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO cases_presence (case_id, person_id, store_id, seen_at) VALUES (%s, %s, %s, clock_timestamp())
            ON CONFLICT (case_id, person_id) DO UPDATE SET seen_at = excluded.seen_at
            """,
            [case.pk, person.pk, case.store_id],
        )


def others(cases: Iterable[Case], person: "User") -> dict[UUID, list[str]]:
    """Who else has each of these cases open, by case."""
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    rows = Presence.objects.filter(case__in=[case.pk for case in cases], seen_at__gt=timezone.now() - STAYS).exclude(person=person)
    for case, name in rows.order_by("person__name").values_list("case", "person__name"):
        found[case].append(name)
    return found
