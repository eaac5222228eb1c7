"""What every new effect has in common: its window, its money, and who must approve that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from ordersops.accounts.access import roles_in
from ordersops.accounts.models import User
from ordersops.audit.actions import record
from ordersops.audit.verbs import Verb
from ordersops.effects.connectors import connector, way
from ordersops.effects.kinds import KINDS
from ordersops.effects.kinds.arguments import Arguments, Assessment, Cancel
from ordersops.effects.kinds.rules import owed
from ordersops.effects.limits import in_force
from ordersops.effects.models import TRANSITIONS, Approval, Effect, EffectState
from ordersops.effects.quiet import REACHES_CUSTOMERS, after_quiet
from ordersops.effects.ways_back import WayBack
from ordersops.errors import Conflict
from ordersops.ids import uuid7
from ordersops.jobs import enqueue
from ordersops.orders.lifecycle import Risk
from ordersops.orders.models import Order

if TYPE_CHECKING:
    from ordersops.review.models import Decision


@dataclass(frozen=True, slots=True)
class Money:
    """What goes back with an act, and whether one person may say so alone."""

    amount: Decimal
    currency: str
    limit: Decimal
    needs_two: bool


@dataclass(frozen=True, slots=True)
class Act:
    """What a decision leads to: a kind of effect on an order. Without `arguments` those that the kind has after a decision."""

    order: Order
    kind: str
    arguments: Arguments | None = None


def plan(*, acts: Sequence[Act], decision: "Decision", by: User) -> list[Effect]:
    """Plan these effects, due after the hold window. In the unit of the decision.

    Conflict where an act that the lane has spelled out cannot be done to the order now: then nothing is decided.
    """
    effects: list[Effect] = []
    for act in acts:
        order, kind = act.order, act.kind
        if act.arguments is not None and (refused := KINDS[kind].refusals(order, act.arguments, by)):
            raise Conflict(f"“{KINDS[kind].label}” is not possible: {' '.join(refused)} Nothing was changed.")
        arguments = act.arguments or _decided(kind, order, by)
        again = sum(one.kind == kind and one.order_id == order.pk for one in effects)
        effect = Effect(
            id=uuid7(), store_id=order.store_id, order=order, decision=decision, kind=kind,
            idempotency_key=f"{kind}:{decision.pk}:{order.pk}{f':{again}' if again else ''}", arguments=arguments.kept() if arguments else {},
        )  # fmt: skip
        if act.arguments is not None:
            effect.before = KINDS[kind].before(order, act.arguments)
        effect.due_at = effect.not_before = due(kind, order)
        put_money(effect, money_of(kind, order, arguments, by) if arguments else None, by, second=decision.second)
        effect.save(force_insert=True)
        effects.append(effect)
    for effect in effects:
        record(
            Verb.EFFECT_PLANNED, by=by, order=effect.order, effect=effect.pk, kind=effect.kind, decision=decision.pk, due_at=effect.due_at
        )
    if effects:
        enqueue("effects.send")
    return effects


def plan_inverse(*, ways: Sequence[WayBack], decision: "Decision", by: User) -> list[Effect]:
    """Plan the acts that take back what an earlier decision had done, due after the hold window. In the unit of `decision`, which takes it back."""
    effects = []
    for back in ways:
        assert back.arguments is not None
        effect = Effect(
            id=uuid7(), store_id=back.order.store_id, order=back.order, decision=decision, kind=back.kind, inverse_of=back.effect,
            idempotency_key=f"{back.kind}:{decision.pk}:{back.effect.pk}", arguments=back.arguments.kept(),
            before=KINDS[back.kind].before(back.order, back.arguments),
        )  # fmt: skip
        effect.due_at = effect.not_before = due(back.kind, back.order)
        put_money(effect, money_of(back.kind, back.order, back.arguments, by), by)
        effect.save(force_insert=True)
        effects.append(effect)
    for effect in effects:
        record(
            Verb.EFFECT_PLANNED, by=by, order=effect.order, effect=effect.pk, kind=effect.kind, decision=decision.pk, due_at=effect.due_at
        )
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


def window() -> datetime:
    """When what is planned now is due."""
    return timezone.now() + timedelta(seconds=settings.HOLD_WINDOW_SECONDS)


def due(kind: str, order: Order) -> datetime:
    """When an act on this order that is planned now is due: after its hold window; what reaches the customer not in quiet hours."""
    return after_quiet(order, window()) if kind in REACHES_CUSTOMERS else window()


def money_of(kind: str, order: Order, arguments: Arguments, by: User, but: Effect | None = None) -> Money | None:
    """The money that goes back with the act, judged by the limits of today and of the person's roles; None where none does."""
    amount = KINDS[kind].money(order, arguments, but)
    if amount is None:
        return None
    now = timezone.now()
    mine = Effect.objects.filter(
        amount__isnull=False, currency=order.currency, store=order.store_id, planned_at__gt=now - timedelta(days=1)
    )
    mine = mine.annotate(who=Coalesce(F("asked_by"), F("decision__by"))).filter(who=by.pk).exclude(state=EffectState.UNDONE)
    if but:
        mine = mine.exclude(pk=but.pk)
    sums = mine.aggregate(day=Sum("amount"), order=Sum("amount", filter=Q(order=order)))
    today, of_order = (sums[key] or Decimal(0) for key in ("day", "order"))
    alone, a_day = alone_limits(by, order)
    return Money(amount, order.currency, alone, needs_two=of_order + amount > alone or today + amount > a_day)


