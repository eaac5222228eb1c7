"""Reads of effects: the pages of the list, and what waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q, prefetch_related_objects
from django.utils import timezone

from ordersops.accounts.access import can, store_ids
from ordersops.accounts.roles import Perm
from ordersops.audit.models import Event
from ordersops.closed import closed_orders
from ordersops.effects import bodies
from ordersops.effects.fields import fields
from ordersops.effects.kinds import KINDS, Kind, instead, inverse
from ordersops.effects.kinds.arguments import Nothing
from ordersops.effects.models import Attempt, Effect, EffectState
from ordersops.effects.stops import why_stopped
from ordersops.errors import Conflict
from ordersops.lists import SIZE, Page, newest
from ordersops.orders.models import Order
from ordersops.orders.queries import lanes

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from ordersops.accounts.models import User

OPEN = (EffectState.WAITING, EffectState.PLANNED, EffectState.SENDING, EffectState.HANDED_OVER, EffectState.DEAD)
SHOWN = ("store", "order", "decision__by", "decision__case", "asked_by", "settled_by")


@dataclass(frozen=True, slots=True)
class Act:
    """An act that the person has the right to ask for, and what stands against it now."""

    kind: Kind
    why_not: str


def page_of(user: "User", *, state: str, store: UUID | None, cursor: str, size: int = SIZE) -> Page[Effect]:
    """Effects, newest first."""
    states = [state] if state else EffectState.values
    parts = [Effect.objects.filter(store=one, state=each) for one in _stores(user, store) for each in states]
    return _page(parts, user, cursor, size)


def of_order(order: Order, user: "User", *, cursor: str, size: int = SIZE) -> Page[Effect]:
    """The effects on one order, newest first."""
    parts = [Effect.objects.filter(order=order)]
    return _page(parts, user, cursor, size)


def _page(parts: "Sequence[QuerySet[Effect, Effect]]", user: "User", cursor: str, size: int) -> Page[Effect]:
    page = newest(parts, "planned_at", cursor, load=Effect.objects.select_related(*SHOWN), size=size)
    page.rows = told(page.rows, user)
    return page


def told(effects: list[Effect], user: "User") -> list[Effect]:
    """These without what earlier decisions led to on orders whose advice is closed to the person: it would tell what was decided."""
    closed = closed_orders((effect.order_id for effect in effects if effect.decision_id), user)
    return [effect for effect in effects if not effect.decision_id or effect.order_id not in closed]


def refuse_closed(effect: Effect, user: "User") -> None:
    """Raises Conflict where the effect would tell the person what was decided before about a case that they shall judge by themselves."""
    if not told([effect], user):
        raise Conflict(f"What was decided before about order {effect.order} is closed to you. Open its case and say first what you think.")


def counts(user: "User", store: UUID | None = None) -> dict[str, int]:
    """How many effects are in each state that is still open. Those that are done only grow in number, and are not counted."""
    found: dict[str, int] = {str(state): 0 for state in OPEN}
    rows = Effect.objects.filter(store__in=_stores(user, store), state__in=OPEN).order_by().values("state").annotate(n=Count("pk"))
    found.update({row["state"]: row["n"] for row in rows})
    return found


def _stores(user: "User", store: UUID | None) -> list[UUID]:
    return [one for one in store_ids(user, Perm.VIEW_CASES) if store in (None, one)]


def waiting(user: "User", limit: int = 10) -> list[Effect]:
    """What needs a person: handed over or failed; and what the person can still take back."""
    effects = Effect.objects.visible_to(user).select_related(*SHOWN)
    now = timezone.now()
    needed = Q(state__in=[EffectState.HANDED_OVER, EffectState.DEAD])
    mine = Q(state=EffectState.PLANNED, attempts=0, due_at__gt=now, decision__by=user)
    return told(list(effects.filter(needed | mine)[:limit]), user)


def with_rights(effects: list[Effect], user: "User") -> list[Effect]:
    """Set on each what the person may do about it: `may_settle` (retry, mark as done) and `may_undo`; and why it is `stopped` by hand."""
    waiting_to_leave = [effect.pk for effect in effects if effect.state in {EffectState.PLANNED, EffectState.SENDING}]
    stopped = why_stopped(waiting_to_leave) if waiting_to_leave else {}
    for effect in effects:
        effect.stopped = stopped.get(effect.pk, "")
        effect.may_settle = can(user, Perm.RETRY_EFFECT, effect.store_id)
        effect.may_undo = (
            effect.can_be_undone and bool(effect.decision) and not effect.inverse_of_id and can(user, _decides(effect), effect.store_id)
        )
    return effects


def _decides(effect: Effect) -> Perm:
    """The right to decide, and to undo, where a decision planned it."""
    assert effect.decision is not None
    perm: Perm = lanes()[effect.decision.case.lane].decides
    return perm


def possible(order: Order, user: "User") -> list[Act]:
    """The acts that the person may ask for on this order, each with what stands against it."""
    prefetch_related_objects([order], "lines", "refunds", "disputes", "shipments")  # every rule looks at them
    mine = [kind for kind in KINDS.values() if kind.asked and can(user, kind.needs, order.store_id)]
    return [Act(kind, " ".join(kind.refusals(order, Nothing(), user))) for kind in mine]


def effect_page(effect: Effect, user: "User") -> dict[str, Any]:
    """The context of effects/effect.html."""
    with_rights([effect], user)
    kind = KINDS.get(effect.kind)
    tries = [{"attempt": one, **_said(one)} for one in effect.tries.all()[:20]]
    may_ask = kind is not None and can(user, kind.needs, effect.store_id)
    back = effect.state == EffectState.DONE and inverse(effect.kind, effect.arguments, effect.before)
    refused = not effect.tries.filter(step=Attempt.Step.PREPARED, refused=False).exists()
    events = Event.objects.timeline_for(order=effect.order).shown_to(user, effect.store_id).filter(verb__startswith="effect.")
    settles = can(user, Perm.RETRY_EFFECT, effect.store_id)
    arguments = fields(kind, effect.order, effect.arguments) if kind else []
    said_already = {"a.amount", "a.currency"} if effect.amount is not None else set()  # as money
    said_already |= {one.name for one in arguments if one.value == "0.00"}
    return {
        "effect": effect,
        "kind": kind,
        "arguments": arguments,
        "about": [one for one in arguments if one.name not in said_already],
        "tries": tries,
        "timeline": [event for event in events[:200] if event.data.get("effect") == str(effect.pk)],
        "may": {
            "approve": effect.state == EffectState.WAITING and effect.by != user and can(user, Perm.APPROVE_SECOND, effect.store_id),
            "take_back": not effect.decision_id and _may_take_back(effect, user, may_ask=may_ask, back=bool(back)),
            "retry": settles and effect.state == EffectState.DEAD,
            "edit": settles and may_ask and effect.state == EffectState.DEAD and effect.accepted_at is None and refused,
            "give_up": settles and effect.state in {EffectState.DEAD, EffectState.HANDED_OVER},
            "done": settles and effect.state == EffectState.HANDED_OVER,
        },
        "inverse_label": KINDS[back[0]].label if back else "",
        "instead": "" if back or effect.state != EffectState.DONE else instead(effect.kind),
    }


def _may_take_back(effect: Effect, user: "User", *, may_ask: bool, back: bool) -> bool:
    """Before it leaves also by the person who asked for it, with whatever right they did."""
    if effect.can_be_undone:
        return may_ask or (effect.asked_by_id == user.pk and can(user, Perm.VIEW_CASES, effect.store_id))
    return may_ask and back and not hasattr(effect, "inverse")


def _said(attempt: Attempt) -> dict[str, Any]:
    try:
        request, response = bodies.opened(attempt)
    except ValueError:
        return {"request": None, "response": None, "sealed": True}
    return {"request": request, "response": response}
