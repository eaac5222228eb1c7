"""An advisor that fails again and again is left alone for a while, and somebody is told where trying again mends nothing."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from ordersops.advice.models import Breaker

FAULTS = 5  # in a row
FIRST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)  # doubled from fault to fault


def open_until(advisor: str) -> datetime | None:
    """Until when the advisor is left alone; None while it may be asked."""
    until = Breaker.objects.filter(advisor=advisor).values_list("open_until", flat=True).first()
    return until if until is not None and until > timezone.now() else None


def success(advisor: str) -> None:
    """It answered: all is forgotten. No write where there is nothing to forget."""
    Breaker.objects.filter(advisor=advisor).exclude(faults=0, open_until=None, alert="").update(
        faults=0, open_until=None, alert="", changed_at=timezone.now()
    )


def fault(advisor: str, *, pause: timedelta | None = None, alert: str = "") -> None:
    """It failed. From the fifth fault in a row it rests, longer each time; `pause` is what it asked for itself.

    An `alert` says what somebody has to look at, and opens the breaker at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO advice_breaker AS b (advisor, faults, open_until, alert, changed_at)
            VALUES (%(advisor)s, 1, NULL, %(alert)s, now())
            ON CONFLICT (advisor) DO UPDATE SET faults = b.faults + 1, changed_at = now(),
                alert = CASE WHEN excluded.alert = '' THEN b.alert ELSE excluded.alert END
            RETURNING faults
            """,
            {"advisor": advisor, "alert": alert[:300]},
        )
        faults = cursor.fetchone()[0]
    rest = timedelta(0)
    if alert:
        rest = LONGEST
    elif faults >= FAULTS:
        rest = min(FIRST * 2 ** min(faults - FAULTS, 10), LONGEST)
    rest = max(rest, min(pause or timedelta(0), LONGEST))
    if rest:
        Breaker.objects.filter(advisor=advisor).update(open_until=timezone.now() + rest)
