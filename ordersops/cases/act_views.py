"""The acts around a case, each with its form: a page, or a fragment for the dialog."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ordersops.accounts.access import get_or_404
from ordersops.accounts.models import Team, User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic
from ordersops.cases import actions, around, files
from ordersops.cases.actions import deadlines, tagging
from ordersops.cases.actions.snoozing import REOPENING
from ordersops.cases.clocks import in_days
from ordersops.cases.escalation import TEAM, obstacle, whom
from ordersops.cases.forms import AssignForm, CommentForm, DeadlineForm, EscalateForm, NoteForm, ReopenForm, SnoozeForm, TagForm, complaints
from ordersops.cases.lanes import lane
from ordersops.cases.models import Attachment, Case, CaseState
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.htmx import Request, done, seen, show


def load(request: Request, pk: UUID) -> Case:
    found = Case.objects.select_related("order", "store", "leased_by", "assigned_to", "team", "requested_by")
    return get_or_404(found, request, Perm.VIEW_CASES, pk=pk)


def _act(
    request: Request,
    pk: UUID,
    act: str,
    *,
    form: type[forms.Form],
    offers: Callable[[Case], dict[str, Any]],
    do: Callable[[Case, dict[str, Any]], str],
) -> HttpResponse:
    """Draw the form of `act`, or do it and go back to the case. What was typed stays when something is missing."""
    case = load(request, pk)
    if request.method == "POST":
        filled = form(request.POST)
        wrong = complaints(filled)
        if not wrong:
            try:
                said = do(case, filled.cleaned_data)
            except Invalid as refusal:
                wrong = [refusal.message]
            else:
                return done(request, "case", case.pk, say=said)
        return _draw(request, case, act, {**offers(case), "form": request.POST.dict(), "ticked": _ticked(request)}, wrong)
    if not getattr(around.acts(case, request.user), act):
        raise _refusal(case, request.user, act)
    return _draw(request, case, act, {**offers(case), "form": {}}, [])


def _ticked(request: Request) -> list[str]:
    return [*request.POST.getlist("wakes_on"), *request.POST.getlist("kept")]


def _refusal(case: Case, user: User, act: str) -> Exception:
    """Why the form is not drawn: a right is missing, or the act has no meaning now."""
    free = Case(pk=case.pk, store_id=case.store_id, lane=case.lane, state=case.state, order_id=case.order_id)
    words = act.replace("_", " ")
    if not case.is_open and act not in {"reopen", "discuss", "tag"}:
        return Conflict(f"This case is {case.get_state_display().lower()} already. Reload to see it as it is now.")
    if act == "deadline" and around.acts(free, user).deadline:
        return Conflict(deadlines.why_not(case))
    if getattr(around.acts(free, user), act, False):
        return Conflict(
            f"You cannot {words} this case now: {case.leased_by or 'somebody'} is at work on it, or it has no meaning any more."
        )
    return Forbidden(f"You may not {words} this case. A supervisor can give you a role that may.")


def _draw(request: Request, case: Case, act: str, offered: dict[str, Any], wrong: list[str]) -> HttpResponse:
    context = {
        **offered,
        "case": case,
        "lane": lane(case.lane),
        "act": act,
        "errors": wrong,
        "form_template": f"cases/_{act}_form.html",
        "case_title": case.name,
        "mine": case.is_open and case.holder_id() == request.user.pk,
    }
    return show(request, "cases/act.html", context, fragment="cases/_act_form.html", status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: Request, pk: UUID) -> HttpResponse:
    def do(case: Case, data: dict[str, Any]) -> str:
        to = _team(data["to"]) or _person(data["to"])
        if data["to"] and to is None:
            raise Invalid("Choose a colleague or a team.")
        actions.assign(case=case, to=to, by=request.user, note=data["note"], off_duty=data["off_duty"])
        return f"Assigned to {to}." if to else "Assigned to nobody: anybody may take it."

    return _act(request, pk, "assign", form=AssignForm, offers=around.may_be_given, do=do)


def _person(text: str) -> User | None:
    return User.objects.filter(pk=key, is_system=False).first() if (key := _key(text)) else None


def _team(text: str) -> Team | None:
    """The team that is meant by `team:` and its id."""
    key = _key(text.removeprefix(TEAM)) if text.startswith(TEAM) else None
    return Team.objects.filter(pk=key).first() if key else None


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def escalate(request: Request, pk: UUID) -> HttpResponse:
    def do(case: Case, data: dict[str, Any]) -> str:
        team = _team(data["role"])
        done = actions.escalate(case=case, role="" if team else data["role"], team=team, note=data["note"], by=request.user)
        return f"Escalated to {whom(done)}."

    return _act(request, pk, "escalate", form=EscalateForm, offers=lambda case: around.may_be_escalated_to(case, request.user), do=do)


@require_http_methods(["GET", "HEAD", "POST"])
def hand_back(request: Request, pk: UUID) -> HttpResponse:
    def do(case: Case, data: dict[str, Any]) -> str:
        actions.hand_back(case=case, note=data["note"], by=request.user)
        return "Handed back: everybody may decide it again."

    return _act(request, pk, "hand_back", form=NoteForm, offers=lambda case: {"role": whom(case)}, do=do)


@require_http_methods(["GET", "HEAD", "POST"])
def snooze(request: Request, pk: UUID) -> HttpResponse:
    def do(case: Case, data: dict[str, Any]) -> str:
        until = timezone.now() + around.SPANS[data["span"]][1]
        actions.snooze(case=case, until=until, reason=data["reason"], wakes_on=data["wakes_on"], note=data["note"], by=request.user)
        return "Put aside. It comes back on top."

    return _act(request, pk, "snooze", form=SnoozeForm, offers=around.snooze_choices, do=do)


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: Request, pk: UUID) -> HttpResponse:
    def do(case: Case, data: dict[str, Any]) -> str:
        actions.reopen(case=case, reason=data["reason"], note=data["note"], by=request.user)
        return "The case is open again; its order is held until it is decided."

    return _act(request, pk, "reopen", form=ReopenForm, offers=lambda case: {"reasons": list(REOPENING.items())}, do=do)


@require_http_methods(["GET", "HEAD", "POST"])
def tag(request: Request, pk: UUID) -> HttpResponse:
    """Put tags on the case, and take others off. What a colleague changed meanwhile stays as they left it."""

    def do(case: Case, data: dict[str, Any]) -> str:
        had, kept = set(data["had"]), set(data["kept"])
        done = actions.tag(case=case, add=[*(kept - had), *tagging.words(data["more"])], remove=had - kept, by=request.user)
        return f"Tagged: {', '.join(done.tags)}." if done.tags else "No tags are left on it."

    return _act(request, pk, "tag", form=TagForm, offers=around.tag_choices, do=do)


@require_http_methods(["GET", "HEAD", "POST"])
def deadline(request: Request, pk: UUID) -> HttpResponse:
    def do(case: Case, data: dict[str, Any]) -> str:
        due_at = _moment(case, data["moment"]) if data["when"] == "other" else in_days(case.store, int(data["when"]))
        moved = actions.move_deadline(case=case, due_at=due_at, note=data["note"], by=request.user)
        return f"The case is due {moved.due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC now."

    return _act(request, pk, "deadline", form=DeadlineForm, offers=around.deadline_choices, do=do)


def _moment(case: Case, typed: datetime | None) -> datetime:
    """What was typed is meant in the store's zone."""
    if typed is None:
        raise Invalid("Write the moment by which it is due.")
    return typed.replace(tzinfo=ZoneInfo(case.store.time_zone))


