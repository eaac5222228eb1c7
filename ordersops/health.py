"""Is it up, and can it work: `/healthz` and `/readyz`. No session, no sign-in, and nothing that names a person or an order."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ordersops import jobs, sweeper

STALE_SECONDS = 60.0  # a cluster without a sign of life for longer counts as dead
LATE_SECONDS = 300.0  # work that has waited for longer means that the workers do not keep up


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing about the database, so that an outage there restarts no web process."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether webhooks and people can be served: 200, or 503 with the reasons."""
    found, reasons = readiness()
    answer = JsonResponse({"ready": not reasons, "reasons": reasons, **found}, status=503 if reasons else 200)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # a probe asks all the time; the reasons are in the answer
    return answer


def readiness() -> tuple[dict[str, Any], list[str]]:
    """What was found, and one sentence for each thing that stands in the way."""
    found: dict[str, Any] = {"database": False, "migrations": False, "clusters": {}, "oldest_ready_seconds": None}
    reasons: list[str] = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found["database"] = True
        found["migrations"] = _all_applied() or _look_again()
        if not found["migrations"]:
            return found, ["There are migrations that are not applied: run manage.py migrate."]
        ages = {name: age for name, age in sweeper.ages().items() if name in settings.CLUSTERS}
        found["clusters"] = {name: None if age is None else round(age, 1) for name, age in ages.items()}
        for name, age in ages.items():
            limit = jobs.patience(name, STALE_SECONDS)
            if age is None or age > limit:
                reasons.append(f"The cluster {name!r} has given no sign of life for {limit:.0f} seconds.")
        found["oldest_ready_seconds"] = oldest = oldest_ready_seconds()["overall"]
        if oldest > LATE_SECONDS:
            reasons.append(f"Work has been ready for {oldest:.0f} seconds and nobody has taken it.")
    except Error:
        reasons.append("The database does not answer.")
    return found, reasons


def oldest_ready_seconds() -> dict[str, float]:
    """For each kind of work and overall: for how long the oldest ready row has waited; 0 when nothing is ready."""
    now = timezone.now()
    waited = {}
    for name, kind in jobs.KINDS.items():
        since = kind.since()
        waited[name] = 0.0 if since is None else round(max((now - since).total_seconds(), 0.0), 3)
    return {**waited, "overall": max(waited.values(), default=0.0)}


def _look_again() -> bool:
    _all_applied.cache_clear()
    return _all_applied()


@lru_cache(maxsize=1)
def _all_applied() -> bool:
    """Remembered once it is true: reading all migrations takes longer than all the rest of this page."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
