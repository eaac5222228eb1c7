"""The playbooks: what to do in situations that come again, how often each was of use, and writing them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import Lane, lane, lanes
from ordersops.cases.views import lane_or_404
from ordersops.errors import Conflict, Invalid
from ordersops.htmx import Request, done
from ordersops.review import actions
from ordersops.review.actions.playbooks import checked
from ordersops.review.figures import Figures, figures, tried
from ordersops.review.models import Playbook, PlaybookVersion, Words
from ordersops.review.playbook_forms import PlaybookForm, initial_of
from ordersops.review.playbooks import said_of
from ordersops.rollout.actions.rights import can_in, require_in
from ordersops.stores.models import Store

VERSIONS_SHOWN = 50
FITTING_SHOWN = 5


@require_safe
def playbooks(request: Request) -> HttpResponse:
    """The playbooks of every lane that hold in the person's stores."""
    stores = require_anywhere(request.user, Perm.VIEW_CASES)
    rows = {about.key: PlaybookVersion.objects.current(about.key, stores) for about in lanes().values()}
    counted = figures(request.user, [row.playbook_id for each in rows.values() for row in each])
    said = Words()
    found = [
        {
            "lane": about,
            "rows": _dressed([row for row in rows[about.key] if row.active], about, said, counted),
            "retired": [row for row in rows[about.key] if not row.active],
        }
        for about in lanes().values()
    ]
    may_write = bool(Store.objects.visible_to(request.user, Perm.EDIT_PLAYBOOKS))
    return render(request, "review/playbooks.html", {"found": found, "may_write": may_write})


@require_safe
def playbook(request: Request, pk: UUID) -> HttpResponse:
    """One playbook: what it says, its figures and versions."""
    book = _load(request, pk)
    about = lane(book.lane)
    rows = list(book.versions.select_related("by", "playbook__store").order_by("-version")[:VERSIONS_SHOWN])
    _dressed(rows, about, Words(), figures(request.user, [book.pk]))
    context = {
        "lane": about,
        "book": book,
        "row": rows[0],
        "versions": rows,
        "may_edit": can_in(request.user, Perm.EDIT_PLAYBOOKS, book.store_id),
    }
    return render(request, "review/playbook.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request, lane: str) -> HttpResponse:
    """The form for a new one, trying its conditions, and writing it."""
    about = lane_or_404(lane)
    require_anywhere(request.user, Perm.EDIT_PLAYBOOKS)
    stores = list(Store.objects.visible_to(request.user, Perm.EDIT_PLAYBOOKS).order_by("name"))
    everywhere = can_in(request.user, Perm.EDIT_PLAYBOOKS, None)
    if request.method != "POST":
        return _form(request, PlaybookForm(about, stores, everywhere=everywhere))
    form = PlaybookForm(about, stores, everywhere=everywhere, data=request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    store = next((one for one in stores if str(one.pk) == form.cleaned_data["store"]), None)
    if "try" in request.POST:
        return _try(request, form, store.pk if store else None)
    try:
        made = actions.add_playbook(lane=about.key, said=form.said(), store=store, by=request.user)
    except Invalid as refusal:
        return _form(request, form, error=refusal.message, status=refusal.status)
    return done(request, "playbook", made.playbook_id, say=f"“{made.name}” is written, and shown from now on where it fits.")


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID) -> HttpResponse:
    """The form for its next version, trying its conditions, and writing it."""
    book = _load(request, pk)
    require_in(request.user, Perm.EDIT_PLAYBOOKS, book.store_id, to="change a playbook")
    about = lane(book.lane)
    row = book.versions.order_by("-version")[0]
    if request.method != "POST":
        return _form(request, PlaybookForm(about, None, initial=initial_of(row)), book=book, row=row)
    form = PlaybookForm(about, None, data=request.POST)
    if not form.is_valid():
        return _form(request, form, book=book, row=row, status=422)
    if "try" in request.POST:
        return _try(request, form, book.store_id, book=book, row=row)
    try:
        made = actions.change_playbook(playbook=book, said=form.said(), version=form.cleaned_data["version"] or 0, by=request.user)
    except (Conflict, Invalid) as refusal:
        return _form(request, form, book=book, row=row, error=refusal.message, status=refusal.status)
    return done(request, "playbook", book.pk, say=f"“{made.name}” is changed. Decisions made before keep the version that they read.")


@require_POST
def retire(request: Request, pk: UUID) -> HttpResponse:
    made = actions.retire_playbook(playbook=_load(request, pk), by=request.user)
    return done(request, "playbook", made.playbook_id, say=f"“{made.name}” is retired. Decisions that it filled in stay as they are.")


@require_POST
def restore(request: Request, pk: UUID) -> HttpResponse:
    made = actions.restore_playbook(playbook=_load(request, pk), by=request.user)
    return done(request, "playbook", made.playbook_id, say=f"“{made.name}” is shown again where it fits.")


def _try(request: Request, form: PlaybookForm, store: UUID | None, **more: Any) -> HttpResponse:
    """The form again, with the open cases that it would fit."""
    try:
        conditions = checked(form.lane, form.said())["conditions"]
    except Invalid as refusal:
        return _form(request, form, error=refusal.message, status=refusal.status, **more)
    found = tried(request.user, form.lane, conditions, store)
    return _form(request, form, tried=found, tried_shown=found.found[:FITTING_SHOWN], **more)


def _form(request: Request, form: PlaybookForm, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "review/playbook_form.html", {"form": form, "lane": form.lane, **more}, status=status)


def _load(request: Request, pk: UUID) -> Playbook:
    """A playbook of one store, or of all: that one is there for everybody who sees some cases."""
    rows = Playbook.objects.select_related("store")
    found = rows.filter(pk=pk, store=None).first()
    if found is not None:
        require_anywhere(request.user, Perm.VIEW_CASES)
    else:
        found = get_or_404(rows, request, Perm.VIEW_CASES, pk=pk)
    if found.lane not in lanes():
        raise Http404
    return found


def _dressed(rows: Iterable[PlaybookVersion], about: Lane, said: Words, counted: dict[UUID, Figures]) -> list[PlaybookVersion]:
    """Set the words of conditions, outcome and reasons, and the figures."""
    found = list(rows)
    for row in found:
        row.when = said_of(about, row.conditions)
        row.outcome_of = about.outcomes.get(row.outcome)
        row.reason_words = said.of(about.key, row.reason) if row.reason else ""
        row.against_words = said.of(about.key, row.reason_against) if row.reason_against else ""
        row.figures = counted.get(row.playbook_id, Figures())
    return found
