"""Second reviews: judging one blind, and how well people agree."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ordersops.accounts.access import can, get_or_404, require, require_anywhere
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import lanes
from ordersops.errors import Forbidden, Invalid
from ordersops.htmx import Request, done
from ordersops.insights import actions, blind, queries
from ordersops.insights import quality as reads
from ordersops.insights.forms import QUALITY_DAYS, AnswerForm, QualityFilters, SettleForm, since
from ordersops.insights.models import SecondAnswer, SecondReview, Settlement
from ordersops.review.queries import reasons_of
from ordersops.stores.models import Store


@require_safe
def quality(request: Request) -> HttpResponse:
    """Needs the right to see the workload in some store; counts in the stores with that right."""
    stores = require_anywhere(request.user, Perm.VIEW_WORKLOAD)
    names = Store.objects.filter(pk__in=stores).values_list("pk", "name")
    filters = QualityFilters(
        request.GET, store=[(str(pk), name) for pk, name in names], lane=[(key, lane.label) for key, lane in lanes().items()]
    )
    asked = filters.read()
    chosen = [asked["store"]] if asked["store"] else stores
    days = asked["days"] or QUALITY_DAYS[0][0]
    context = {
        **filters.context(),
        "sheets": reads.sheets(chosen, asked["lane"], since(days)),
        "differences": reads.differences(chosen, asked["lane"], since(days)),
        "shown": reads.SHOWN,
        "may_review": bool(queries.reach(request.user)),
        "days": days,
        "periods": QUALITY_DAYS,
    }
    return render(request, "insights/quality.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def next_review(request: Request) -> HttpResponse:
    """How many wait for the person, and handing out one of them."""
    if not queries.reach(request.user):
        raise Forbidden("This page needs the right to decide in some lane, which you do not have in any store.")
    if request.method == "POST":
        review = actions.take(by=request.user)
        if review is not None:
            return done(request, "second_review", review.pk)
        return done(request, "quality_next", say="Nothing is left for you: the others are with somebody, or you had to do with them.")
    held = queries.held(request.user).first()
    context = {"held": held, "waiting": queries.waiting(request.user)}
    return render(request, "insights/next.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Request, pk: UUID) -> HttpResponse:
    """One case as it was known, and the answer. Only for who has it in hand; to everybody else it does not exist."""
    rows: QuerySet[SecondReview] = SecondReview.objects.select_related("recommendation__snapshot", "case__order", "store", "decision")
    found = get_object_or_404(rows.prefetch_related("recommendation__signals"), queries.within(queries.reach(request.user)), pk=pk)
    if found.assigned_to_id != request.user.pk:
        raise Http404
    if found.is_answered and request.method != "POST":
        return redirect("quality_next")
    if request.method != "POST":
        return _draw(request, found, {}, [])
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _draw(request, found, form.data, form.wrong())
    try:
        actions.answer(review=found, by=request.user, **form.cleaned_data)
    except Invalid as refusal:
        return _draw(request, found, form.data, [refusal.message])
    return done(request, "quality_next", say="Your review is kept. Nothing was changed by it.")


def _draw(request: Request, found: SecondReview, filled: Any, wrong: list[str]) -> HttpResponse:
    given = {name: filled.get(name, "") for name in ("outcome", "reason", "note")}
    context = {**blind.page(found), "form": given, "errors": wrong}
    return render(request, "insights/review.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, pk: UUID) -> HttpResponse:
    """Two judgements of one case side by side, and settling which stands."""
    rows = SecondAnswer.objects.select_related("by", "decider", "store", "review__case__order", "review__decision", "settlement__by")
    found = get_or_404(rows, request, Perm.VIEW_WORKLOAD, pk=pk)
    if request.method != "POST":
        return _draw_answer(request, found, {}, [])
    form = SettleForm(request.POST)
    if not form.is_valid():
        require(request.user, Perm.SETTLE_REVIEWS, found.store_id, to="settle two judgements", case=found.review.case_id)
        return _draw_answer(request, found, form.filled(), form.wrong())
    try:
        actions.settle(answer=found, by=request.user, **form.cleaned_data)
    except Invalid as refusal:
        return _draw_answer(request, found, form.filled(), [refusal.message])
    return done(request, "second_answer", found.pk, say="Settled. Neither judgement was changed by it.")


def _draw_answer(request: Request, found: SecondAnswer, filled: dict[str, Any], wrong: list[str]) -> HttpResponse:
    one = reads.difference(found)
    about = lanes()[found.lane]
    sentences = {reason.code: reason.sentence for reason in reasons_of(about, retired=True)}
    decision = found.review.decision
    context = {
        "one": one,
        "lane": about,
        "decision": decision,
        "decision_reason": sentences.get(decision.reason, decision.reason),
        "answer_reason": sentences.get(found.reason, found.reason),
        "stands": Settlement.Stands.choices,
        "may_settle": found.outcome != found.decided
        and one.settled is None
        and can(request.user, Perm.SETTLE_REVIEWS, found.store_id)
        and request.user.pk not in {found.by_id, found.decider_id},
        "own": request.user.pk in {found.by_id, found.decider_id},
        "form": filled,
        "errors": wrong,
    }
    return render(request, "insights/answer.html", context, status=422 if wrong else 200)
