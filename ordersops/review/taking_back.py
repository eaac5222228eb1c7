"""Whether a decision can be taken back after it was carried out, and what that would mean: computed once, drawn, and asked again by the verb."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import prefetch_related_objects

from ordersops.cases.models import Case, CaseState
from ordersops.effects.models import Effect
from ordersops.effects.ways_back import WayBack, done, not_yet, stays, way_back
from ordersops.orders.models import Order
from ordersops.review.models import Decision
from ordersops.rollout.models import UNDO

if TYPE_CHECKING:
    from ordersops.accounts.models import User

NAMED = 5


@dataclass(slots=True)
class TakingBack:
    """`ways` are planned; `left_out` are orders whose goods have left, or that cannot be held for another reason."""

    decision: Decision
    ways: list[WayBack] = field(default_factory=list)
    left_out: list[WayBack] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    why_not: str = ""

    @property
    def acts(self) -> list[tuple[str, int, bool]]:
        """What would be done: the act, on how many orders, and whether a person has to do it in the store."""
        found: dict[tuple[str, bool], int] = {}
        for back in self.ways:
            key = (back.label, back.by_hand)
            found[key] = found.get(key, 0) + 1
        return [(label, n, by_hand) for (label, by_hand), n in found.items()]

    @property
    def left_out_shown(self) -> list[WayBack]:
        return self.left_out[:NAMED]


def standing(case: Case) -> Decision | None:
    """The decision that closed the case, and still stands."""
    if case.state != CaseState.DECIDED:
        return None
    return case.decisions.filter(superseded_by=None).exclude(outcome=UNDO).select_related("by").first()


def taking_back(
    decision: Decision, case: Case, by: "User", *, effects: Sequence[Effect], orders: Mapping[UUID, Order] | None = None
) -> TakingBack:
    """What taking the decision back would do now. The verb passes its locked effects and orders."""
    found = TakingBack(decision)
    if case.state != CaseState.DECIDED or decision.outcome == UNDO or Decision.objects.filter(supersedes=decision).exists():
        found.why_not = "This decision was taken back, or decided anew, already. Reload to see the case as it is now."
        return found
    if why := not_yet(effects):
        found.why_not = why
        return found
    gone = done(effects)
    rows = [orders[effect.order_id] if orders else effect.order for effect in gone]
    prefetch_related_objects(rows, "lines")
    for effect, order in zip(gone, rows, strict=True):
        back = way_back(effect, order, by)
        (found.left_out if back.why_not else found.ways).append(back)
    found.stays = stays(effects)
    if found.ways:
        found.why_not = _newer(case, {back.order.pk for back in found.ways})
    elif found.left_out:
        found.why_not = f"It cannot be taken back: {' '.join(dict.fromkeys(back.why_not for back in found.left_out))}"
    else:
        found.why_not = "Nothing of this decision was done in the store, so there is nothing to take back; the case can be opened again."
    return found


def offered(case: Case, user: "User") -> TakingBack | None:
    """What the person can take back on a closed case; None where there is nothing, or something stands against it."""
    decision = standing(case)
    if decision is None:
        return None
    found = taking_back(decision, case, user, effects=effects_of(decision))
    return None if found.why_not else found


def effects_of(decision: Decision) -> list[Effect]:
    return list(decision.effects.select_related("order__store").order_by("pk"))


def _newer(case: Case, orders: set[UUID]) -> str:
    newer = Case.objects.undecided().in_lane(case.lane).on({case.subject, *orders})
    return "A newer case about this order waits for a decision; decide there." if newer.exclude(pk=case.pk).exists() else ""
