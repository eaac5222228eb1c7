"""The first page: what waits for this person."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ordersops.accounts.access import can_anywhere, store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Breaker
from ordersops.audit.models import Event
from ordersops.cases import queries as cases
from ordersops.cases.around import asked_of, breached
from ordersops.cases.lanes import lanes
from ordersops.cases.tallies import overview
from ordersops.closed import closed_events
from ordersops.effects import queries as effects
from ordersops.htmx import Request
from ordersops.intake import queries as intake
from ordersops.rollout.actions.rights import can_in
from ordersops.rollout.models import PolicyVersion
from ordersops.rollout.page import switches, visible_policies

EVENTS_SHOWN = 12
POLICIES_SHOWN = 20


@require_safe
def home(request: Request) -> HttpResponse:
    user = request.user
    reads_cases = can_anywhere(user, Perm.VIEW_CASES)
    context: dict[str, Any] = {
        "decides": any(can_anywhere(user, one.decides) for one in lanes().values()),
        "lanes": overview(user) if reads_cases else [],
        "mine": cases.mine(user) if reads_cases else [],
        "asked": asked_of(user) if reads_cases else [],
        "breached": breached(user) if can_anywhere(user, Perm.ASSIGN_CASES) else [],
        "effects_waiting": effects.with_rights(effects.waiting(user), user) if reads_cases else [],
        "intake": intake.health(user),
        "recent": _recent(user),
        **(_automation(user) if can_anywhere(user, Perm.VIEW_ROLLOUT) else {}),
    }
    return render(request, "home.html", context)


def _automation(user: User) -> dict[str, Any]:
    """What of advice and automation waits for somebody: advisors that trying again does not mend, policies to judge, kill switches."""
    waiting = list(visible_policies(user).filter(verdict=None).order_by("written_at")[:POLICIES_SHOWN])
    return {
        "breakers": list(Breaker.objects.exclude(alert="").order_by("advisor")),
        "policies": waiting,
        "policies_to_judge": _to_judge(waiting, user),
        "switches": switches(user),
    }


def _to_judge(waiting: list[PolicyVersion], user: User) -> list[PolicyVersion]:
    """Those that the person may approve: never their own, and one of every store only with the right in all of them."""
    stores = set(store_ids(user, Perm.APPROVE_POLICY))
    everywhere = any(row.store_id is None for row in waiting) and can_in(user, Perm.APPROVE_POLICY, None)
    return [row for row in waiting if row.author_id != user.pk and (row.store_id in stores if row.store_id else everywhere)]


def _recent(user: User) -> list[Event]:
    """What happened lately: in the stores whose history the person may search, else what they did themselves."""
    stores = store_ids(user, Perm.VIEW_AUDIT)
    parts = [Event.objects.filter(store=store) for store in stores] or [Event.objects.filter(actor=user)]
    newest = [part.order_by("-id").values("pk")[:EVENTS_SHOWN] for part in parts]
    ids: Any = newest[0] if len(newest) == 1 else newest[0].union(*newest[1:], all=True)
    events = list(Event.objects.filter(pk__in=[row["pk"] for row in ids]).order_by("-id")[:EVENTS_SHOWN])
    closed = closed_events(events, user)
    return [event for event in events if event.pk not in closed]
