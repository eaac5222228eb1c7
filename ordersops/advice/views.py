"""How advisors are doing, what replays showed, and what was said in a call."""

import json
import unicodedata
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from ordersops.accounts.access import can, get_or_404, require_anywhere, store_ids
from ordersops.accounts.roles import Perm
from ordersops.advice.bodies import opened
from ordersops.advice.charts import curve
from ordersops.advice.export import Asked, begin
from ordersops.advice.forms import PERIODS, USUAL, AdvisorFilters, ReplayFilters
from ordersops.advice.models import Call, CallBody, Replay
from ordersops.advice.performance import breakers, in_force, sheet
from ordersops.advice.replay_report import report
from ordersops.advice.spending import failed_calls, today
from ordersops.advice.statistics import Period
from ordersops.cases.lanes import lanes
from ordersops.htmx import Request
from ordersops.lists import newest

SHOWN_BODY = 200_000  # characters
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
FILTERS = {
    "since": "From",
    "until": "To",
    "limit": "At most",
    "decided_only": "Only decided",
    "prompt": "Prompt",
    "policy": "Thresholds of",
}


@require_safe
def advisors(request: Request) -> HttpResponse:
    """Needs the right to see the rollout in some store; counts what happened in the stores with that right."""
    stores = require_anywhere(request.user, Perm.VIEW_ROLLOUT)
    filters = _filters(request)
    asked = filters.read()
    period = _period(asked, stores)
    found = sheet(period, asked["days"], asked["of"])
    chosen = found.chosen
    base = {name: text for name, text in filters.context()["filters"].items() if text and name != "of"}
    context = {
        **filters.context(),
        "rows": found.rows,
        "chosen": chosen,
        "cited": found.cited,
        "counted_at": found.at if found.is_dear else None,
        "curve": curve(chosen.advice.truth) if chosen and chosen.advice.truth.count else None,
        "in_force": in_force(asked["lane"]),
        "breakers": breakers(),
        "today": today(period.stores, asked["lane"]),
        "failed": list(failed_calls(period)),
        "base": urlencode(base),
        "days": asked["days"] or str(USUAL),
        "periods": PERIODS,
        "may_export": bool(store_ids(request.user, Perm.EXPORT_ADVICE)),
        "several_lanes": len(lanes()) > 1,
    }
    return render(request, "advice/advisors.html", context)


@require_safe
def export(request: Request) -> StreamingHttpResponse:
    """Decisions of the period with masked evidence as JSON lines, streamed. That it was taken is recorded before the first line leaves."""
    if request.method != "GET":
        require_anywhere(request.user, Perm.EXPORT_ADVICE)  # nothing leaves and nothing is recorded, but it is refused alike
    asked = _filters(request, Perm.EXPORT_ADVICE).read()
    since = _since(asked) if asked["days"] else None
    rows = begin(by=request.user, asked=Asked(asked["lane"], asked["store"] or None, since)) if request.method == "GET" else iter(())
    name = f"decisions-{timezone.now():%Y%m%d-%H%M%S}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(rows, content_type="application/jsonl; charset=utf-8", headers=headers)


@require_safe
def replays(request: Request) -> HttpResponse:
    """All replays of one's stores, and those of every store, of which one sees one's own questions."""
    stores = require_anywhere(request.user, Perm.VIEW_ROLLOUT)
    filters = ReplayFilters(request.GET, store=_store_choices(request, Perm.VIEW_ROLLOUT), lane=_lane_choices())
    asked = filters.read()
    rows = Replay.objects.filter(Q(store__in=stores) | Q(store=None))
    if asked["lane"]:
        rows = rows.filter(lane=asked["lane"])
    if asked["store"]:
        rows = rows.filter(store=asked["store"])
    mine = Q(answers__recommendation__store__in=stores)
    load = Replay.objects.select_related("store", "by").annotate(
        asked=Count("answers", filter=mine), flips=Count("answers", filter=mine & Q(answers__flipped=True)),
        differ=Count("answers", filter=mine & ~Q(answers__differs="")), cost=Sum("answers__cost_micros", filter=mine),
    )  # fmt: skip
    page = newest([rows], "started_at", request.GET.get("cursor", ""), load=load)
    for row in page.rows:
        row.dollars = (row.cost or 0) / 1_000_000  # type: ignore[attr-defined]
    return render(request, "advice/replays.html", {**filters.context(page), "replays": page.rows, "several_lanes": len(lanes()) > 1})


