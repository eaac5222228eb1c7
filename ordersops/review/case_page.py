"""All that the page of a case shows, in a constant number of queries."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zlib import crc32

from django.conf import settings
from django.db.models import Count, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.access import can
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.facts import Evidence
from ordersops.advice.models import Question, QuestionState, Recommendation
from ordersops.audit.models import Event
from ordersops.cases.around import acts, standing, talk
from ordersops.cases.clocks import authorised_until, is_assumed
from ordersops.cases.lanes import Lane, lane
from ordersops.cases.models import Case, CaseState
from ordersops.cases.presence import touch
from ordersops.closed import closed_orders
from ordersops.effects.models import Effect
from ordersops.effects.queries import with_rights
from ordersops.orders.graph import draw
from ordersops.orders.links import Linked, linked_to, summary
from ordersops.orders.models import Order
from ordersops.orders.past import past_of
from ordersops.orders.queries import compare_addresses, revisions_of, timeline
from ordersops.orders.revisions import dressed, tell
from ordersops.review import playbooks
from ordersops.review.checklist import items
from ordersops.review.closed import closed
from ordersops.review.confirmed import confirmations
from ordersops.review.evidence import advice_shown
from ordersops.review.models import TAKEN_BACK, Decision, FirstImpression, ProposalState, Source, Words
from ordersops.review.provenance import advisor_named
from ordersops.review.queries import Available, available, recommendation_for
from ordersops.review.requests import request_of
from ordersops.review.stakes import answers, earned, ships_by
from ordersops.review.terms import of_page
from ordersops.review.waiting import dressed as dressed_proposal
from ordersops.rollout.queries import written

PROPOSALS_SHOWN = 10
MEMBERS_SHOWN = 50
EVENTS_SHOWN = 50
SHARED = {
    "email": "e-mail", "phone": "phone", "ip": "IP address", "card": "card", "bin": "card range", "ship": "shipping address", "device": "device"
}  # fmt: skip
# Why a decision supersedes another without a reason of the lane.
BACK = {"UNDO": "before anything left", TAKEN_BACK: "after it was carried out"}


def page(case: Case, user: User) -> dict[str, Any]:
    """The context of review/case.html.

    While the advice is closed to the person, nothing of it is in the context: no template can give it away.
    """
    about, order, words = lane(case.lane), case.order, Words()
    recommendation = recommendation_for(case)
    decisions = [
        _dressed(decision, about, words)
        for decision in case.decisions.select_related("by", "second", "playbook").prefetch_related("harms__by")
    ]
    linked = linked_to(order)
    _decided_before(case, about, linked, words, closed_orders((row.order_id for row in linked), user))
    shown = advice_shown(recommendation, about)
    members = (
        list(Order.objects.filter(memberships__case=case).order_by("memberships__added_at")[: MEMBERS_SHOWN - 1]) if case.is_attack else []
    )
    proposals = [
        dressed_proposal(row, words)
        for row in case.proposals.select_related("by", "settled_by", "case", "playbook").order_by("-proposed_at")[:PROPOSALS_SHOWN]
    ]
    may = available(case, user, recommendation=recommendation)
    context = bar(case, user, may, decisions, touch(case, user))
    revisions = [] if case.is_attack else revisions_of(order)
    prefetch_related_objects([order], "transactions")
    transactions = list(order.transactions.all())
    lines = list(order.lines.all())
    earns = earned(case, lines, user)
    choices = answers(case, about, may, user, earns)
    found = {
        **context,
        **talk(case, user),
        **shown,
        "request_note": request_of(case),
        "outcome": about.outcomes.get(recommendation.outcome) if recommendation else None,  # also of a closed case
        "order": order,
        "orders": [order, *members],
        "orders_total": case.orders_count,
        "customer": order.customer,
        "past": past_of(order),
        "recommendation": recommendation,
        "waiting_question": _waiting_question(case),
        "answers": choices,
        "answers_move": len({answer.moves for answer in choices}) > 1,
        "impressions": [_dressed_impression(given, about) for given in case.impressions.select_related("by", "recommendation")],
        **checklist(case, user, may, shown["frozen"]),
        "playbooks": playbooks.shown(case, about, may, recommendation),
        **of_page(about, recommendation, may),
        "panel_template": f"{about.key}/_panel.html",
        "panel": _panel(about, recommendation, shown["frozen"], closed=may.closed),
        "decisions": decisions,
        "proposal": proposals[0] if proposals and case.is_waiting else None,
        "sent_back": proposals[0] if proposals and case.is_open and proposals[0].state == ProposalState.SENT_BACK else None,
        "proposals": [row for row in proposals if row.state != ProposalState.WAITING],
        "may_report_harm": can(user, Perm.STOP_AUTOMATION, case.store_id),
        "effects": _effects(case, user),
        "confirmations": confirmations(case),
        "may_withdraw_link": (case.is_open or case.is_waiting) and may.decides and case.holder_id() in {None, user.pk},
        "holds": list(order.holds.select_related("placed_by", "released_by")),
        "linked": linked,
        "linked_summary": summary(linked),
        "graph": draw(linked, str(order)),
        "addresses": {**compare_addresses(order), "distance": shown["distance"]},
        "lines": lines,
        "earns": earns,
        "ships": ships_by(case, lines, user, timezone.now()),
        "transactions": transactions,
        "authorized_at": next((one.at for one in reversed(transactions) if one.kind == "authorization" and one.status == "success"), None),
        "authorised_until": authorised_until(order),
        "authorised_days_assumed": settings.AUTHORISED_DAYS if is_assumed(transactions) else 0,
        "older_recommendations": _older(case, about, recommendation.pk if recommendation else None),
        "revisions": dressed(revisions),
        "timeline": tell(_timeline(case, user), revisions),
        "timeline_more": f"{reverse('audit')}?case={case.pk}" if can(user, Perm.VIEW_AUDIT, case.store_id) else "",
    }
    return closed(found) if may.closed else found


def _panel(about: Lane, recommendation: Recommendation | None, frozen: Evidence | None, *, closed: bool) -> dict[str, Any]:
    """The lane's part of the page, under the policy under which it was advised."""
    if recommendation is None or frozen is None:
        return {}
    if closed:
        return about.panel_closed(frozen)
    return about.panel(frozen, written(recommendation).policy(recommendation.policy_version))


