"""The page of the work: what is open, who has it, how fast it goes; and giving a case to somebody else."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import can, get_or_404, require_anywhere
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.cases import actions as cases
from ordersops.cases.lanes import lanes
from ordersops.cases.models import Case
from ordersops.errors import Invalid
from ordersops.htmx import Request, back, done
from ordersops.insights import workload as reads
from ordersops.insights.forms import WORK_DAYS, AssignForm, WorkloadFilters, since
from ordersops.stores.models import Store


@require_safe
def workload(request: Request) -> HttpResponse:
    """Needs the right to see the workload in some store; counts in the stores with that right."""
    stores = require_anywhere(request.user, Perm.VIEW_WORKLOAD)
    names = Store.objects.filter(pk__in=stores).values_list("pk", "name")
    filters = WorkloadFilters(
        request.GET, store=[(str(pk), name) for pk, name in names], lane=[(key, lane.label) for key, lane in lanes().items()]
    )
    asked = filters.read()
    chosen = [asked["store"]] if asked["store"] else stores
    days = asked["days"] or WORK_DAYS[0][0]
    loads = reads.loads(chosen, asked["lane"], days, since(days))
    theirs, nobodys = reads.with_somebody(chosen, asked["lane"]), reads.with_nobody(chosen, asked["lane"])
    to = reads.deciders(chosen, asked["lane"]) if theirs or nobodys else {}
    people = reads.people(chosen, asked["lane"], since(days))
    context = {
        **filters.context(),
        "loads": loads,
        "total": _total(loads),
        "ages": [words for words, _ in reads.AGES],
        "people": people,
        "decided_most": max((one.decided for one in people), default=0),
        "theirs": _dressed(theirs, to, request.user),
        "nobodys": _dressed(nobodys, to, request.user),
        "shown": reads.SHOWN,
        "more_theirs": len(theirs) > reads.SHOWN,
        "more_nobodys": len(nobodys) > reads.SHOWN,
        "days": days,
        "periods": WORK_DAYS,
        "capped": sum(load.decided for load in loads) >= reads.MOST,
        "most": reads.MOST,
        "several_lanes": len(lanes()) > 1,
    }
    return render(request, "insights/workload.html", context)


def _total(loads: list[reads.Load]) -> dict[str, int]:
    return {name: sum(getattr(load, name) for load in loads) for name in ("open", "soon", "late", "asleep", "second", "came", "decided")}


def _dressed(found: list[Case], to: dict[tuple[str, UUID], list[tuple[UUID, str]]], user: User) -> list[dict[str, Any]]:
    """The rows of a list of cases: who has each, since when it waits, and to whom this person may give it."""
    rows = []
    for case in found[: reads.SHOWN]:
        may = can(user, Perm.ASSIGN_CASES, case.store_id) and case.is_open
        holder = case.leased_by if case.holder_id() else None
        colleagues = to.get((case.lane, case.store_id), []) if may else []
        rows.append({"case": case, "lane": lanes()[case.lane], "holder": holder, "may_assign": may, "to": colleagues})
    return rows


@require_POST
def assign(request: Request, pk: UUID) -> HttpResponse:
    """Give a case to a colleague, or to nobody; then back to where the form was drawn."""
    case = get_or_404(Case.objects.select_related("order", "store"), request, Perm.VIEW_WORKLOAD, pk=pk)
    form = AssignForm(request.POST)
    to = User.objects.filter(pk=form.cleaned_data["to"], is_system=False).first() if form.is_valid() and form.cleaned_data["to"] else None
    if not form.is_valid() or (form.cleaned_data["to"] and to is None):
        raise Invalid("Choose a colleague.")
    cases.assign(case=case, to=to, by=request.user)
    return done(request, back(request, "workload"), say=f"{case.name}: assigned to {to}." if to else f"{case.name}: anybody may take it.")
