"""After a decision: the next case is there at once, out of the queue as the person had filtered it."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.access import can_anywhere
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.cases.queries import mine
from ordersops.cases.taking import queue_query, take
from ordersops.errors import Conflict
from ordersops.htmx import Request, done
from ordersops.review.just import JUST
from ordersops.review.models import Decision, Proposal


def decided(request: Request, found: Case, made: Decision | Proposal) -> HttpResponse:
    """Go on. A form that names its queue gets the next case of it; else the case is shown again, with its undo."""
    outcome = lane(found.lane).outcomes[made.outcome]
    waits = isinstance(made, Proposal)
    remember(request, made)
    if "queue" in request.POST:
        return next_of(request, found.lane, queue_query(request.user, request.POST))
    say = f"{outcome.label}: it waits for a second person." if waits else f"{outcome.label}: decided. {outcome.sentence}"
    return done(request, "case", found.pk, say=say)


def remember(request: Request, made: Decision | Proposal) -> None:
    """Note in the session what can be undone from whatever page comes next."""
    request.session[JUST] = ["proposal" if isinstance(made, Proposal) else "decision", str(made.pk), timezone.now().isoformat()]


def next_of(request: Request, lane_key: str, query: str) -> HttpResponse:
    """The next case of the queue, leased; or the queue, and that none is free."""
    suffix = f"?{query}" if query else ""
    case = _next(request, lane_key, query) if can_anywhere(request.user, lane(lane_key).decides) else None
    if case is not None:
        return done(request, reverse("case", args=[case.pk]) + suffix)
    messages.info(request, f"No other case is free{' that fits your filters' if query else ''}: each is with somebody, or there is none.")
    return done(request, reverse("queue", args=[lane_key]) + suffix)


def _next(request: Request, lane_key: str, query: str) -> Case | None:
    try:
        return take(lane_key, request.user, query)
    except Conflict:  # they hold as many as anybody may: the one of those that ends first
        return next((case for case in mine(request.user) if case.lane == lane_key), None)
