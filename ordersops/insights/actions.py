"""Verbs of the second review: draw, take, answer, settle. Nothing outside follows from any of them."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lane as lane_named
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.ids import uuid7
from ordersops.insights.blind import reasons_for
from ordersops.insights.drawing import shuffled, to_draw
from ordersops.insights.models import SecondAnswer, SecondReview, Settlement
from ordersops.insights.queries import held, reach, waiting_for
from ordersops.review.queries import reasons_of

LEAST_NOTE, MOST_NOTE = 10, 2000


def draw() -> int:
    """Draw what is to be judged again; the sweeper's round. Run again, it draws nothing twice. Returns how many."""
    now = timezone.now()
    rows = shuffled(to_draw(now))
    if not rows:
        return 0
    with atomic():
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7202, 1)")  # two rounds at once would count the room for known answers twice
        there = set(SecondReview.objects.filter(case__in=[row.decision.case_id for row in rows]).values_list("case", flat=True))
        made = [
            SecondReview(
                id=uuid7(), store_id=row.decision.store_id, lane=row.decision.recommendation.lane, case_id=row.decision.case_id,
                decision=row.decision, recommendation_id=row.decision.recommendation_id, decider_id=row.decision.by_id, kind=row.kind,
                truth=row.truth, drawn_at=now,
            )
            for row in rows if row.decision.case_id not in there
        ]  # fmt: skip
        SecondReview.objects.bulk_create(made)
        system = User.objects.system()
        for one in made:
            record(Verb.CASE_DRAWN_AGAIN, by=system, case=one.case_id, review=one.pk)
    return len(made)


@atomic
def take(*, by: User) -> SecondReview | None:
    """Hand out one review to judge, atomically: two people never get the same. None when none is left for this person.

    Needs the right to decide in some lane. Not what they decided themselves, or had in hand. Whoever has one gets it again until it
    is answered; after the time of a lease it is anybody's.
    """
    if not reach(by):
        raise Forbidden("This needs the right to decide in some lane, which you do not have in any store.")
    now = timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two tabs get one
    if (mine := held(by).first()) is not None:
        return mine
    free = waiting_for(by).order_by("drawn_at", "id").select_for_update(skip_locked=True, of=("self",))
    review = free.first()
    if review is None:
        return None
    review.assigned_to, review.assigned_until = by, now + timedelta(minutes=settings.LEASE_MINUTES)
    review.save(update_fields=["assigned_to", "assigned_until"])
    record(Verb.CASE_TAKEN_AGAIN, by=by, case=review.case_id, review=review.pk)
    return review


@atomic
def answer(*, review: SecondReview, by: User, outcome: str, reason: str, note: str = "") -> SecondAnswer:
    """Say what one would have decided, with a reason of the lane. Nothing follows from it, and it is never changed.

    Needs the lane's right to decide, and to have the review in hand. Conflict once it is answered or with somebody else.
    """
    this = lane_named(review.lane)
    require(by, this.decides, review.store_id, to="judge this case", case=review.case_id)
    review = SecondReview.objects.select_for_update(of=("self",)).select_related("decision").get(pk=review.pk)
    if review.decider_id == by.pk:
        raise Forbidden("You decided this case yourself: a second review is somebody else's.")
    if review.is_answered:
        raise Conflict("This review is answered already. Nothing was changed; take the next one.")
    if review.assigned_to_id != by.pk:
        raise Conflict("This review is no longer yours: its time ran out, and somebody else has it. Nothing was changed.")
    chosen = this.outcomes.get(outcome)
    if chosen is None:
        raise Invalid(f"Choose one of {', '.join(one.label for one in this.outcomes.values())}.")
    fitting = [one.code for one in reasons_for(outcome, reasons_of(this))]
    if reason not in fitting:
        raise Invalid(f"Choose a reason for “{chosen.label}”: {', '.join(fitting)}.")
    if len(note) > MOST_NOTE:
        raise Invalid(f"The note is too long; {MOST_NOTE:,} characters are the most.")
    given = SecondAnswer.objects.create(
        store_id=review.store_id, lane=review.lane, review=review, decider_id=review.decider_id, decided=review.decision.outcome, by=by,
        outcome=outcome, reason=reason, note=note.strip(), at=timezone.now(),
    )  # fmt: skip
    review.is_answered, review.assigned_until = True, None
    review.save(update_fields=["is_answered", "assigned_until"])
    record(Verb.CASE_JUDGED_AGAIN, by=by, case=review.case_id, review=review.pk, outcome=outcome, reason=reason)
    return given


@atomic
def settle(*, answer: SecondAnswer, by: User, stands: str, note: str) -> Settlement:
    """Say which of two judgements stands, with a note. It changes neither, and nothing learns from it by itself.

    Needs `settle_reviews`, and to be neither of the two. Conflict where they agree, or it is settled already.
    """
    require(by, Perm.SETTLE_REVIEWS, answer.store_id, to="settle two judgements", case=answer.review.case_id)
    answer = SecondAnswer.objects.select_for_update(of=("self",)).select_related("review").get(pk=answer.pk)
    if by.pk in {answer.by_id, answer.decider_id}:
        raise Forbidden("One of the two judgements is yours: somebody else settles it.")
    if answer.outcome == answer.decided:
        raise Conflict("Both judgements are the same: there is nothing to settle.")
    if Settlement.objects.filter(answer=answer).exists():
        raise Conflict("This was settled already. Nothing was changed.")
    if stands not in Settlement.Stands.values:
        raise Invalid("Choose which of the two stands, or that either can be held.")
    note = note.strip()
    if not LEAST_NOTE <= len(note) <= MOST_NOTE:
        raise Invalid(f"Say why in {LEAST_NOTE} to {MOST_NOTE:,} characters.")
    made = Settlement.objects.create(store_id=answer.store_id, answer=answer, stands=stands, note=note, by=by, at=timezone.now())
    record(Verb.CASE_SETTLED, by=by, case=answer.review.case_id, answer=answer.pk, stands=Settlement.Stands(stands).label)
    return made
