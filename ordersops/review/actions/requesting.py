"""A person asks that a lane reviews an order: a case that no rule opened, with a due date."""

from decimal import Decimal

from django.utils import timezone

from ordersops.accounts.access import can, require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Recommendation
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases import clocks
from ordersops.cases.actions import Opening, new_case, note_of
from ordersops.cases.escalation import deciding, label
from ordersops.cases.lanes import Lane, Priority, Subject
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case, Comment
from ordersops.errors import Conflict, Invalid
from ordersops.orders.models import Order
from ordersops.review.requests import MOST_DAYS, USUAL, newest_advice, open_about, why_not
from ordersops.rollout.queries import written

ASKED = 20  # points of priority: somebody waits for the answer


@atomic
def request_review(
    *, order: Order, lane: str, note: str, by: User, working_days: int = USUAL, to: User | None = None, role: str = ""
) -> Case:
    """Ask that a lane reviews the order, on the newest advice about it: the lane's rows follow (fraud holds the order), and a case is open.

    Needs `request_review` and a note that says why. It is due after so many working days of the store, never past the end of an
    authorisation. `to`: it is assigned to that colleague; `role`: only those who have it, and supervisors, decide it. Automation leaves it
    alone, and no rule withdraws it. Conflict where a case about the order waits already, and where nothing can be decided about it.
    """
    require(by, Perm.REQUEST_REVIEW, order.store_id, to="ask for a review", order=order)
    about = lane_named(lane)
    if not about.of_orders:
        raise Invalid(f"{about.label} does not review orders. Choose another lane.")
    if not 1 <= working_days <= MOST_DAYS:
        raise Invalid(f"Choose a due date within the next {MOST_DAYS} working days.")
    _fits(order, about, to, role)
    (subject,) = about.lock([order.pk])
    if open_about(order, about) is not None:
        raise Conflict(f"A case of {about.label} about this order waits already: say there what you know. Nothing was opened.")
    if why := why_not(subject.order, about):
        raise Conflict(f"{why} Nothing was changed.")
    advice = newest_advice(order, about)
    assert advice is not None
    case = new_case(about, _opening(about, subject, advice, working_days))
    case.requested_by, case.assigned_to, case.escalated_to = by, to, role
    case.save(force_insert=True)
    said = note_of(case, by, Comment.Kind.REQUESTED, note, needed="why it should be reviewed")
    assert said is not None
    case.save(update_fields=["comments_count"])
    about.asked_for(subjects=[subject], by=by)
    record(
        Verb.CASE_REQUESTED, by=by, case=case, lane=about.label, due_at=case.due_at, whom=to.name if to else label(role) if role else "anybody",
        assignee=to.pk if to else None, comment=said.pk,
    )  # fmt: skip
    return case


def _fits(order: Order, about: Lane, to: User | None, role: str) -> None:
    """Raise Invalid for somebody, or a role, that does not decide in the lane."""
    if to is not None and role:
        raise Invalid("Name a colleague or a role, not both.")
    if to is not None and (not to.is_active or not can(to, about.decides, order.store_id)):
        raise Invalid(f"{to} does not decide {about.label.lower()} cases in this store. Choose somebody else.")
    if role and role not in dict(deciding(order.store_id, about.decides)):
        raise Invalid(f"Nobody in this store decides {about.label.lower()} cases in that role. Choose another.")


def _opening(about: Lane, subject: Subject, advice: Recommendation, working_days: int) -> Opening:
    """As the lane opens a case on this advice, but for its clock, and for its priority, which counts that a person asked."""
    order, evidence, now = subject.order, advice.snapshot.evidence, timezone.now()
    policy = written(advice).policy(advice.policy_version)
    until = clocks.deadline(order=order, within=clocks.calendar(order.store).day * working_days, now=now)
    tier = order.customer.tier if order.customer else ""
    amount: Decimal | None = subject.at_risk[0]
    seen = about.signals(evidence, policy)
    found = about.priority(amount=amount, score=advice.score, due_in=until.due_at - now, tier=tier)
    return Opening(
        subject=subject, recommendation_id=advice.pk, advisor=advice.advisor, outcome=advice.outcome, band=advice.band, score=advice.score,
        headline=about.headline(evidence, seen, policy)[:200], attack_key="", due_at=until.due_at,
        priority=Priority(found.points + ASKED, ("a colleague asks for it", *found.reasons)), warn_at=until.warn_at,
        authorised_until=until.authorised_until, signals=tuple(sorted({one.key for one in seen if one.state == "fired" and one.points > 0})),
    )  # fmt: skip