@require_safe
def replay(request: Request, pk: UUID) -> HttpResponse:
    """One replay. Of one over every store a person sees the questions of the stores with the right."""
    stores = require_anywhere(request.user, Perm.VIEW_ROLLOUT) if Replay.objects.filter(pk=pk, store=None).exists() else None
    if stores is None:
        found = get_or_404(Replay.objects.select_related("store", "by"), request, Perm.VIEW_ROLLOUT, pk=pk)
    else:
        found = Replay.objects.select_related("by").get(pk=pk)
    outcomes = lanes()[found.lane].outcomes if found.lane in lanes() else {}
    said = report(found, stores=stores)
    keys = list(dict.fromkeys([*outcomes, *(key for pair in said.matrix for key in pair)]))
    matrix = [
        (outcomes[then].button if then in outcomes else then, [(said.matrix[then, now], then == now) for now in keys])
        for then in keys
        if any(said.matrix[then, now] for now in keys)
    ]
    context = {
        "replay": found, "report": said, "matrix": matrix, "answers": [outcomes[key].button if key in outcomes else key for key in keys],
        "failures": sorted(said.failed.items()),
        "filters": [(words, _told(found.filters[key])) for key, words in FILTERS.items() if found.filters.get(key)],
    }  # fmt: skip
    return render(request, "advice/replay.html", context)


@require_safe
def call(request: Request, pk: UUID) -> HttpResponse:
    """One call and its figures. What was sent and answered is opened for those who may take advice out of the house."""
    found = get_or_404(Call.objects.select_related("store", "prompt", "snapshot__order"), request, Perm.VIEW_ROLLOUT, pk=pk)
    bodies, problem = None, ""
    may_read = can(request.user, Perm.EXPORT_ADVICE, found.store_id)
    if may_read and (body := CallBody.objects.filter(call=found).first()):
        try:
            bodies = [readable(part) for part in opened(body)]
        except ValueError as error:
            problem = str(error)
    context = {
        "call": found, "bodies": bodies, "problem": problem, "may_read": may_read, "days": settings.CALL_BODY_DAYS,
        "dollars": found.cost_micros / 1_000_000, "recommendation": found.recommendations.first(), "order": found.snapshot.order,
    }  # fmt: skip
    return render(request, "advice/call.html", context)


def readable(body: bytes | None) -> str:
    """JSON set out in lines, anything else as text; cut off where no page should be longer. The template escapes it.

    Characters that are not seen, or turn the reading direction, are written by their number.
    """
    if body is None:
        return ""
    text = body.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    text = "".join(
        one if one in "\n\t" or unicodedata.category(one) not in UNSEEN else f"\\u{ord(one):04x}" for one in text[: SHOWN_BODY + 1]
    )
    return text if len(text) <= SHOWN_BODY else f"{text[:SHOWN_BODY]}\n… and more"


def _told(value: Any) -> Any:
    """A filter of a replay as people read it."""
    return "yes" if value is True else parse_datetime(value) or value if isinstance(value, str) else value


def _filters(request: Request, perm: Perm = Perm.VIEW_ROLLOUT) -> AdvisorFilters:
    return AdvisorFilters(request.GET, store=_store_choices(request, perm), lane=_lane_choices())


def _store_choices(request: Request, perm: Perm) -> list[tuple[str, str]]:
    stores: Any = apps.get_model("stores", "Store")._default_manager
    return [(str(pk), name) for pk, name in stores.filter(pk__in=store_ids(request.user, perm)).values_list("pk", "name")]


def _lane_choices() -> list[tuple[str, str]]:
    return [(key, one.label) for key, one in lanes().items()]


def _period(asked: dict[str, Any], stores: list[UUID]) -> Period:
    if asked["store"]:
        if asked["store"] not in stores:
            raise Http404
        stores = [asked["store"]]
    return Period(stores, _since(asked), asked["lane"])


def _since(asked: dict[str, Any]) -> datetime:
    return timezone.now() - timedelta(days=int(asked["days"] or USUAL))