def checklist(case: Case, user: User, may: Available, evidence: Evidence | None) -> dict[str, Any]:
    """The context of review/_checklist.html."""
    found = items(lane(case.lane), evidence, case.ticks.select_related("by"))
    holder = case.holder_id()
    return {
        "checklist": found,
        "checklist_done": sum(not item.is_open for item in found),
        "may_tick": case.is_open and may.decides and holder in {None, user.pk},
    }


def bar(case: Case, user: User, may: Available, decisions: list[Decision] | None = None, here: Sequence[str] = ()) -> dict[str, Any]:
    """The context of the decision bar, and of the forms that it opens. `here`: who else has the case open."""
    about, holder = lane(case.lane), case.holder_id()
    if decisions is None and not case.is_open and not case.is_waiting:
        words = Words()
        decisions = [_dressed(decision, about, words) for decision in case.decisions.select_related("by", "second")[:1]]
    last = decisions[0] if decisions and not case.is_open and not case.is_waiting else None
    return {
        "case": case,
        "lane": about,
        "available": may,
        "holder": case.leased_by if holder else None,
        "mine": holder == user.pk,
        "lease_until": case.lease_until if holder else None,
        "version": version(case, here),
        "changed": False,
        "outcome": may.recommended,
        "undo_until": may.undo.effects.order_by("due_at").values_list("due_at", flat=True).first() if may.undo else None,
        "decided_sentence": _decided(case, last),
        "case_title": title(case),
        "case_who": who(case),
        "hold_window": settings.HOLD_WINDOW_SECONDS,
        "acts": acts(case, user),
        "standing": standing(case),
        "here": here,
    }


def version(case: Case, here: Sequence[str] = ()) -> str:
    """Names what the bar shows: the case's own version, how it stands, and who is there. The part before the dot is what a decision is made on."""
    holder = case.holder_id()
    rest = (
        case.assigned_to_id, case.team_id, case.escalated_to, case.snoozed_until, case.paused_at, case.due_at, case.breached_at, case.woken_because,
        case.comments_count, *case.tags, *here, *_how_far(case),
    )  # fmt: skip
    return f"{case.version}.{case.state[:2]}{holder.hex[-8:] if holder else ''}-{crc32(repr(rest).encode()):x}"


def _how_far(case: Case) -> list[Any]:
    """Of a decided case: how many of its effects stand how. What can be taken back hangs on it."""
    if case.state != CaseState.DECIDED:
        return []
    return list(Effect.objects.filter(decision__case=case).order_by("state").values_list("state").annotate(Count("pk")))


def title(case: Case) -> str:
    return f"{case.order} and {case.orders_count - 1} more" if case.is_attack and case.orders_count > 1 else case.name