@require_POST
def wake(request: Request, pk: UUID) -> HttpResponse:
    """Bring a case back before its time."""
    actions.wake_by_hand(case=load(request, pk), by=request.user)
    return done(request, "case", pk, say="Back in the queue.")


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: Request, pk: UUID) -> HttpResponse:
    """Say something, ask a colleague, attach a file: each that is filled in."""
    case = load(request, pk)
    if request.method != "POST":
        if not around.acts(case, request.user).discuss:
            raise Forbidden(f"You may not comment on this case. It needs the right “{Perm.DISCUSS_CASES.sentence}”.")
        return _draw(request, case, "discuss", {**around.talk(case, request.user), "form": {}}, [])
    form = CommentForm(request.POST, request.FILES)
    wrong = complaints(form)
    if not wrong:
        try:
            said = _say(case, request.user, form.cleaned_data, sent="file" in request.FILES)
        except Invalid as refusal:
            wrong = [refusal.message]
        else:
            return done(request, "case", case.pk, say=said)
    return _draw(request, case, "discuss", {**around.talk(case, request.user), "form": request.POST.dict()}, wrong)


@atomic
def _say(case: Case, by: User, data: dict[str, Any], *, sent: bool) -> str:
    asked = list(User.objects.filter(pk=data["ask"], is_system=False)) if data["ask"] else []
    if data["ask"] and not asked:
        raise Invalid("Choose a colleague.")
    upload: UploadedFile | None = data["file"] if sent else None
    text = data["text"].strip()
    if text or asked or upload is None:
        actions.comment(case=case, text=text, ask=asked, by=by)
    if upload is not None:
        actions.attach(case=case, name=upload.name or "", content=upload.read(), by=by)
    return f"{asked[0]} sees your question at once." if asked else "The file is attached." if upload is not None else "Said."


