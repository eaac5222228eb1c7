"""Reads of return requests: the page of one, and what can be done with it now."""

from typing import Any

from django.db.models import Exists, OuterRef

from ordersops.accounts.access import can, store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.cases.models import Case
from ordersops.lists import Page, newest
from ordersops.orders.models import Order
from returns.actions.settling import settled_by
from returns.eligibility.abuse import REPORTS
from returns.eligibility.restock import GRADES
from returns.eligibility.rows import LABELS
from returns.models import TRANSITIONS, CheckRow, ReturnLine, ReturnRequest, ReturnState
from returns.models.request import RequestQuerySet
from returns.panel import RESULTS
from returns.photos import LISTED

EXPIRES = frozenset({ReturnState.APPROVED, ReturnState.WAITING})


def available(request: ReturnRequest) -> set[str]:
    """What its state allows now."""
    to = TRANSITIONS[request.state]
    found = {verb for verb, state in (("receive", ReturnState.RECEIVED), ("inspect", ReturnState.INSPECTED)) if state in to}
    if ReturnState.IN_TRANSIT in to:
        found.add("sent")
    if ReturnState.CANCELLED in to:
        found.add("cancel")
    if request.state in {ReturnState.REQUESTED, ReturnState.WAITING}:
        found.add("evidence")
    if request.state == ReturnState.INSPECTED or (request.state == ReturnState.RECEIVED and not request.inspect):
        found.add("settle")
    over = ["undone", "given_up"]
    if request.state == ReturnState.SETTLED and request.outcome and not settled_by(request).exclude(state__in=over).exists():
        found.add("settle")
    if request.inspected_at and any(row.disposition == "restock" and row.restocked < row.received for row in request.lines.all()):
        found.add("restock")
    return found


def page(request: ReturnRequest, user: User) -> dict[str, Any]:
    lines = list(request.lines.select_related("line").prefetch_related(LISTED))
    last = CheckRow.objects.filter(line__request=request).order_by("-at").values_list("snapshot", flat=True).first()
    checks = list(CheckRow.objects.filter(line__request=request, snapshot=last).order_by("line", "number")) if last else []
    by_line = {line.pk: line for line in lines}
    for line in lines:
        line.last_checks = []
    for row in checks:
        row.label, (row.tone, row.said) = LABELS.get(row.check_key, row.check_key), RESULTS[row.result]
        by_line[row.line_id].last_checks.append(row)
    case = (
        Case.objects.undecided().filter(lane="returns", subject=request.pk).first()
        if can(user, Perm.VIEW_CASES, request.store_id)
        else None
    )
    return {
        "found": request, "order": request.order, "lines": lines, "expires": request.state in EXPIRES and request.expires_at,
        "case": case, "can": available(request),
        "may_act": can(user, Perm.ACT_ON_ORDER, request.store_id), "may_settle": can(user, Perm.DECIDE_RETURNS, request.store_id),
        "grades": [grade for grade in GRADES if grade[0] != "missing"] + [GRADES[-1]], "reports": [(key, says) for key, (says, _) in REPORTS.items()],
        "effects": list(settled_by(request).order_by("planned_at")),
    }  # fmt: skip


def page_of(user: User, asked: dict[str, Any], cursor: str, size: int) -> Page[ReturnRequest]:
    """One page of the returns that fit, the newest first, in the stores whose orders the person sees."""
    stores = [store for store in store_ids(user, Perm.VIEW_ORDERS) if asked["store"] in (None, store)]
    parts = [_fitting(ReturnRequest.objects.filter(store=store), asked) for store in stores]
    return newest(parts, "requested_at", cursor, load=ReturnRequest.objects.select_related("store"), size=size)


def _fitting(rows: RequestQuerySet, asked: dict[str, Any]) -> RequestQuerySet:
    for name, column in (
        ("state", "state"),
        ("source", "source"),
        ("order", "order"),
        ("since", "requested_at__gte"),
        ("until", "requested_at__lt"),
    ):
        if asked[name]:
            rows = rows.filter(**{column: asked[name]})
    if asked["reason"]:
        rows = rows.filter(Exists(ReturnLine.objects.filter(request=OuterRef("pk"), reason=asked["reason"])))
    return rows.open() if asked["open"] else rows


def returnable(order: Order) -> list[dict[str, Any]]:
    """Lines of which something can still be asked for, with how much."""
    asked: dict[Any, int] = {}
    for request in order.return_requests.open().prefetch_related("lines"):
        for row in request.lines.all():
            asked[row.line_id] = asked.get(row.line_id, 0) + row.quantity
    lines = [(line, line.shipped - max(line.returned, line.refunded) - asked.get(line.pk, 0)) for line in order.lines.all()]
    return [{"number": number, "line": line, "left": left} for number, (line, left) in enumerate(lines, 1) if left > 0]