def who(case: Case) -> str:
    """The customer; of an attack, what its orders share."""
    if case.is_attack:
        kind = case.group_key.partition(":")[0]
        return f"sharing one {SHARED.get(kind, kind)}"
    return case.order.name or case.order.email


def _effects(case: Case, user: User) -> list[Effect]:
    asked = Effect.objects.filter(order=case.order_id, kind="message.send", asked_by__isnull=False, planned_at__gte=case.opened_at)
    theirs = Effect.objects.filter(decision__case=case).order_by().values("pk").union(asked.order_by().values("pk"))
    found = Effect.objects.filter(pk__in=theirs).select_related("order", "settled_by", "decision__case")
    return with_rights(list(found.order_by("-planned_at", "order_id")[:MEMBERS_SHOWN]), user)


def _timeline(case: Case, user: User) -> list[Event]:
    """Of one order everything that happened to it; of an attack what happened to the case."""
    if not case.is_attack:
        return timeline(case.order, user)
    return list(Event.objects.timeline_for(case=case).shown_to(user, case.store_id)[:EVENTS_SHOWN])


def _dressed(decision: Decision, about: Lane, words: Words) -> Decision:
    """Set the words and tone of a decision, as its lane names them."""
    outcome = about.outcomes.get(decision.outcome)
    decision.outcome_label = outcome.label if outcome else "Taken back"
    decision.tone = outcome.tone if outcome else "neutral"
    said = words.of(about.key, decision.reason, decision.reason_version)
    decision.reason_sentence = said or BACK.get(decision.reason, "")
    return decision


def _decided(case: Case, last: Decision | None) -> str:
    if case.is_open or case.is_waiting:
        return ""
    if last is None:
        return f"{case.get_state_display()}."
    if last.source == Source.SYSTEM:
        return f"{last.outcome_label}: decided automatically, under a policy of two people."
    people = f"{last.by}, and {last.second} as the second person" if last.second else str(last.by)
    return f"{last.outcome_label}: decided by {people}, reason {last.reason}."


def _older(case: Case, about: Lane, newest: UUID | None) -> list[Any]:
    earlier = case.order.recommendations.filter(lane=case.lane, subject=case.subject, shown=True).order_by("-advised_at")[:6]
    found = [each for each in earlier if each.pk != newest][:5]
    for each in found:
        outcome = about.outcomes.get(each.outcome)
        each.outcome_label = outcome.label if outcome else each.outcome
        each.advisor_label = advisor_named(each.advisor)
    return found


def _decided_before(case: Case, about: Lane, linked: list[Linked], words: Words, untold: set[UUID]) -> None:
    """Say for each linked order what was decided about it, and stands: the newest decision of the lane.

    Of the `untold` the person judges a case anew: what was made of them before is not said.
    """
    for row in linked:
        if row.order_id in untold and row.judged:
            row.outcome, row.tone = "In review", "neutral"
    rows = {row.order_id: row for row in linked if row.order_id not in untold}
    stands = Decision.objects.filter(case__order__in=rows, case__lane=case.lane, superseded_by=None).exclude(outcome="undo")
    newest = stands.exclude(case=case).order_by("case__order", "-decided_at").distinct("case__order") if rows else Decision.objects.none()
    for decision in newest.select_related("by", "case"):
        _dressed(decision, about, words)
        rows[decision.case.order_id].decision = {
            "at": decision.decided_at, "url": reverse("case", args=[decision.case_id]), "outcome": decision.outcome_label,
            "tone": decision.tone, "by": "automatically" if decision.source == Source.SYSTEM else decision.by,
            "reason": decision.reason_sentence or decision.reason, "overrides": decision.overrides,
        }  # fmt: skip


def _dressed_impression(given: FirstImpression, about: Lane) -> FirstImpression:
    """Set the words of a first impression, and whether it was what the advice said."""
    outcome = about.outcomes.get(given.outcome)
    given.outcome_label = outcome.button if outcome else given.outcome
    given.tone = outcome.tone if outcome else "neutral"
    given.as_advised = given.outcome == given.recommendation.outcome
    return given


def _waiting_question(case: Case) -> Question | None:
    """The newest question about it that has no answer yet, or none at all: what is on the page may be out of date."""
    newest: Question | None = case.order.questions.filter(lane=case.lane, subject=case.subject).order_by("-asked_at", "-id").first()
    return newest if newest is not None and newest.state != QuestionState.ANSWERED else None
