"""Reading the history: the timeline of one thing, the search page, and the search as a file."""

import csv
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ordersops.accounts.access import get_or_404, require_anywhere, store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record, record_refusal
from ordersops.audit.models import Event, EventQuerySet
from ordersops.audit.queries import every, filters_for, found, page
from ordersops.audit.verbs import Verb
from ordersops.choices import offered_by
from ordersops.closed import TELLING, closed_cases, closed_events
from ordersops.htmx import show

LONGEST_TIMELINE = 200
COLUMNS = ["id", "at", "actor", "verb", "sentence", "store", "order", "case", "stream", "seq", "request_id", "data", "hash"]
# What a spreadsheet takes for the beginning of a formula, in its wide forms too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The search page. Needs the right to search the history in some store; shows the events of the stores with that right."""
    require_anywhere(request.user, Perm.VIEW_AUDIT)
    filters = filters_for(request.user, request.GET)  # type: ignore[arg-type]
    listed = page(found(request.user, filters.read()), request.GET.get("cursor", ""))  # type: ignore[arg-type]
    context = filters.context(listed)
    choices = {name: offered_by(filters, name) for name in ("verb", "actor", "store")}
    more = {**context["filters"], "cursor": listed.next_cursor}
    return show(
        request,
        "audit/search.html",
        {
            **context,
            "events": listed.rows,
            "closed": closed_events(listed.rows, request.user),  # type: ignore[arg-type]
            "choices": choices,
            "may_export": bool(store_ids(request.user, Perm.EXPORT_AUDIT)),
            "next_url": f"?{urlencode({name: text for name, text in more.items() if text})}" if listed.next_cursor else "",
        },
        fragment="audit/_rows.html",
    )


@require_safe
def export_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The found events as a file, streamed. Needs the right to export in some store; holds the events of the stores with that right.

    That it was taken is recorded before the first line leaves.
    """
    user: Any = request.user
    if not store_ids(user, Perm.EXPORT_AUDIT):
        record_refusal(by=user, perm=Perm.EXPORT_AUDIT, store_id=None)
    require_anywhere(user, Perm.EXPORT_AUDIT)
    filters = filters_for(user, request.GET, Perm.EXPORT_AUDIT)
    asked = filters.read()
    told = {name: value if name not in {"q", "text"} else "given" for name, value in filters.context()["filters"].items() if value}
    if request.method == "GET":
        with atomic():
            record(Verb.AUDIT_EXPORTED, by=user, person=user, store=asked["store"] or None, format="csv", filters=told)
    name = f"history-{timezone.now():%Y%m%d-%H%M%S}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(
        rows_as_csv(found(user, asked, Perm.EXPORT_AUDIT)), content_type="text/csv; charset=utf-8", headers=headers
    )


def rows_as_csv(events: EventQuerySet) -> Iterator[str]:
    """Lines of CSV, every cell quoted and inert: no spreadsheet takes one for a formula."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield writer.writerow(COLUMNS)
    for event in every(events):
        cells = [
            event.pk, event.at.isoformat(), event.actor_name, event.verb, event.sentence, event.store_id, event.order_id, event.case_id,
            event.stream, event.seq, event.request_id, json.dumps(event.data, ensure_ascii=False), bytes(event.hash).hex(),
        ]  # fmt: skip
        yield writer.writerow([inert(cell) for cell in cells])


def inert(cell: Any) -> str:
    """The cell as text that a spreadsheet shows and never runs (OWASP ASVS 5.0, 1.2.10)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


class _Echo:
    """A file that hands each line back."""

    def write(self, line: str) -> str:
        return line


@require_safe
def timeline(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """What happened to an order, a case or a person, as a fragment."""
    if kind == "person":
        title, events = _of_person(request, pk)
    else:
        title, events = _of_order_or_case(request, kind, pk)
    rows = list(events[: LONGEST_TIMELINE + 1])
    field = "actor" if kind == "person" else kind
    more = f"{reverse('audit')}?{field}={pk}" if len(rows) > LONGEST_TIMELINE and store_ids(request.user, Perm.VIEW_AUDIT) else ""
    return render(request, "audit/_timeline.html", {"events": rows[:LONGEST_TIMELINE], "title": title, "more": more})


def _of_order_or_case(request: HttpRequest, kind: str, pk: UUID) -> tuple[str, EventQuerySet]:
    """Needs the right to see orders, or cases, in the store; what is shown is what the person may read there."""
    label = {"order": "orders.Order", "case": "cases.Case"}.get(kind)
    if label is None:
        raise Http404
    needs = Perm.VIEW_CASES if kind == "case" else Perm.VIEW_ORDERS
    row = get_or_404(apps.get_model(label)._default_manager.all(), request, needs, pk=pk)
    person: User = request.user  # type: ignore[assignment]
    events = Event.objects.timeline_for(**{kind: pk}).shown_to(person, row.store_id)
    cases = [row] if kind == "case" else apps.get_model("cases.Case").objects.open().filter(order=pk)
    return f"History of {row}", events.exclude(verb__in=TELLING) if closed_cases(cases, person) else events


def _of_person(request: HttpRequest, pk: UUID) -> tuple[str, EventQuerySet]:
    """Needs the right to see people or to search the history. Shows the events of the stores with either right, and one's own.

    Somebody with no role and no event in these stores is not found.
    """
    user: Any = request.user
    stores = {*store_ids(user, Perm.VIEW_PEOPLE), *store_ids(user, Perm.VIEW_AUDIT)}
    if not stores:
        require_anywhere(user, Perm.VIEW_PEOPLE)
    person = get_user_model().objects.filter(pk=pk).first()
    if person is None:
        raise Http404
    events = Event.objects.timeline_for(person=pk)
    events = events.filter(store__in=stores) | events & Event.objects.visible_to(user)
    shares = apps.get_model("stores", "StoreRole").objects.filter(store__in=stores, group__user=person).exists()
    if not shares and not events.exists():
        raise Http404
    return f"History of {person.name}", events
