"""Kill switches, as effects see them: read afresh every time, so that one works in the second in which it is thrown.

The switches are rollout's rows, reached by name, since imports go one way.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection


def switches(e: str) -> str:
    """SQL: the switches that stop the effect in the row `e`.

    A switch with an effect stops that kind, whoever decided it; one without stops what automation decided. What a person asked
    for belongs to no lane. Empty fields of a switch match everything.
    """
    return f"""
        FROM rollout_switch s LEFT JOIN review_decision d ON d.id = {e}.decision_id LEFT JOIN cases_case c ON c.id = d.case_id
        WHERE (s.store_id IS NULL OR s.store_id = {e}.store_id) AND (s.lane = '' OR s.lane = c.lane)
            AND (s.effect = {e}.kind OR s.effect = '' AND d.source = 'system')
    """


def why_stopped(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Which of these effects a kill switch keeps from leaving, each with the reason that was given."""
    with connection.cursor() as cursor:
        cursor.execute(_WHY, [list(ids)])
        return {effect: why for effect, why in cursor.fetchall() if why}


_WHY = f"SELECT e.id, (SELECT s.why {switches('e')} ORDER BY s.at LIMIT 1) FROM effects_effect e WHERE e.id = ANY(%s)"  # noqa: S608  our own text
