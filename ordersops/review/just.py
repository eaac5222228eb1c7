"""What this person has just decided, and can still undo from whatever page they have come to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from ordersops.cases.lanes import lanes
from ordersops.review.models import Decision, Proposal
from ordersops.review.queries import undoable

if TYPE_CHECKING:
    from ordersops.accounts.models import User

JUST = "just_decided"  # the session's note: kind, id, when


@dataclass(frozen=True, slots=True)
class Just:
    """A decision within its hold window, or a proposal that still waits. `kind` says which verb takes it back."""

    kind: str
    pk: UUID
    case_id: UUID
    order: str
    outcome: str
    until: datetime


def just(noted: Any, user: "User") -> Just | None:
    """From the note in the session. No query once the hold window is over."""
    try:
        kind, pk, at = noted
        until = datetime.fromisoformat(at) + timedelta(seconds=settings.HOLD_WINDOW_SECONDS)
        key = UUID(pk)
    except (TypeError, ValueError):
        return None
    if until <= timezone.now():
        return None
    rows: Any = Proposal.objects.waiting() if kind == "proposal" else Decision.objects
    made = rows.filter(pk=key, case__store__in=_stores(user)).select_related("case__order").first()
    if made is None or (kind == "decision" and undoable(made.case) != made):
        return None
    about = lanes().get(made.case.lane)
    outcome = about.outcomes.get(made.outcome) if about else None
    return Just(kind, made.pk, made.case_id, made.case.name, outcome.button if outcome else made.outcome, until)


def _stores(user: "User") -> list[UUID]:
    from ordersops.accounts.access import rights

    return list(rights(user))
