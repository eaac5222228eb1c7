"""Reads of effects: the pages of the list, and what waits for a person."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from ordersops.accounts.access import can, store_ids
from ordersops.accounts.roles import Perm
from ordersops.effects.models import Effect, EffectState
from ordersops.effects.stops import why_stopped
from ordersops.lists import Page, newest
from ordersops.orders.queries import lanes

if TYPE_CHECKING:
    from ordersops.accounts.models import User

OPEN = (EffectState.PLANNED, EffectState.SENDING, EffectState.HANDED_OVER, EffectState.DEAD)
SHOWN = ("store", "order", "decision__by", "decision__case", "settled_by")


def page_of(user: "User", *, state: str, store: UUID | None, cursor: str) -> Page[Effect]:
    """Effects, newest first."""
    states = [state] if state else EffectState.values
    parts = [Effect.objects.filter(store=one, state=each) for one in _stores(user, store) for each in states]
    return newest(parts, "planned_at", cursor, load=Effect.objects.select_related(*SHOWN))


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
    return list(effects.filter(needed | mine)[:limit])


def with_rights(effects: list[Effect], user: "User") -> list[Effect]:
    """Set on each what the person may do about it: `may_settle` (retry, mark as done) and `may_undo`; and why it is `stopped` by hand."""
    waiting_to_leave = [effect.pk for effect in effects if effect.state in {EffectState.PLANNED, EffectState.SENDING}]
    stopped = why_stopped(waiting_to_leave) if waiting_to_leave else {}
    for effect in effects:
        effect.stopped = stopped.get(effect.pk, "")  # type: ignore[attr-defined]
        effect.may_settle = can(user, Perm.RETRY_EFFECT, effect.store_id)  # type: ignore[attr-defined]
        effect.may_undo = effect.can_be_undone and bool(effect.decision) and can(user, _decides(effect), effect.store_id)  # type: ignore[attr-defined]
    return effects


def _decides(effect: Effect) -> Perm:
    """The right to decide, and to undo, where a decision planned it."""
    assert effect.decision is not None
    perm: Perm = lanes()[effect.decision.case.lane].decides
    return perm
