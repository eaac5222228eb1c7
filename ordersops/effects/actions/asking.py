"""Acts that a person asks for on the order's page, the second person's word on them, and taking them back."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from ordersops.accounts.access import can, require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.effects.actions.planning import approval, due, money_of, move, put_money
from ordersops.effects.kinds import KINDS, Kind, instead, inverse
from ordersops.effects.limits import in_force
from ordersops.effects.models import Effect, EffectState
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.ids import uuid7
from ordersops.jobs import enqueue
from ordersops.orders.models import Order

LEAST_REASON, LONGEST_REASON = 5, 300


@atomic
def ask(
    *, order: Order, kind: str, arguments: dict[str, Any], reason: str, by: User, once: str = "", inverse_of: Effect | None = None
) -> Effect:
    """Plan an act on the order, due after the hold window. Needs the right that its kind names, and a reason.

    Money above the limit waits for a second person. `once` names the form: sent twice, it asks once. Raises Invalid where the
    arguments do not fit, Conflict where the order or a limit stands against it.
    """
    what = _named(kind)
    require(by, what.needs, order.store_id, to=f"ask to {what.label.lower()}", order=order)
    return ask_within(order=order, kind=kind, arguments=arguments, reason=reason, by=by, once=once, inverse_of=inverse_of)


def ask_within(
    *, order: Order, kind: str, arguments: dict[str, Any], reason: str, by: User, once: str = "", inverse_of: Effect | None = None
) -> Effect:
    """`ask` in the unit of another verb, which has checked a right of its own."""
    what = _named(kind)
    typed, why = what.parse(arguments), said(reason)
    order = Order.objects.select_for_update(of=("self",)).select_related("store").get(pk=order.pk)
    effect = Effect(id=uuid7(), store_id=order.store_id, order=order, kind=kind, asked_by=by, reason=why, inverse_of=inverse_of)
    effect.idempotency_key = f"{kind}:{by.pk}:{once[:40]}" if once else f"{kind}:{effect.pk}"
    if once and Effect.objects.filter(idempotency_key=effect.idempotency_key).exists():
        raise Conflict("This was asked for already. Nothing was planned twice.")
    if refusals := [*what.refusals(order, typed, by), *_beyond(what, order, by)]:
        raise Conflict(f"{' '.join(refusals)} Nothing was planned.")
    effect.arguments, effect.before = typed.kept(), what.before(order, typed)
    effect.due_at = effect.not_before = due(kind, order)
    put_money(effect, money_of(kind, order, typed, by), by)
    effect.save(force_insert=True)
    record(
        Verb.EFFECT_ASKED, by=by, order=order, effect=effect.pk, kind=kind, why=why, due_at=effect.due_at, amount=effect.amount,
        currency=effect.currency, two=effect.state == EffectState.WAITING,
    )  # fmt: skip
    enqueue("effects.send")
    return effect


@atomic
def approve_second(*, effect: Effect, by: User) -> Effect:
    """Approve, as the second person, money that somebody else asked for; it is due after a new hold window.

    Needs `approve_second`, and never the person who asked. Conflict unless it waits, or where the order stands against it by now.
    """
    effect = _waiting(effect, by, "approve money as the second person")
    typed = KINDS[effect.kind].parse(effect.arguments)
    first = effect.by
    assert first is not None
    if refusals := KINDS[effect.kind].refusals(effect.order, typed, first, effect):
        raise Conflict(f"{' '.join(refusals)} It still waits; send it back.")
    money = money_of(effect.kind, effect.order, typed, first, effect)
    if money is None or effect.amount is None or effect.amount != money.amount:
        raise Conflict("The money of the order has changed since it was asked for. It still waits; send it back.")
    move(effect, EffectState.PLANNED)
    effect.approval = approval(effect, money, first=first, second=by)
    effect.due_at = effect.not_before = due(effect.kind, effect.order)
    effect.save(update_fields=["state", "approval", "due_at", "not_before"])
    record(
        Verb.EFFECT_APPROVED, by=by, order=effect.order, effect=effect.pk, kind=effect.kind, approval=effect.approval.pk,
        amount=effect.amount, currency=effect.currency, due_at=effect.due_at,
    )  # fmt: skip
    enqueue("effects.send")
    return effect


@atomic
def send_back(*, effect: Effect, reason: str, by: User) -> Effect:
    """Do not approve: nothing happens. Needs `approve_second` and a reason; the person who asked takes it back instead."""
    effect, why = _waiting(effect, by, "send back what somebody asked for"), said(reason)
    move(effect, EffectState.UNDONE)
    effect.settled_at, effect.settled_by, effect.last_error = timezone.now(), by, f"Sent back: {why}"
    effect.save(update_fields=["state", "settled_at", "settled_by", "last_error"])
    record(Verb.EFFECT_SENT_BACK, by=by, order=effect.order, effect=effect.pk, kind=effect.kind, why=why)
    return effect


@atomic
def take_back(*, effect: Effect, by: User) -> Effect:
    """Take back what a person asked for: before it leaves nothing happens; afterwards its inverse is planned, where there is one.

    Needs the right that its kind (or the inverse) names; before it leaves, the person who asked for it may as well. Returns the
    undone effect, or the inverse. What a decision planned is taken back with the decision.
    """
    what = _named(effect.kind)
    if not (effect.can_be_undone and asked_here(effect, by)):
        require(by, what.needs, effect.store_id, to=f"take back “{what.label}”", order=effect.order_id)
    order = Order.objects.select_for_update(of=("self",)).get(pk=effect.order_id)
    effect = Effect.objects.select_for_update(of=("self",)).get(pk=effect.pk)
    if effect.decision_id:
        raise Conflict("A decision planned this: undo the decision.")
    if effect.can_be_undone:
        move(effect, EffectState.UNDONE)
        effect.settled_at, effect.settled_by = timezone.now(), by
        effect.save(update_fields=["state", "settled_at", "settled_by"])
        record(Verb.EFFECT_UNDONE, by=by, order=order, effect=effect.pk, kind=effect.kind)
        return effect
    back = inverse(effect.kind, effect.arguments, effect.before) if effect.state == EffectState.DONE else None
    if back is None:
        said_instead = f" {instead(effect.kind)}" if effect.state == EffectState.DONE else ""
        raise Conflict(f"“{what.label}” is {effect.get_state_display().lower()} and cannot be taken back.{said_instead}")
    if Effect.objects.filter(inverse_of=effect).exists():
        raise Conflict("It was taken back already.")
    kind, arguments = back
    return ask(order=order, kind=kind, arguments=arguments, reason=f"Takes back “{what.label}”", by=by, inverse_of=effect)


def call_off(*, effect: Effect, by: User) -> bool:
    """Take back what a person asked for and nobody has begun to send, also after its window: it waits for the end of quiet hours.

    In the unit of another verb, which has checked a right of its own and holds the order. False where it is too late, or done already.
    """
    effect = Effect.objects.select_for_update(of=("self",)).get(pk=effect.pk)
    if effect.state != EffectState.PLANNED or effect.attempts:
        return False
    move(effect, EffectState.UNDONE)
    effect.settled_at, effect.settled_by = timezone.now(), by
    effect.save(update_fields=["state", "settled_at", "settled_by"])
    record(Verb.EFFECT_UNDONE, by=by, order=effect.order_id, effect=effect.pk, kind=effect.kind)
    return True


def asked_here(effect: Effect, by: User) -> bool:
    """Whether this person asked for it, in a store that they still see."""
    return effect.asked_by_id == by.pk and can(by, Perm.VIEW_CASES, effect.store_id)


def said(reason: str) -> str:
    """The reason, in a few words at least."""
    text = " ".join(reason.replace("\x00", "").split())
    if not LEAST_REASON <= len(text) <= LONGEST_REASON:
        raise Invalid(f"Say why, in {LEAST_REASON} to {LONGEST_REASON} characters.")
    return text


def _named(kind: str) -> Kind:
    what = KINDS.get(kind)
    if what is None or not what.asked:
        raise Invalid(f"There is no act called “{kind[:40]}”.")
    return what


def _beyond(what: Kind, order: Order, by: User) -> list[str]:
    """Limits that are reached: of this kind on this order in an hour, and of one person in one store in a day."""
    now = timezone.now()
    asked = Effect.objects.exclude(state=EffectState.UNDONE)
    found = []
    if asked.filter(order=order, kind=what.key, planned_at__gt=now - timedelta(hours=1)).count() >= what.most_an_hour:
        found.append(f"“{what.label}” was asked for {what.most_an_hour} times within the hour, which is the limit for one order.")
    most = in_force(now.date()).acts_a_day
    if asked.filter(store=order.store_id, asked_by=by, planned_at__gt=now - timedelta(days=1)).count() >= most:
        found.append(f"You have asked for {most} acts within a day, which is the limit for one person.")
    return found


def _waiting(effect: Effect, by: User, to: str) -> Effect:
    """The locked effect, once it is sure that this person may be the second one. The order is locked first, as everywhere."""
    require(by, Perm.APPROVE_SECOND, effect.store_id, to=to, order=effect.order_id)
    order = Order.objects.select_for_update(of=("self",)).select_related("store").get(pk=effect.order_id)
    effect = Effect.objects.select_for_update(of=("self",)).select_related("asked_by", "decision__by").get(pk=effect.pk)
    effect.order = order
    if effect.state != EffectState.WAITING:
        raise Conflict(f"This effect is “{effect.get_state_display()}”; it does not wait for a second person.")
    if effect.by == by:
        raise Forbidden("You asked for it: somebody else has to look at it.")
    return effect
