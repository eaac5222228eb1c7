"""What a person wants to be told of, and what reached them."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.errors import Invalid
from ordersops.htmx import Request, done, show
from ordersops.notifications import queries
from ordersops.notifications.actions import rules as actions
from ordersops.notifications.forms import RuleForm
from ordersops.notifications.models import Rule


@require_safe
def notifications(request: Request) -> HttpResponse:
    return render(request, "notifications/notifications.html", queries.my_page(request.user))


@require_safe
def log(request: Request) -> HttpResponse:
    page = queries.my_log(request.user, request.GET.get("cursor", ""))
    context = {"log": page.rows, "next_cursor": page.next_cursor}
    return show(request, "notifications/my_log.html", context, fragment="notifications/_log.html")


@sensitive_post_parameters("teams_url")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    if request.method != "POST":
        first = {"topics": ["opened"], "high": "email:now", "anomalous": "email:hourly"}
        return _form(request, RuleForm(stores=queries.my_stores(request.user), all_stores="All my stores", initial=first))
    return _save(request, None)


@sensitive_post_parameters("teams_url")
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: Request, pk: UUID) -> HttpResponse:
    """One rule of one's own; a POST changes it."""
    found = _mine(request, pk)
    if request.method != "POST":
        held = {field: getattr(found, field) for field in _FIELDS} | {"store": str(found.store_id or "")}
        return _form(request, RuleForm(stores=queries.my_stores(request.user), all_stores="All my stores", initial=held), found)
    return _save(request, found)


_FIELDS = (
    "topics", "lane", "high", "anomalous", "rest", "slack_channel", "quiet_from", "quiet_until", "time_zone", "high_comes_through", "is_active",
)  # fmt: skip


def _save(request: Request, found: Rule | None) -> HttpResponse:
    form = RuleForm(request.POST, stores=queries.my_stores(request.user), all_stores="All my stores")
    if form.is_valid():
        asked = dict(form.cleaned_data)
        asked["teams_url"] = asked["teams_url"] or None  # left empty, it stays as it is
        try:
            saved = actions.save(by=request.user, rule=found, **asked)
        except Invalid as refusal:
            form.add_error(None, refusal.message)
        else:
            return done(request, "notifications", say="Saved." if saved.is_active else "Saved. The rule rests.")
    return _form(request, form, found, status=422)


def _form(request: Request, form: RuleForm, found: Rule | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "rule": found, "chosen": set(form["topics"].value() or []), **queries.my_page(request.user)}
    return render(request, "notifications/rule.html", context, status=status)


@require_POST
def test(request: Request, pk: UUID) -> HttpResponse:
    sent = actions.test(rule=_mine(request, pk), by=request.user)
    return done(request, "notifications", say=f"A test is on its way by {', '.join(row.get_channel_display() for row in sent)}.")


@require_POST
def remove(request: Request, pk: UUID) -> HttpResponse:
    actions.remove(rule=_mine(request, pk), by=request.user)
    return done(request, "notifications", say="The rule is gone.")


def _mine(request: Request, pk: UUID) -> Rule:
    """Another person's rules do not exist."""
    return get_object_or_404(Rule.objects.select_related("store"), pk=pk, person=request.user)
