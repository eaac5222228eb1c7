"""How much there is, what waits, and who is alive: the numbers behind `manage.py status`."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet

from ordersops import health, sweeper


def collect() -> dict[str, Any]:
    """The keys are part of the product: scripts read them. Times in seconds, sizes in bytes."""
    waited = health.oldest_ready_seconds()
    return {
        "orders": _rows("orders.Order").count(),
        "deliveries": _by_state("intake.Delivery"),
        "consultations": _by_state("advice.Consultation"),
        "cases_open": _rows("cases.Case").filter(state="open").count(),
        "decisions": _rows("review.Decision").count(),
        "effects": _by_state("effects.Effect"),
        "events": _rows("audit.Event").count(),
        "oldest_ready_seconds": waited.pop("overall"),
        "oldest_ready_by_kind": waited,
        "clusters": {name: None if age is None else round(age, 1) for name, age in sweeper.ages().items()},
        "database_bytes": _database_bytes(),
        "version": settings.VERSION,
    }


def _rows(model: str) -> "QuerySet[Any]":
    return apps.get_model(model)._default_manager.all()


def _by_state(model: str) -> dict[str, int]:
    return dict(_rows(model).order_by().values_list("state").annotate(n=Count("pk")).order_by("state"))


def _database_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
