"""Deciding many cases at once, and the second person's word on them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.cases import queries
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case
from ordersops.cases.taking import filters_of, queue_query
from ordersops.cases.views import lane_or_404
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, done
from ordersops.review import actions
from ordersops.review.models import Bulk, Words
from ordersops.review.queries import reasons_of
from ordersops.review.waiting import dressed


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: Request, lane: str) -> HttpResponse:
    """The most urgent cases of the queue as it is filtered, to choose from; and deciding those that are chosen."""
    about = lane_or_404(lane)
    require_anywhere(request.user, about.decides)
    if request.method != "POST":
        return _form(request, lane, {}, "")
    chosen = _chosen(request.POST)
    try:
        bulk = actions.propose_bulk(
            lane=lane, cases=chosen, outcome=request.POST.get("outcome", ""), reason=request.POST.get("reason", "")[:10],
            note=request.POST.get("note", ""), typed=_number(request.POST.get("typed", "")), by=request.user,
        )  # fmt: skip
    except (Conflict, Invalid) as refusal:
        return _form(request, lane, chosen, refusal.message, status=refusal.status)
    return done(request, "bulk", bulk.pk, say=f"{bulk.asked - len(bulk.left_out)} of {bulk.asked} cases wait for a second person.")


def _form(request: Request, lane: str, chosen: dict[UUID, int], error: str, status: int = 200) -> HttpResponse:
    about = lane_named(lane)
    asked = request.POST if request.method == "POST" else request.GET
    query = queue_query(request.user, asked)
    page = queries.queue(about, request.user, filters_of(request.user, dict(QueryDict(query).items())).read())
    context = {
        "lane": about,
        "queue_query": query,
        "cases": queries.dress(page.rows, about, request.user),
        "chosen": set(chosen),
        "reasons": [reason for reason in reasons_of(about) if not reason.overrides],
        "typed": request.POST,
        "error": error,
    }
    return render(request, "review/bulk_new.html", context, status=status)


@require_safe
def bulk(request: Request, pk: UUID) -> HttpResponse:
    """One bulk decision: its cases, which of them wait, and what was left out."""
    found = _load(request, pk)
    about = lane_named(found.lane)
    rows = found.proposals.visible_to(request.user).select_related("case__order", "case__store", "by", "settled_by")
    words = Words()
    proposals = [dressed(row, words) for row in rows.order_by("-case__priority", "pk")]
    judged = set(found.proposals.for_second(request.user).values_list("pk", flat=True))
    whys = dict(found.left_out)
    left_out = Case.objects.visible_to(request.user).filter(pk__in=whys).select_related("order")
    context = {
        "bulk": found,
        "lane": about,
        "outcome": about.outcomes.get(found.outcome),
        "reason": words.of(about.key, found.reason) or found.reason,
        "proposals": proposals,
        "judged": judged,
        "left_out": [(case, whys[str(case.pk)]) for case in left_out],
    }
    return render(request, "review/bulk.html", context)


@require_POST
def approve(request: Request, pk: UUID) -> HttpResponse:
    """The second person approves the rows that are chosen."""
    found = _load(request, pk)
    return _after(request, found, actions.approve_bulk(bulk=found, rows=_chosen(request.POST), by=request.user), "approved")


@require_POST
def send_back(request: Request, pk: UUID) -> HttpResponse:
    """The second person sends the rows that are chosen back."""
    found, note = _load(request, pk), request.POST.get("note", "")
    return _after(request, found, actions.send_back_bulk(bulk=found, rows=_chosen(request.POST), note=note, by=request.user), "sent back")


def _after(request: Request, found: Bulk, left_out: list[tuple[UUID, str]], what: str) -> HttpResponse:
    count = len(_chosen(request.POST)) - len(left_out)
    if left_out:
        messages.warning(request, f"Left out: {len(left_out)}. {left_out[0][1]}")
    say = f"{count} case{'' if count == 1 else 's'} {what}." if count > 0 else ""
    waits = found.proposals.for_second(request.user).exists()
    return done(request, reverse("bulk", args=[found.pk]) if waits or left_out else reverse("second"), say=say)


def _load(request: Request, pk: UUID) -> Bulk:
    """A bulk decision with at least one case in the person's stores; otherwise there is none."""
    found = Bulk.objects.filter(pk=pk, proposals__store__in=_sees(request)).select_related("by").first()
    if found is None:
        raise Http404
    require_anywhere(request.user, Perm.VIEW_CASES)
    return found


def _sees(request: Request) -> list[UUID]:
    from ordersops.accounts.access import rights

    return [store for store, perms in rights(request.user).items() if perms]


def _chosen(posted: Any) -> dict[UUID, int]:
    """Each chosen row as `id:version`; what is neither is left out."""
    found = {}
    for text in posted.getlist("row")[:1000]:
        key, _, version = text.partition(":")
        try:
            found[UUID(key)] = int(version[:9])
        except ValueError:
            continue
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