def alone_limits(by: User, order: Order) -> tuple[Decimal, Decimal]:
    """What this person may send back without a second one: of this order in a day, and in its store in a day."""
    limits, roles = in_force(timezone.now().date()), roles_in(by, order.store_id)
    return limits.one_person(order.currency, roles), limits.one_day(order.currency, roles)


def foresee(*, kind: str, order: Order, by: User) -> tuple[bool, Money | None]:
    """What a decision would plan for the order now: whether a person has to do it in the store, and the money that would go back."""
    arguments = _decided(kind, order, by)
    by_hand = way(Effect(kind=kind, store=order.store, order=order)) is None
    return by_hand, money_of(kind, order, arguments, by) if arguments else None


def put_money(effect: Effect, money: Money | None, by: User, second: User | None = None) -> None:
    """Write the amount on the effect, with the approval that it rests on or the wait for a second person.

    `second` has approved the decision already, and with it the money.
    """
    effect.amount, effect.currency = (money.amount, money.currency) if money else (None, "")
    effect.approval = None
    if money and money.needs_two and second is None:
        effect.state = EffectState.WAITING
    elif money:
        effect.approval = approval(effect, money, first=by, second=second)


def approval(effect: Effect, money: Money, *, first: User, second: User | None = None) -> Approval:
    return Approval.objects.create(
        store_id=effect.store_id, order_id=effect.order_id, first=first, second=second, amount=money.amount, currency=money.currency,
        limit=money.limit, needs_two=money.needs_two,
    )  # fmt: skip


def move(effect: Effect, to: str) -> None:
    """Guard the transition."""
    if to not in TRANSITIONS[effect.state]:
        raise Conflict(f"This effect is “{effect.get_state_display()}”; it cannot become “{EffectState(to).label}”.")
    effect.state = to


def changed_names(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Which arguments differ, by name: what they hold may be personal."""
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def reached(*, kind: str, orders: Sequence[Order]) -> list[Order]:
    """Those orders whose store's own interface can do it."""
    return [order for order in orders if (way := connector(order.store)) is not None and kind in way.kinds]


def _decided(kind: str, order: Order, by: User) -> Arguments | None:
    """What a decision means for the store where we can cancel ourselves. Its reason is not told: customers may read it there (law 19)."""
    if kind == "order.risk_assessment":
        return Assessment(level="low" if order.risk == Risk.APPROVED else "high")
    if kind != "order.cancel" or not reached(kind=kind, orders=[order]):
        return None
    return Cancel(reason="other", restock=True, refund=owed(order) > 0 and not by.is_system, notify=False)