@require_safe
def conversation(request: Request, pk: UUID) -> HttpResponse:
    """What was said, alone: asked for when the bar sees that something was."""
    case = load(request, pk)
    if seen(request, str(case.comments_count)):
        return HttpResponse(status=204)
    return render(request, "cases/_conversation_list.html", {"case": case, "conversation": around.conversation(case)})


@require_safe
def attachment(request: Request, pk: UUID) -> HttpResponse:
    """A file, to be saved and never shown by the browser as a part of this site."""
    found = get_or_404(Attachment.objects.all(), request, Perm.VIEW_CASES, pk=pk)
    answer = HttpResponse(files.unseal(found.pk, bytes(found.body)), content_type=found.kind)
    answer.headers["Content-Disposition"] = files.disposition(found.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
def leave(request: Request, pk: UUID) -> HttpResponse:
    """The page was closed."""
    actions.leave(case=load(request, pk), by=request.user)
    return HttpResponse(status=204)


@require_safe
def news(request: Request, pk: UUID) -> HttpResponse:
    """What an open form must know: whether the case can still be decided as it was shown. 204 while nothing changed."""
    case = load(request, pk)
    sentence = _news(case, request.user, request.GET.get("on", ""))
    key, mine = "stopped" if sentence else "fine", case.is_open and case.holder_id() == request.user.pk
    if seen(request, key):
        return HttpResponse(status=204)
    return render(
        request, "cases/_news.html", {"case": case, "news": sentence, "news_key": key, "on": request.GET.get("on", ""), "mine": mine}
    )


def _news(case: Case, user: User, on: str) -> str:
    if not case.is_open:
        return f"This case {_gone(case)}. What you typed stays here; nothing of it was sent."
    if case.holder_id() not in {None, user.pk}:
        return f"{case.leased_by} took this case. What you typed stays here; nothing of it was sent."
    if why := obstacle(case, user):
        return f"{why} What you typed stays here; nothing of it was sent."
    if on.isdigit() and int(on) != case.version:
        return "New facts or new advice arrived. What you typed stays here; look at the case as it is now before you decide."
    return ""


def _gone(case: Case) -> str:
    """What became of a case that is not open any more, and by whom."""
    if case.is_waiting and (proposal := case.proposals.select_related("by").order_by("-proposed_at").first()):
        return f"was decided by {proposal.by} and waits for a second person"
    decision = case.decisions.select_related("by").order_by("-decided_at").first() if case.state == CaseState.DECIDED else None
    if decision is None:
        return f"is {case.get_state_display().lower()} now"
    outcome = lane(case.lane).outcomes.get(decision.outcome)
    who = "was decided automatically" if decision.source == "system" else f"was decided by {decision.by}"
    return f"{who}: {outcome.label if outcome else decision.outcome}"
