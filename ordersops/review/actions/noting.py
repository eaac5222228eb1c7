"""What is noted on a case before it is decided: a first impression while the advice is closed, and ticks of the checklist."""

from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lane as lane_named
from ordersops.cases.models import Case
from ordersops.errors import Conflict, Invalid
from ordersops.review.impressions import closed_to
from ordersops.review.models import FirstImpression, Tick
from ordersops.review.queries import recommendation_for


@atomic
def give_impression(*, case: Case, by: User, outcome: str) -> FirstImpression:
    """Say what one thinks before the advice is opened. It decides nothing. Needs the lane's right to decide.

    Conflict where the advice is not closed to this person, or the case is no longer open; Invalid for what is no outcome of the lane.
    """
    this = lane_named(case.lane)
    require(by, this.decides, case.store_id, to="judge this case", case=case)
    case = Case.objects.select_for_update(of=("self",)).select_related("order", "store").get(pk=case.pk)
    recommendation = recommendation_for(case)
    if recommendation is None or not closed_to(case, by, recommendation):
        raise Conflict("No first impression is asked of you here: the advice of this case is open. Reload to see it.")
    if outcome not in this.outcomes:
        raise Invalid(f"Choose one of {', '.join(one.label for one in this.outcomes.values())}.")
    given = FirstImpression.objects.create(
        store_id=case.store_id, case=case, recommendation=recommendation, outcome=outcome, by=by, at=timezone.now()
    )
    record(Verb.CASE_IMPRESSION, by=by, case=case, impression=given.pk, recommendation=recommendation.pk, outcome=outcome)
    return given


@atomic
def tick(*, case: Case, by: User, item: str, on: bool = True) -> None:
    """Tick an item of the lane's checklist, or take the tick back. Needs the lane's right to decide; done already, it changes nothing.

    Conflict once the case is closed or while somebody else works on it; Invalid for an item that the lane does not have.
    """
    this = lane_named(case.lane)
    require(by, this.decides, case.store_id, to="work on this case", case=case)
    check = next((check for check in this.checklist if check.key == item), None)
    if check is None:
        raise Invalid("The checklist has no such item. Reload the page.")
    case = Case.objects.select_for_update(of=("self",)).select_related("order", "leased_by").get(pk=case.pk)
    if not case.is_open:
        raise Conflict(f"This case is {case.get_state_display().lower()} already; its checklist stays as it is.")
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    held = Tick.objects.filter(case=case, item=item)
    if on and not held.exists():
        Tick.objects.create(store_id=case.store_id, case=case, item=item, by=by, at=timezone.now())
        record(Verb.CASE_TICKED, by=by, case=case, item=item)
    elif not on and held.exists():
        held.delete()
        record(Verb.CASE_UNTICKED, by=by, case=case, item=item)
