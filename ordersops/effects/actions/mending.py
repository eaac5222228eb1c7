"""What a person does about an effect that failed, or that nobody but a person can do."""

from typing import Any

from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.effects.actions.asking import said
from ordersops.effects.actions.planning import changed_names, due, money_of, move, put_money
from ordersops.effects.kinds import KINDS
from ordersops.effects.models import Attempt, Effect, EffectState
from ordersops.effects.quiet import REACHES_CUSTOMERS, after_quiet
from ordersops.errors import Conflict
from ordersops.jobs import enqueue
from ordersops.orders.models import Order


@atomic
def retry(*, effect: Effect, by: User) -> Effect:
    """Send a failed effect again, under the same idempotency key. Needs `retry_effect`; Conflict unless it has failed."""
    require(by, Perm.RETRY_EFFECT, effect.store_id, to="send effects again", order=effect.order_id)
    effect = Effect.objects.select_for_update(of=("self",)).select_related("order__store").get(pk=effect.pk)
    if effect.state != EffectState.DEAD:
        raise Conflict(f"This effect is “{effect.get_state_display()}”; only one that has failed can be sent again.")
    move(effect, EffectState.PLANNED)
    now = timezone.now()
    effect.not_before = after_quiet(effect.order, now) if effect.kind in REACHES_CUSTOMERS else now
    effect.attempts, effect.lease_until = 0, None
    effect.save(update_fields=["state", "attempts", "not_before", "lease_until"])
    record(Verb.EFFECT_RETRIED, by=by, order=effect.order_id, effect=effect.pk, kind=effect.kind)
    enqueue("effects.send")
    return effect


@atomic
def edit(*, effect: Effect, arguments: dict[str, Any], by: User) -> Effect:
    """Change a failed effect and plan it again, under a new key and a new hold window. Needs `retry_effect` and the right of its kind.

    Conflict unless it has failed and it is certain that nothing arrived; money is approved anew.
    """
    require(by, Perm.RETRY_EFFECT, effect.store_id, to="change effects", order=effect.order_id)
    what = KINDS[effect.kind]
    require(by, what.needs, effect.store_id, to=f"ask to {what.label.lower()}", order=effect.order_id)
    typed = what.parse(arguments)
    order = Order.objects.select_for_update(of=("self",)).select_related("store").get(pk=effect.order_id)
    effect = Effect.objects.select_for_update(of=("self",)).get(pk=effect.pk)
    if effect.state != EffectState.DEAD:
        raise Conflict(f"This effect is “{effect.get_state_display()}”; only one that has failed can be changed.")
    if effect.accepted_at or effect.tries.filter(step=Attempt.Step.PREPARED, refused=False).exists():
        raise Conflict("It may have arrived as it was. Look in the store: then send it again as it is, or give it up.")
    if refusals := what.refusals(order, typed, by, effect):
        raise Conflict(f"{' '.join(refusals)} The effect is as it was.")
    before, effect.arguments = effect.arguments, typed.kept()
    effect.before = what.before(order, typed)
    if effect.asked_by_id:
        effect.asked_by = by
    move(effect, EffectState.PLANNED)
    effect.attempts, effect.lease_until, effect.last_error = 0, None, ""
    effect.due_at = effect.not_before = due(effect.kind, order)
    stem, _, times = effect.idempotency_key.partition("~")
    effect.idempotency_key = f"{stem}~{int(times or 0) + 1}"
    effect.amount = None
    put_money(effect, money_of(effect.kind, order, typed, by, effect), by)
    effect.save()
    record(
        Verb.EFFECT_EDITED, by=by, order=order, effect=effect.pk, kind=effect.kind, changed=changed_names(before, effect.arguments),
        amount=effect.amount, currency=effect.currency, two=effect.state == EffectState.WAITING, due_at=effect.due_at,
    )  # fmt: skip
    enqueue("effects.send")
    return effect


@atomic
def give_up(*, effect: Effect, reason: str, by: User) -> Effect:
    """Say that an effect that failed, or that waits for a person, is not to be done any more. Needs `retry_effect` and a reason."""
    require(by, Perm.RETRY_EFFECT, effect.store_id, to="give effects up", order=effect.order_id)
    why = said(reason)
    effect = Effect.objects.select_for_update().get(pk=effect.pk)
    if effect.state not in {EffectState.DEAD, EffectState.HANDED_OVER}:
        raise Conflict(f"This effect is “{effect.get_state_display()}”; it cannot be given up.")
    move(effect, EffectState.GIVEN_UP)
    effect.settled_at, effect.settled_by, effect.last_error = timezone.now(), by, f"Given up: {why}"[:500]
    effect.save(update_fields=["state", "settled_at", "settled_by", "last_error"])
    record(Verb.EFFECT_GIVEN_UP, by=by, order=effect.order_id, effect=effect.pk, kind=effect.kind, why=why)
    return effect


@atomic
def mark_done(*, effect: Effect, by: User) -> Effect:
    """Say that a person has done it in the store. Needs `retry_effect`; Conflict unless it waits for a person."""
    require(by, Perm.RETRY_EFFECT, effect.store_id, to="settle effects", order=effect.order_id)
    effect = Effect.objects.select_for_update().get(pk=effect.pk)
    if effect.state != EffectState.HANDED_OVER:
        raise Conflict(f"This effect is “{effect.get_state_display()}”; only one that waits for a person can be marked as done.")
    move(effect, EffectState.DONE)
    effect.settled_at, effect.settled_by = timezone.now(), by
    effect.save(update_fields=["state", "settled_at", "settled_by"])
    record(Verb.EFFECT_DONE_BY_HAND, by=by, order=effect.order_id, effect=effect.pk, kind=effect.kind)
    return effect
