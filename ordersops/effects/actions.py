"""Verbs on effects: planning, undoing, settling and trying again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.effects.models import TRANSITIONS, Effect, EffectState
from ordersops.errors import Conflict
from ordersops.ids import uuid7
from ordersops.jobs import enqueue
from ordersops.orders.models import Order

if TYPE_CHECKING:
    from ordersops.review.models import Decision


def plan(*, kind: str, orders: Sequence[Order], decision: "Decision", by: User) -> list[Effect]:
    """Plan one effect for each order, due after the hold window. In the unit of the decision."""
    due = timezone.now() + timedelta(seconds=settings.HOLD_WINDOW_SECONDS)
    effects = [
        Effect(
            id=uuid7(), store_id=order.store_id, order=order, decision=decision, kind=kind, due_at=due, not_before=due,
            idempotency_key=f"{kind}:{decision.pk}:{order.pk}",
        )
        for order in orders
    ]  # fmt: skip
    Effect.objects.bulk_create(effects)
    for effect in effects:
        record(Verb.EFFECT_PLANNED, by=by, order=effect.order, effect=effect.pk, kind=kind, decision=decision.pk, due_at=due)
    enqueue("effects.send")
    return effects


def undo_all(*, decision: "Decision", by: User) -> list[Effect]:
    """Take back every effect of a decision before the first has left. In the unit of the undoing decision.

    Conflict if the hold window is over for any of them: then nothing is taken back.
    """
    effects = list(decision.effects.select_for_update(of=("self",)).select_related("order").order_by("pk"))
    if not all(effect.can_be_undone for effect in effects):
        raise Conflict("The hold window is over: it has left, or is about to. It can no longer be undone here.")
    now = timezone.now()
    for effect in effects:
        record(Verb.EFFECT_UNDONE, by=by, order=effect.order, effect=effect.pk, kind=effect.kind)
    Effect.objects.filter(pk__in=[effect.pk for effect in effects]).update(state=EffectState.UNDONE, settled_at=now, settled_by=by)
    return effects


def _move(effect: Effect, to: str) -> None:
    if to not in TRANSITIONS[effect.state]:
        raise Conflict(f"This effect is “{effect.get_state_display()}”; it cannot become “{EffectState(to).label}”.")
    effect.state = to


@atomic
def retry(*, effect: Effect, by: User) -> Effect:
    """Send a failed effect again, under the same idempotency key. Needs `retry_effect`; Conflict unless it has failed."""
    require(by, Perm.RETRY_EFFECT, effect.store_id, to="send effects again", order=effect.order_id)
    effect = Effect.objects.select_for_update().get(pk=effect.pk)
    if effect.state != EffectState.DEAD:
        raise Conflict(f"This effect is “{effect.get_state_display()}”; only one that has failed can be sent again.")
    _move(effect, EffectState.PLANNED)
    effect.attempts, effect.not_before, effect.lease_until = 0, timezone.now(), None
    effect.save(update_fields=["state", "attempts", "not_before", "lease_until"])
    record(Verb.EFFECT_RETRIED, by=by, order=effect.order_id, effect=effect.pk, kind=effect.kind)
    enqueue("effects.send")
    return effect


@atomic
def mark_done(*, effect: Effect, by: User) -> Effect:
    """Say that a person has done it in the store. Needs `retry_effect`; Conflict unless it waits for a person."""
    require(by, Perm.RETRY_EFFECT, effect.store_id, to="settle effects", order=effect.order_id)
    effect = Effect.objects.select_for_update().get(pk=effect.pk)
    if effect.state != EffectState.HANDED_OVER:
        raise Conflict(f"This effect is “{effect.get_state_display()}”; only one that waits for a person can be marked as done.")
    _move(effect, EffectState.DONE)
    effect.settled_at, effect.settled_by = timezone.now(), by
    effect.save(update_fields=["state", "settled_at", "settled_by"])
    record(Verb.EFFECT_DONE_BY_HAND, by=by, order=effect.order_id, effect=effect.pk, kind=effect.kind)
    return effect
