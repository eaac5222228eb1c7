"""The hand-over to warehouses: what each was asked, what it answered, and what that makes of the order.

Derived from the effects that left and the answers that came, so nothing is stored twice (law 4). Only what the routing in force has asked
counts; what an earlier one asked is history.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ordersops.accounts.models import User
from ordersops.advice.actions import raise_questions
from ordersops.audit.actions import record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import Raised
from ordersops.effects.connectors.node import fingerprint
from ordersops.effects.models import Effect, EffectState
from ordersops.orders.actions import set_routed
from ordersops.orders.lifecycle import Fulfilment
from ordersops.orders.models import Order
from ordersops.orders.watermarks import watermark
from ordersops.stock.models import Location
from ordersops.stores.facts import NodeFacts, OrderFacts
from triage.models import NodeAnswer, RoutingResult, RoutingState

OFF = frozenset({"rejected", "cancelled"})
UNDER_WAY = frozenset({EffectState.WAITING, EffectState.PLANNED, EffectState.SENDING})


@dataclass(frozen=True, slots=True)
class Handed:
    """One request to one warehouse. `state`: planned, stuck (a person has to see to the effect), sent, or what was answered."""

    effect: Effect
    state: str
    since: datetime
    reason: str = ""
    note: str = ""

    @property
    def location(self) -> str:
        return str(self.effect.arguments.get("location", ""))

    @property
    def is_open(self) -> bool:
        """The warehouse has it, or will."""
        return self.state not in OFF

    def told(self, order: Order) -> bool:
        """Whether the warehouse knows the address as it is now."""
        known = self.effect.before.get("address")
        return self.effect.accepted_at is None or not known or known == fingerprint(order)


def handed(orders: Sequence[UUID]) -> dict[UUID, list[Handed]]:
    """All requests about these orders that were not undone, the oldest first. One query."""
    rows = Effect.objects.filter(order__in=orders, kind="node.request").exclude(state=EffectState.UNDONE)
    rows = rows.exclude(state=EffectState.GIVEN_UP, accepted_at=None).select_related("node_answer").order_by("planned_at", "id")
    called_back = set[str]()
    found: defaultdict[UUID, list[Handed]] = defaultdict(list)
    listed = list(rows)
    if listed:
        back = Effect.objects.filter(order__in=[row.order_id for row in listed], kind="node.cancel", state=EffectState.DONE)
        called_back = {str(arguments.get("request")) for arguments in back.values_list("arguments", flat=True)}
    for row in listed:
        found[row.order_id].append(_one(row, called_back))
    return found


def _one(row: Effect, called_back: set[str]) -> Handed:
    answer: NodeAnswer | None = getattr(row, "node_answer", None)
    if answer is not None and answer.said == "shipped":
        return Handed(row, answer.said, answer.said_at)
    if str(row.pk) in called_back:
        return Handed(row, "cancelled", row.planned_at)
    if answer is not None:
        return Handed(row, answer.said, answer.said_at, answer.reason, answer.note)
    if row.accepted_at or row.settled_at:
        return Handed(row, "sent", row.accepted_at or row.settled_at or row.planned_at)
    return Handed(row, "planned" if row.state in UNDER_WAY else "stuck", row.planned_at)


def in_force(requests: Sequence[Handed], result: RoutingResult | None) -> list[Handed]:
    """Those of the routing in force."""
    if result is None or result.decision_id is None:
        return []
    return [one for one in requests if one.effect.decision_id == result.decision_id]


def answer(requests: Sequence[Handed]) -> Handed | None:
    """What the order as a whole has for an answer: a refusal first, then what is still awaited, the longest first, then that all accepted.

    A warehouse that lets go of what it was asked has refused it, too.
    """
    for state in ("rejected", "cancelled", "stuck", "planned", "sent", "accepted", "shipped"):
        of_it = sorted((one for one in requests if one.state == state), key=lambda one: one.since)
        if of_it:
            return of_it[0]
    return None


def take_in(facts: Sequence[tuple[UUID, OrderFacts]], by: User) -> None:
    """Keep what warehouses answered and ask about the orders again. Older answers and the same again change nothing."""
    told = [(store, fact, fact.node) for store, fact in facts if fact.node is not None]
    if not told:
        return
    asked = {str(row.pk): row for row in Effect.objects.filter(pk__in={node.request for *_, node in told}).select_related("order")}
    heard: dict[UUID, Order] = {}
    for store, fact, node in told:
        effect = asked.get(node.request)
        if effect is not None and effect.store_id == store and _keep(effect, fact, node, by):
            heard[effect.order_id] = effect.order
    if heard:
        _follow(heard)
        raise_questions({"triage": [Raised(order.store_id, order.pk, order.pk, "node") for order in heard.values()]})


def forget(orders: Sequence[Order]) -> int:
    """Forget what warehouses wrote about these orders in their own words. Returns of how many."""
    return NodeAnswer.objects.filter(order__in=orders).exclude(note="").update(note="")


def _keep(effect: Effect, fact: OrderFacts, node: NodeFacts, by: User) -> bool:
    """Whether the answer is news."""
    mark = watermark(fact.at, node)
    held = NodeAnswer.objects.select_for_update().filter(pk=effect.pk).first()
    if held is not None and (held.mark >= mark or (held.said == "shipped" and node.answer != "shipped")):
        return False
    if held is not None and held.said == node.answer == "shipped":
        held.mark = mark
        held.save(update_fields=["mark"])
        return False  # another parcel, or news of it: that is a fact of the order
    values: dict[str, Any] = {
        "store_id": effect.store_id, "order_id": effect.order_id, "said": node.answer, "reason": node.reason, "note": node.note,
        "said_at": fact.at, "mark": mark,
    }  # fmt: skip
    NodeAnswer.objects.update_or_create(pk=effect.pk, defaults=values)
    place = Location.objects.filter(store=effect.store_id, external_id=effect.arguments.get("location", "")).first()
    said = f"{node.answer}, {node.reason.replace('_', ' ')}" if node.reason else node.answer
    record(Verb.NODE_ANSWERED, by=by, order=effect.order, location=str(place or "a warehouse"), answer=said, effect=effect.pk)
    return True


def _follow(orders: dict[UUID, Order]) -> None:
    """The rows of these orders, which are locked, say how far the hand-over is."""
    requests = handed(list(orders))
    for result in RoutingResult.objects.filter(order__in=orders).select_for_update(of=("self",)):
        order = Order.objects.get(pk=result.order_id)
        mine = in_force(requests[order.pk], result)
        if settle(result, order, mine):
            result.save()


def settle(result: RoutingResult, order: Order, requests: Sequence[Handed]) -> bool:
    """Bring the row and the order's hand-over in line with what was asked and answered. Whether anything moved. In the caller's unit."""
    found = answer(requests)
    if found is None or order.is_final or result.state == RoutingState.DONE:
        return False
    before = (result.state, result.refused_because, list(result.refused_by))
    match found.state:
        case "rejected" | "cancelled":
            result.state, result.refused_because, result.answered_at = RoutingState.REJECTED, found.reason or found.state, found.since
            place = Location.objects.filter(store=result.store_id, external_id=found.location).values_list("pk", flat=True).first()
            if place is not None and str(place) not in result.refused_by:
                result.refused_by = [*result.refused_by, str(place)]
        case "sent":
            result.state = RoutingState.SENT
        case "accepted" | "shipped":
            result.state, result.answered_at = RoutingState.ACCEPTED, found.since
        case _:
            return False
    if before == (result.state, result.refused_because, list(result.refused_by)):
        return False
    steps = {
        RoutingState.REJECTED: Fulfilment.REJECTED,
        RoutingState.SENT: Fulfilment.REQUESTED,
        RoutingState.ACCEPTED: Fulfilment.ACCEPTED,
    }
    set_routed(orders=[order], to=steps[RoutingState(result.state)])
    return True
