"""Returns at the desk: taking one in, its page, and what is done with the goods."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import get_or_404
from ordersops.accounts.access import require as must
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, done
from ordersops.orders.models import Order
from returns import actions, photos, queries
from returns.actions import Wanted
from returns.actions.handling import Finding
from returns.grounds import CHOICES
from returns.models import Photo, ReturnRequest
from returns.models.request import Wish
from returns.uploads import photos_in, with_photos


@with_photos
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, pk: UUID) -> HttpResponse:
    """Take in what a customer said by phone or in the shop."""
    order = get_or_404(Order.objects.select_related("store"), request, Perm.VIEW_ORDERS, pk=pk)
    must(request.user, Perm.ACT_ON_ORDER, order.store_id, to="ask for a return", order=order)
    rows = queries.returnable(order)
    if request.method == "POST":
        made = actions.request(
            order=order, wanted=_wanted(request, rows), source="desk", identity="staff", wish=request.POST.get("wish", ""), by=request.user
        )
        return done(request, "return", made.pk, say=f"{made.number} is taken in. It is being looked at.")
    return render(request, "returns/new.html", {"order": order, "rows": rows, "grounds": CHOICES, "wishes": Wish.choices})


def _wanted(request: Request, rows: list[dict[str, Any]]) -> list[Wanted]:
    found = []
    for row in rows:
        number = row["number"]
        if units := _number(request.POST.get(f"units_{number}", "0")):
            found.append(
                Wanted(
                    row["line"].external_id,
                    units,
                    request.POST.get(f"reason_{number}", ""),
                    words=request.POST.get(f"words_{number}", ""),
                    photos=photos_in(request, f"photos_{number}"),
                )
            )
    return found


def _number(typed: str) -> int:
    try:
        return int(typed or 0)
    except ValueError:
        raise Invalid("Units are whole numbers. Nothing was changed.") from None


@require_safe
def one(request: Request, pk: UUID) -> HttpResponse:
    found = get_or_404(ReturnRequest.objects.select_related("store", "order"), request, Perm.VIEW_ORDERS, pk=pk)
    return render(request, "returns/return.html", queries.page(found, request.user))


@with_photos
@require_POST
def act(request: Request, pk: UUID, verb: str) -> HttpResponse:
    """What is done with the goods, or with the request."""
    if verb not in ACTS:
        raise Http404
    found = get_or_404(ReturnRequest.objects.select_related("store", "order"), request, Perm.VIEW_ORDERS, pk=pk)
    said = ACTS[verb](found, request)
    return done(request, "return", found.pk, say=said)


def _evidence(found: ReturnRequest, request: Request) -> str:
    rows = list(found.lines.all())
    given = {row.pk: sent for row in rows if (sent := photos_in(request, f"photos_{row.pk}"))}
    words = {row.pk: said[:2000] for row in rows if (said := request.POST.get(f"words_{row.pk}", "").strip())}
    actions.answer_evidence(request=found, by=request.user, photos=given, words=words)
    return f"{found.number} is looked at again, with what was added."


def _sent(found: ReturnRequest, request: Request) -> str:
    carrier, number = (" ".join(request.POST.get(name, "").replace("\x00", "").split()) for name in ("carrier", "number"))
    actions.mark_sent(request=found, by=request.user, carrier=carrier, tracking_number=number)
    return f"{found.number} is on its way back."


def _receive(found: ReturnRequest, request: Request) -> str:
    units = {row.pk: _number(request.POST.get(f"units_{row.pk}", "0")) for row in found.lines.all()}
    actions.receive(request=found, units=units, by=request.user)
    return f"{found.number} is here: {sum(units.values())} units."


def _inspect(found: ReturnRequest, request: Request) -> str:
    said = {
        row.pk: Finding(
            request.POST.get(f"grade_{row.pk}", ""),  # type: ignore[arg-type]
            request.POST.get(f"finding_{row.pk}", ""), request.POST.get(f"report_{row.pk}", ""),
        )
        for row in found.lines.all()
    }  # fmt: skip
    actions.inspect(request=found, findings=said, by=request.user)
    return f"{found.number} is inspected."


def _restock(found: ReturnRequest, request: Request) -> str:
    return f"{actions.restock(request=found, by=request.user)} units are back on sale."


def _settle(found: ReturnRequest, request: Request) -> str:
    effects = actions.settle(request=found, by=request.user)
    waits = any(effect.state == "waiting" for effect in effects)
    return f"{found.number} is settled." + (" Its money waits for a second person." if waits else "")


def _cancel(found: ReturnRequest, request: Request) -> str:
    actions.cancel(request=found, by=request.user, why=request.POST.get("why", ""))
    return f"{found.number} is given up."


ACTS: dict[str, Callable[[ReturnRequest, Request], str]] = {
    "evidence": _evidence, "sent": _sent, "receive": _receive, "inspect": _inspect, "restock": _restock, "settle": _settle, "cancel": _cancel,
}  # fmt: skip


@require_safe
def photo(request: Request, pk: UUID) -> HttpResponse:
    """A photo that the customer sent."""
    found = get_or_404(Photo.objects.all(), request, Perm.VIEW_ORDERS, pk=pk)
    answer = HttpResponse(photos.unseal(found.pk, bytes(found.body)), content_type=found.kind)
    answer["Cache-Control"] = "private, max-age=3600"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = "inline"
    return answer
