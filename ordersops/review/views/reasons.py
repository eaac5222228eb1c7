"""The reason codes: what reviewers choose from, how often they did, and their wording for customers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import can_anywhere, require_anywhere, store_ids
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import Lane, Reason, lanes
from ordersops.cases.views import lane_or_404
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, done
from ordersops.review import actions
from ordersops.review.models import Decision, Label, ReasonCode
from ordersops.review.queries import reasons_of

COUNTED = timedelta(days=30)
VERSIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One code as the page shows it."""

    reason: Reason
    outcomes: list[str]
    label: str
    uses: int
    retired: bool


@require_safe
def reasons(request: Request) -> HttpResponse:
    """The codes of every lane in their order."""
    require_anywhere(request.user, Perm.VIEW_ROLLOUT)
    return _list(request)


@require_safe
def reason(request: Request, lane: str, code: str) -> HttpResponse:
    """One code: its texts, to be changed, and its versions."""
    about = lane_or_404(lane)
    require_anywhere(request.user, Perm.VIEW_ROLLOUT)
    return _one(request, about, code)


@require_POST
def change(request: Request, lane: str, code: str) -> HttpResponse:
    about = lane_or_404(lane)
    try:
        actions.change_reason(
            lane=lane, code=code, version=_number(request.POST), text=request.POST.get("text", ""),
            customer_text=request.POST.get("customer_text", ""), default="default" in request.POST, by=request.user,
        )  # fmt: skip
    except (Conflict, Invalid) as refusal:
        return _one(request, about, code, refusal.message, refusal.status)
    return done(request, "reasons", say=f"{code} is changed. Decisions made before keep its words of then.")


@require_POST
def add(request: Request, lane: str) -> HttpResponse:
    lane_or_404(lane)
    said = {name: request.POST.get(name, "") for name in ("code", "text", "customer_text", "like")}
    try:
        made = actions.add_reason(lane=lane, by=request.user, **said)
    except (Conflict, Invalid) as refusal:
        return _list(request, {**said, "lane": lane, "error": refusal.message}, refusal.status)
    return done(request, "reasons", say=f"{made.code} is added, and offered from now on.")


@require_POST
def retire(request: Request, lane: str, code: str) -> HttpResponse:
    lane_or_404(lane)
    actions.retire_reason(lane=lane, code=code, by=request.user)
    return done(request, "reasons", say=f"{code} is retired. Decisions with it stay as they are.")


@require_POST
def restore(request: Request, lane: str, code: str) -> HttpResponse:
    lane_or_404(lane)
    actions.restore_reason(lane=lane, code=code, by=request.user)
    return done(request, "reasons", say=f"{code} is offered again.")


@require_POST
def move(request: Request, lane: str, code: str) -> HttpResponse:
    lane_or_404(lane)
    actions.move_reason(lane=lane, code=code, up=request.POST.get("to") == "up", by=request.user)
    return done(request, "reasons")


def _list(request: Request, filled: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    uses = _uses(request)
    found = []
    for about in lanes().values():
        rows = _rows(about, uses)
        offered = [row for row in rows if not row.retired]
        groups = [
            ("As recommended", [row for row in offered if not row.reason.overrides]),
            ("Against the recommendation", [row for row in offered if row.reason.overrides]),
        ]
        found.append({"lane": about, "groups": groups, "retired": [row for row in rows if row.retired], "rows": offered})
    context = {"found": found, "may_edit": can_anywhere(request.user, Perm.EDIT_REASONS), "form": filled or {}}
    return render(request, "review/reasons.html", context, status=status)


def _one(request: Request, about: Lane, code: str, error: str = "", status: int = 200) -> HttpResponse:
    row = next((row for row in _rows(about, {}) if row.reason.code == code), None)
    if row is None:
        raise Http404
    context = {
        "lane": about,
        "row": row,
        "version": row.reason.version or 1,  # declared only: the first version is written before it is changed
        "may_edit": can_anywhere(request.user, Perm.EDIT_REASONS),
        "form": request.POST if request.method == "POST" else {"text": row.reason.sentence, "customer_text": row.reason.customer_text},
        "versions": ReasonCode.objects.filter(lane=about.key, code=code).select_related("by").order_by("-version")[:VERSIONS_SHOWN],
        "error": error,
    }
    return render(request, "review/reason.html", context, status=status)


def _rows(about: Lane, uses: dict[tuple[str, str], int]) -> list[Row]:
    offered = reasons_of(about)
    codes = {reason.code for reason in offered}
    labels = dict(Label.choices)
    retired = [reason for reason in reasons_of(about, retired=True) if reason.code not in codes]
    return [
        Row(
            reason, [about.outcomes[key].button for key in about.outcomes if key in reason.outcomes], str(labels[Label(reason.label)]),
            uses.get((about.key, reason.code), 0), reason.code not in codes,
        )
        for reason in (*offered, *retired)
    ]  # fmt: skip


def _uses(request: Request) -> dict[tuple[str, str], int]:
    """How often each code was given of late, in the stores whose rollout the person sees."""
    lately = Decision.objects.filter(store__in=store_ids(request.user, Perm.VIEW_ROLLOUT), decided_at__gt=timezone.now() - COUNTED)
    counted = lately.order_by().values_list("case__lane", "reason").annotate(uses=Count("pk"))
    return {(lane, code): uses for lane, code, uses in counted}


def _number(posted: QueryDict) -> int:
    text = posted.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
