"""Which lanes a person may ask to review an order, and whom in them: computed once, drawn as a form, and asked again by the verb."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ordersops.accounts.access import can
from ordersops.accounts.queries import people_with
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Recommendation
from ordersops.cases.clocks import authorised_until, in_days
from ordersops.cases.duty import with_duty
from ordersops.cases.escalation import deciding
from ordersops.cases.lanes import Lane, lanes
from ordersops.cases.models import Case, Comment
from ordersops.effects.models import Effect, EffectState
from ordersops.orders.models import Order

if TYPE_CHECKING:
    from ordersops.accounts.models import User

DAYS = (1, 2, 3, 5, 10)  # working days that the form offers
USUAL = 3
MOST_DAYS = 30
ON_ITS_WAY = (EffectState.WAITING, EffectState.PLANNED, EffectState.SENDING)


@dataclass(slots=True)
class Reviewable:
    """One lane that reviews orders. `case` is the one that waits already; `why_not` says in a sentence why none can be asked for."""

    lane: Lane
    case: Case | None = None
    why_not: str = ""
    roles: list[tuple[str, str]] = field(default_factory=list)
    people: "list[User]" = field(default_factory=list)

    @property
    def free(self) -> bool:
        return self.case is None and not self.why_not


def reviewable(order: Order) -> list[Reviewable]:
    """Every lane that reviews orders, in the order of the settings, with those who decide in it."""
    found = []
    for about in lanes().values():
        if not about.of_orders:
            continue
        row = Reviewable(about, open_about(order, about))
        if row.case is None:
            row.why_not = why_not(order, about)
        if row.free:
            row.roles = deciding(order.store_id, about.decides)
            row.people = with_duty(people_with(about.decides, order.store_id), order.store)
        found.append(row)
    return found


def open_about(order: Order, about: Lane) -> Case | None:
    """The undecided case of the lane about the order, be it as one of an attack."""
    return Case.objects.undecided().in_lane(about.key).on([order.pk]).first()


def why_not(order: Order, about: Lane) -> str:
    """Why the lane cannot be asked to review the order now; "" where it can. Whether a case waits already is another question."""
    if order.placed_at is None:
        return "The order itself has not arrived yet: there is nothing to review."
    if not about.possible(order):
        return "Nothing is left to decide: the order has shipped or is cancelled."
    if Effect.objects.filter(order=order, decision__case__lane=about.key, state__in=ON_ITS_WAY).exists():
        return "What was decided is still on its way to the store. Undo the decision instead, or wait until it is done."
    if newest_advice(order, about) is None:
        return "The rules have not looked at this order yet. Ask again once they have."
    return ""


def newest_advice(order: Order, about: Lane) -> Recommendation | None:
    """What a reviewer would be shown."""
    given = Recommendation.objects.filter(order=order, subject=order.pk, lane=about.key, shown=True).select_related("snapshot")
    return given.order_by("-advised_at", "-id").first()


def times(order: Order) -> tuple[list[tuple[int, datetime]], datetime | None]:
    """The moments that the form offers, by working days of the store; and the end of the authorisation, past which none counts."""
    return [(days, in_days(order.store, days)) for days in DAYS], authorised_until(order)


def may_ask(order: Order, user: "User") -> bool:
    return can(user, Perm.REQUEST_REVIEW, order.store_id)


def request_of(case: Case) -> Comment | None:
    """What the person wrote who asked for the case; None where no person did."""
    if case.requested_by_id is None:
        return None
    return Comment.objects.filter(case=case, kind=Comment.Kind.REQUESTED).select_related("by").order_by("at").first()
